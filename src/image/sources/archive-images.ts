import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { attempt, Failure } from '../../failure.ts'
import {
  type BlobImage,
  hashBlob,
  type LayerBlob,
  openBlob,
  sniff,
  unpack,
} from '../contents/blobs/blob.ts'
import { isDigest, toDigest } from '../digest.ts'
import { type ImageReference, toReferences } from '../reference.ts'
import { toManifest } from '../to-manifest.ts'
import { findParts, type Part, type Parts, readHead, readPart } from './archive-parts.ts'
import {
  type BlobSource,
  findManifestText,
  type Listed,
  parseJson,
  readBlobImage,
  toDiffIds,
  toListed,
} from './blob-image.ts'

/** An image of an archive, whose layers lie in it. */
export type PackedImage = {
  /** The archive as the step names it; `file` may be what was unpacked of it. */
  readonly given: string
  readonly file: string
  readonly references: readonly ImageReference[]
  readonly image: BlobImage
}

/** More than anybody saves into one archive. */
const mostImages = 1_000

const remedy =
  'Write it with `docker save --output FILE NAME:TAG`, or buildx with `type=docker` or `type=oci`.'

const createArchive = (
  { given, file }: Pick<PackedImage, 'given' | 'file'>,
  parts: Parts,
  architecture: string,
  signal: AbortSignal,
) => {
  const toPart = (name: string): Part => {
    const part = parts.get(name.replace(/^\.\//, ''))
    if (part !== undefined) return part
    throw new Failure(`it has no ${JSON.stringify(name).slice(0, 200)}`)
  }
  const toBlob = (digest: string): Part => toPart(`blobs/${digest.replace(':', '/')}`)
  const readText: BlobSource['readText'] = async ({ digest }) => {
    const content = await readPart(file, toBlob(digest))
    if (toDigest(content) === digest) return content.toString('utf8')
    throw new Failure(`it has another blob in place of ${digest}`)
  }
  const source: BlobSource = {
    readText,
    readManifest: readText,
    toFiles: async (layers) => layers.map(({ digest }) => ({ file, start: toBlob(digest).offset })),
  }
  const readNamed = async (name: string) => (await readPart(file, toPart(name))).toString('utf8')
  return { given, file, parts, toPart, source, readNamed, architecture, signal }
}

type Archive = ReturnType<typeof createArchive>

/** As `docker save` and many others list the images of an archive. */
type Saved = {
  readonly Config?: unknown
  readonly RepoTags?: readonly unknown[] | null
  readonly Layers?: readonly unknown[] | null
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** containerd's is whole; the other one may be a tag alone, as skopeo writes it, which says nothing of the image. */
const toName = (annotations: Listed['annotations']): string | undefined => {
  const whole = annotations?.['io.containerd.image.name']
  if (isText(whole)) return whole
  const name = annotations?.['org.opencontainers.image.ref.name']
  return isText(name) && /[/:]/.test(name) ? name : undefined
}

/** Images for this machine in an index, with what the index calls them. */
const readIndex = async ({ parts, source, readNamed, architecture }: Archive) => {
  if (!parts.has('index.json')) return []
  const listed = toListed(await readNamed('index.json')).slice(0, mostImages)
  const found = listed.map(async ({ digest, annotations }) => {
    const root = await source.readManifest({ digest })
    // What is for other machines, or no image, is not wanted.
    const text = await findManifestText(root, source, architecture).catch(() => undefined)
    if (text === undefined) return []
    const { config } = parseJson<{ readonly config?: { readonly digest?: unknown } }>(text, 'it')
    return [{ manifest: text, config: config?.digest, name: toName(annotations) }]
  })
  return (await Promise.all(found)).flat()
}

const readLayer = async (
  { file, toPart, signal }: Archive,
  name: string,
  diffId: string,
): Promise<LayerBlob & { readonly packing: 'gzip' | 'zstd' | undefined }> => {
  const part = toPart(name)
  const packing = sniff(await readHead(file, part))
  const blob = { file, start: part.offset, sizeBytes: part.bytes, digest: diffId, diffId }
  if (packing === 'tar') return { ...blob, packing: undefined }
  const opened = await openBlob(blob)
  try {
    return { ...blob, digest: await hashBlob(opened, signal), packing }
  } finally {
    await opened.handle.close()
  }
}

/** Of archives that have no manifest of the image, it is made. */
const readSaved = async (archive: Archive, { Config, Layers }: Saved): Promise<BlobImage> => {
  const names = Layers ?? []
  if (!isText(Config) || !names.every(isText))
    throw new Failure('its manifest.json names no config or layers')
  const config = await archive.readNamed(Config)
  const diffIds = toDiffIds(config)
  if (diffIds.length !== names.length)
    throw new Failure(`its manifest.json has ${names.length} layers, the config ${diffIds.length}`)
  const layers: Awaited<ReturnType<typeof readLayer>>[] = []
  for (const [at, name] of names.entries())
    layers.push(await readLayer(archive, name, diffIds[at] ?? ''))
  const size = Buffer.byteLength(config)
  const described = layers.map(({ digest, sizeBytes, packing }) => ({
    ...{ digest, size: sizeBytes, packing },
  }))
  return { config, layers, manifest: toManifest({ digest: toDigest(config), size }, described) }
}

const readAll = async (archive: Archive): Promise<readonly PackedImage[]> => {
  const { given, file, parts, source, readNamed, architecture } = archive
  const indexed = await readIndex(archive)
  const fromManifest = async (manifest: string): Promise<BlobImage> =>
    readBlobImage(manifest, source, architecture)
  if (!parts.has('manifest.json')) {
    return Promise.all(
      indexed.map(async ({ manifest, name }) => ({
        ...{ given, file, references: toReferences(name === undefined ? [] : [name]) },
        image: await fromManifest(manifest),
      })),
    )
  }
  const saved = parseJson<readonly Saved[]>(await readNamed('manifest.json'), 'its manifest.json')
  if (!Array.isArray(saved)) throw new Failure('its manifest.json is no list')
  const images: PackedImage[] = []
  for (const each of saved.slice(0, mostImages) as readonly Saved[]) {
    const names = (each.RepoTags ?? []).filter(isText)
    const digest = `sha256:${/([0-9a-f]{64})(?:\.json)?$/.exec(String(each.Config))?.[1] ?? ''}`
    const known = isDigest(digest) && indexed.find(({ config }) => config === digest)
    const image = known ? await fromManifest(known.manifest) : await readSaved(archive, each)
    images.push({ given, file, references: toReferences(names), image })
  }
  return images
}

const refuse = (file: string, cause: unknown): Failure =>
  new Failure(`${file} is no archive of images`, { cause, remedy })

/**
 * An archive may be packed as a whole, in which nobody finds anything.
 *
 * @returns where it is as a tar
 */
const unpackWhole = async (file: string, folder: string, signal: AbortSignal): Promise<string> => {
  const packing = sniff(await readHead(file, { offset: 0, bytes: 4 }))
  if (packing === 'tar') return file
  const unpacked = join(folder, `${randomUUID()}.tar`)
  const to = createWriteStream(unpacked, { flags: 'wx', mode: 0o600 })
  await pipeline(unpack(createReadStream(file), packing), to, { signal })
  return unpacked
}

/**
 * Finds the images in an archive, and where their layers lie in it: as `docker save` of any version, buildx,
 * podman, skopeo and builders without Docker write them.
 *
 * @param folder for what has to be unpacked first; it goes with the run
 * @throws {Failure} where there are none, or one has no name
 */
export const findArchiveImages = async (
  given: string,
  architecture: string,
  folder: string,
  signal: AbortSignal,
): Promise<readonly PackedImage[]> => {
  let images: readonly PackedImage[]
  try {
    const whole = attempt(() => realpathSync(given)) ?? given
    const file = await unpackWhole(whole, folder, signal)
    const parts = await findParts(file, signal)
    images = await readAll(createArchive({ given, file }, parts, architecture, signal))
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof Failure && error.remedy !== undefined ? error : refuse(given, error)
  }
  if (images.length === 0) throw refuse(given, new Error('there is no image in it'))
  if (images.every(({ references }) => references.length > 0)) return images
  throw new Failure(`An image in ${given} has no name`, {
    remedy:
      'Save it by its name: `docker save --output FILE NAME:TAG`, `skopeo copy … oci-archive:FILE:NAME:TAG`.',
  })
}
