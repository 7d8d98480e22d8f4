import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { link, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Failure } from '../../failure.ts'
import { doAtOnce } from '../../host/at-once.ts'
import { type BlobImage, type LayerBlob, openBlob, readArchive } from '../contents/blobs/blob.ts'
import { toDigest } from '../digest.ts'
import { type ContainerImage, toLayers } from '../image.ts'
import { type ImageReference, toRepository } from '../reference.ts'
import { toBlobPath } from './layout-root.ts'

/**
 * Unpacks a layer into a file of its tar: nodes have no zstd, and read no packed layers out of a folder.
 *
 * @throws {Failure} where that is not what the image's config promises
 */
export const unpackLayer = async (
  layer: LayerBlob,
  to: string,
  signal: AbortSignal,
): Promise<void> => {
  const draft = `${to}-${randomUUID()}`
  const blob = await openBlob(layer)
  const hash = createHash('sha256')
  try {
    await pipeline(
      readArchive(blob),
      async function* (source: AsyncIterable<Buffer>) {
        for await (const piece of source) {
          hash.update(piece)
          yield piece
        }
      },
      createWriteStream(draft, { flags: 'wx', mode: 0o600 }),
      { signal },
    )
    const found = `sha256:${hash.digest('hex')}`
    if (found !== layer.diffId)
      throw new Failure(`The layer ${layer.digest} unpacks to ${found} in place of ${layer.diffId}`)
    await rename(draft, to)
  } catch (cause) {
    signal.throwIfAborted()
    if (cause instanceof Failure) throw cause
    throw new Failure(`The layer ${layer.digest} could not be unpacked`, { cause })
  } finally {
    await blob.handle.close()
    await rm(draft, { force: true })
  }
}

const atOnce = 3

/** What an image is made of, where it goes, and what is needed of it. */
export type LayoutOrder = {
  readonly image: BlobImage
  readonly folder: string
  readonly reference: ImageReference
  /** Under which the registry has it: of an index, or of the manifest. */
  readonly root: string
  /** Diff IDs that some node lacks; empty files stand for the others. */
  readonly wanted: ReadonlySet<string>
  /** Brings a layer, and says where its tar is. */
  readonly bring: (layer: LayerBlob) => Promise<string>
}

/**
 * Writes an image as builders write theirs for the nodes, with its layers unpacked; its manifest stays the
 * registry's, byte for byte.
 *
 * @throws {Failure} where a layer is not what the image's config promises
 */
export const writeLayout = async (order: LayoutOrder): Promise<ContainerImage> => {
  const { image, folder, reference, root, wanted, bring } = order
  await rm(folder, { recursive: true, force: true })
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true, mode: 0o700 })
  const id = toDigest(image.config)
  await writeFile(toBlobPath(folder, id), image.config)
  const bytes = new Map<string, number>()
  const once = [...new Map(image.layers.map((layer) => [layer.diffId, layer])).values()]
  await doAtOnce(once, atOnce, async (layer) => {
    const blob = toBlobPath(folder, layer.diffId)
    if (!wanted.has(layer.diffId)) return writeFile(blob, '')
    const path = await bring(layer)
    await link(path, blob)
    bytes.set(layer.diffId, (await stat(path)).size)
  })
  const layerBytes = image.layers.map(({ diffId }) => bytes.get(diffId) ?? 0)
  const { architecture = '' } = JSON.parse(image.config) as { readonly architecture?: string }
  const { manifest } = image
  return {
    references: [reference],
    id,
    sizeBytes: layerBytes.reduce((sum, each) => sum + each, 0),
    digestNames: [`${toRepository(reference.canonical)}@${root}`],
    architecture,
    layers: toLayers(image.layers.map(({ diffId }) => diffId)),
    layout: { folder, digest: toDigest(manifest), manifest, layerBytes },
  }
}
