import { Failure } from '../../failure.ts'
import type { BlobImage } from '../contents/blobs/blob.ts'
import { isDigest } from '../digest.ts'
import { type ContainerImage, toChainIds } from '../image.ts'
import { type ImageReference, toRepository } from '../reference.ts'
import { type Descriptor, findManifest, readBlob, sizeOfBlob, toBlobPath } from './layout-root.ts'

type Manifest = {
  readonly config: Descriptor
  /** Absent or null where there are none. */
  readonly layers?: readonly Descriptor[] | null
}
type Config = {
  readonly architecture?: string
  readonly rootfs?: { readonly diff_ids?: readonly string[] | null }
}

/** What buildx reports of a build that made more than the layout. */
type Reported = { readonly digest: string | undefined; readonly isPushed: boolean }

const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0

const readImage = (
  folder: string,
  references: readonly ImageReference[],
  reported: Reported | undefined,
): ContainerImage => {
  const digest = findManifest(folder, reported?.digest)
  const manifest = readBlob(folder, digest)
  const { config, layers } = JSON.parse(manifest) as Manifest
  const { architecture = '', rootfs } = JSON.parse(readBlob(folder, config.digest)) as Config
  const diffIds = rootfs?.diff_ids ?? []
  const layerBytes = (layers ?? []).map(({ size }) => size)
  // An uncompressed layer's digest is its diff ID.
  if (diffIds.join() !== (layers ?? []).map((layer) => layer.digest).join())
    throw new Error('its layers are compressed, as only BuildKit before 0.10 has them')
  // They become lines of requests, names of files and a sum.
  if (!diffIds.every(isDigest) || !layerBytes.every(isSize)) throw new Error('its layers are none')
  const repositories = new Set(references.map(({ canonical }) => toRepository(canonical)))
  const chainIds = toChainIds(diffIds)
  // Pushed layers are compressed, so the registry has another manifest for the same image.
  const known = (reported?.isPushed && reported.digest) || digest
  return {
    references,
    id: config.digest,
    sizeBytes: layerBytes.reduce((sum, bytes) => sum + bytes, 0),
    digestNames: [...repositories].map((repository) => `${repository}@${known}`),
    architecture,
    layers: diffIds.map((diffId, index) => ({
      diffId,
      chainId: chainIds[index] ?? '',
      folder: undefined,
    })),
    layout: { folder, digest, manifest, layerBytes },
  }
}

/**
 * Reads the image that a builder has written into a folder, as buildx does with `type=oci,tar=false` and no
 * compression. Layers may be missing there: empty files stand for those that nobody needs.
 *
 * @param reported where the same build made more; by the pushed digest nodes find the image, too
 * @throws {Failure} when it is not one image, or not what its digests say
 */
export const readLayout = (
  folder: string,
  references: readonly ImageReference[],
  reported?: Reported,
): ContainerImage => {
  try {
    return readImage(folder, references, reported)
  } catch (cause) {
    throw new Failure('The build ended well, but what the builder wrote is no image to load', {
      cause,
      remedy: 'Slipway needs buildx 0.13 and BuildKit 0.11 or newer: `docker buildx inspect`.',
    })
  }
}

/** Whether a layout has a layer itself, not only an empty file in its place. */
export const hasLayer = (folder: string, diffId: string): boolean =>
  (sizeOfBlob(folder, diffId) ?? 0) > 0

/** An image that a builder has written, to be read where it lies; undefined where layers were left out. */
export const toWholeBlobs = ({ id, layers, layout }: ContainerImage): BlobImage | undefined => {
  if (layout === undefined || !layers.every(({ diffId }) => hasLayer(layout.folder, diffId)))
    return undefined
  const { folder, manifest, layerBytes } = layout
  return {
    manifest,
    config: readBlob(folder, id),
    layers: layers.map(({ diffId }, at) => ({
      ...{ file: toBlobPath(folder, diffId), start: 0, sizeBytes: layerBytes[at] ?? 0 },
      ...{ digest: diffId, diffId },
    })),
  }
}
