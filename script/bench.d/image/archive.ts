import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Content } from './content.ts'
import { archiveSize, endOfArchive, fileHeader, folderHeader, paddingOf } from './tar.ts'
import type { LayerTree } from './tree.ts'

/** A layer to be made, or one that Docker has already and that need not be in the archive. */
export type Layer = LayerTree | { readonly diffId: string }

export type ArchiveOrder = {
  readonly ref: string
  readonly layers: readonly Layer[]
  readonly content: Content
  /** Layers as a build leaves them in the containerd store, which keeps what it is given. */
  readonly isCompressed: boolean
}

/** What is only known once the archive is written. */
export type Written = { readonly configDigest: string; readonly diffIds: readonly string[] }

export function* treeTar({ folders, files }: LayerTree, content: Content): Generator<Buffer> {
  for (const folder of folders) yield folderHeader(folder)
  for (const { path, size } of files) {
    yield fileHeader(path, size)
    yield* content(size)
    yield paddingOf(size)
  }
  yield endOfArchive()
}

const tarSize = ({ folders, files }: LayerTree): number =>
  archiveSize(
    folders.length,
    files.map(({ size }) => size),
  )

function* smallFile(path: string, bytes: Buffer): Generator<Buffer> {
  yield fileHeader(path, bytes.length)
  yield bytes
  yield paddingOf(bytes.length)
}

/** Returns the layer's diff ID. */
function* layerFile(
  path: string,
  tree: LayerTree,
  { content, isCompressed }: ArchiveOrder,
): Generator<Buffer, string> {
  const hash = createHash('sha256')
  // A header comes first and tells the size, so what is compressed is held in memory.
  const held: Buffer[] = []
  if (!isCompressed) yield fileHeader(path, tarSize(tree))
  for (const chunk of treeTar(tree, content)) {
    hash.update(chunk)
    if (isCompressed) held.push(chunk)
    else yield chunk
  }
  if (isCompressed) yield* smallFile(path, gzipSync(Buffer.concat(held), { level: 1 }))
  else yield paddingOf(tarSize(tree))
  return `sha256:${hash.digest('hex')}`
}

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
export function* imageArchive(
  order: ArchiveOrder,
  onEnd: (written: Written) => void,
): Generator<Buffer> {
  const diffIds: string[] = []
  for (const [index, layer] of order.layers.entries()) {
    const isThere = 'diffId' in layer
    diffIds.push(isThere ? layer.diffId : yield* layerFile(`${index}.tar`, layer, order))
  }
  const config = toConfig(diffIds)
  // The daemon refers to a config by a file of its digest's name.
  const digest = createHash('sha256').update(config).digest('hex')
  yield* smallFile(`${digest}.json`, Buffer.from(config))
  const Layers = diffIds.map((_, index) => `${index}.tar`)
  const manifest = [{ Config: `${digest}.json`, RepoTags: [order.ref], Layers }]
  yield* smallFile('manifest.json', Buffer.from(JSON.stringify(manifest)))
  yield endOfArchive()
  onEnd({ configDigest: `sha256:${digest}`, diffIds })
}
