import { createHash, randomBytes } from 'node:crypto'
import type { Session, Undo } from '../host/session.ts'
import { imageName, toCanonical } from './names.ts'
import { archiveSize, endOfArchive, fileHeader, folderHeader, paddingOf } from './tar.ts'
import { type LayerTree, planTree, type Weight } from './tree.ts'

/** An image in Docker's local store that no node knows. */
export type BenchImage = Weight & {
  readonly ref: string
  readonly canonical: string
  /** What CRI calls the image's ID, in both of Docker's stores. */
  readonly configDigest: string
  readonly remove: Undo
}

/** Longer than any compressor of images looks back. */
const poolBytes = 64 * 1024 * 1024

const chunkBytes = 4 * 1024 * 1024

/** Random content without waiting for that many random bytes: every file is another cut of a pool. */
const createContent = () => {
  const pool = randomBytes(poolBytes)
  let cut = 0
  return function* (size: number): Generator<Buffer> {
    const unique = randomBytes(16).subarray(0, size)
    yield unique
    for (let left = size - unique.length; left > 0; ) {
      const length = Math.min(left, chunkBytes)
      cut = (cut + 7_919_993) % (poolBytes - chunkBytes)
      yield pool.subarray(cut, cut + length)
      left -= length
    }
  }
}

type Content = ReturnType<typeof createContent>

function* layerTar({ folders, files }: LayerTree, content: Content): Generator<Buffer> {
  for (const folder of folders) yield folderHeader(folder)
  for (const { path, size } of files) {
    yield fileHeader(path, size)
    yield* content(size)
    yield paddingOf(size)
  }
  yield endOfArchive()
}

function* smallFile(path: string, text: string): Generator<Buffer> {
  const bytes = Buffer.from(text)
  yield fileHeader(path, bytes.length)
  yield bytes
  yield paddingOf(bytes.length)
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const toConfig = (diffIds: readonly string[]): string =>
  JSON.stringify({
    created: new Date().toISOString(),
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Cmd: ['/none'] },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: diffIds.map((_, index) => ({ created_by: `layer ${index}` })),
  })

/** Writes the archive that `docker load` takes, without a file in between. */
function* imageArchive(
  weight: Weight,
  ref: string,
  onConfig: (config: string) => void,
): Generator<Buffer> {
  const content = createContent()
  const diffIds: string[] = []
  for (const [index, layer] of planTree(weight).entries()) {
    const sizes = layer.files.map(({ size }) => size)
    const total = archiveSize(layer.folders.length, sizes)
    yield fileHeader(`${index}.tar`, total)
    const hash = createHash('sha256')
    for (const chunk of layerTar(layer, content)) {
      hash.update(chunk)
      yield chunk
    }
    yield paddingOf(total)
    diffIds.push(`sha256:${hash.digest('hex')}`)
  }
  const config = toConfig(diffIds)
  onConfig(config)
  // The daemon refers to a config by a file of its digest's name.
  const configFile = `${sha256(config)}.json`
  yield* smallFile(configFile, config)
  const Layers = diffIds.map((_, index) => `${index}.tar`)
  yield* smallFile(
    'manifest.json',
    JSON.stringify([{ Config: configFile, RepoTags: [ref], Layers }]),
  )
  yield endOfArchive()
}

/**
 * Makes an image of just that weight, of bytes that no other image has and nothing compresses.
 * `docker load` gives it the same layer folders as a build or a pull would.
 */
export const makeImage = async (
  session: Session,
  weight: Weight,
  variant = 'a',
): Promise<BenchImage> => {
  const ref = `${imageName}:${session.id}-${variant}`
  const remove = session.defer(`image ${ref}`, () =>
    session.docker(['image', 'rm', '--force', ref], { signal: AbortSignal.timeout(120_000) }),
  )
  let config = ''
  const input = imageArchive(weight, ref, (text) => {
    config = text
  })
  await session.docker(['load', '--quiet'], { input })
  const canonical = toCanonical(ref)
  return { ...weight, ref, canonical, configDigest: `sha256:${sha256(config)}`, remove }
}
