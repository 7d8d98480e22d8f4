import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../failure.ts'
import { readRegularFile } from '../../host/read-file.ts'
import { type ContainerImage, toChainIds } from '../image.ts'
import { type ImageReference, toRepository } from '../reference.ts'

type Descriptor = {
  readonly digest: string
  readonly size: number
  readonly platform?: { readonly os?: string }
}
type Manifest = {
  readonly config: Descriptor
  /** Absent or null where there are none. */
  readonly layers?: readonly Descriptor[] | null
}
type Config = {
  readonly architecture?: string
  readonly rootfs?: { readonly diff_ids?: readonly string[] | null }
}

/** containerd takes no larger manifests and configs. */
const largestBlob = 8_000_000

const digestPattern = /^sha256:[0-9a-f]{64}$/

/** Where an OCI layout has a blob. What is no digest could name any file. */
export const toBlobPath = (folder: string, digest: string): string => {
  if (!digestPattern.test(digest)) throw new Error(`${JSON.stringify(digest)} is no digest`)
  return join(folder, 'blobs', 'sha256', digest.slice('sha256:'.length))
}

const readBlob = (folder: string, digest: string): string => {
  const content = readRegularFile(toBlobPath(folder, digest), largestBlob)
  const found = `sha256:${createHash('sha256').update(content).digest('hex')}`
  if (found !== digest) throw new Error(`the blob ${digest} has the digest ${found}`)
  return content.toString('utf8')
}

/** Attestations are for no platform. */
const pickManifest = (folder: string): Descriptor => {
  const index = readRegularFile(join(folder, 'index.json'), largestBlob).toString('utf8')
  const { manifests = [] } = JSON.parse(index) as { readonly manifests?: readonly Descriptor[] }
  const images = manifests.filter(({ platform }) => platform?.os !== 'unknown')
  const [first] = images
  if (first !== undefined && images.length === 1) return first
  throw new Error(`it has ${images.length} images, not one`)
}

const readImage = (folder: string, references: readonly ImageReference[]): ContainerImage => {
  const { digest } = pickManifest(folder)
  const manifest = readBlob(folder, digest)
  const { config, layers } = JSON.parse(manifest) as Manifest
  const { architecture = '', rootfs } = JSON.parse(readBlob(folder, config.digest)) as Config
  const diffIds = rootfs?.diff_ids ?? []
  const layerBytes = (layers ?? []).map(({ size }) => size)
  // An uncompressed layer's digest is its diff ID.
  if (diffIds.join() !== (layers ?? []).map((layer) => layer.digest).join())
    throw new Error('its layers are compressed, as only BuildKit before 0.10 has them')
  const repositories = new Set(references.map(({ canonical }) => toRepository(canonical)))
  const chainIds = toChainIds(diffIds)
  return {
    references,
    id: config.digest,
    sizeBytes: layerBytes.reduce((sum, bytes) => sum + bytes, 0),
    digestNames: [...repositories].map((repository) => `${repository}@${digest}`),
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
 * @throws {Failure} when it is not one image, or not what its digests say
 */
export const readLayout = (
  folder: string,
  references: readonly ImageReference[],
): ContainerImage => {
  try {
    return readImage(folder, references)
  } catch (cause) {
    throw new Failure('The build ended well, but what the builder wrote is no image to load', {
      cause,
      remedy: 'Slipway needs buildx 0.13 and BuildKit 0.11 or newer: `docker buildx inspect`.',
    })
  }
}

/** Whether a layout has a layer itself, not only an empty file in its place. */
export const hasLayer = (folder: string, diffId: string): boolean =>
  (statSync(toBlobPath(folder, diffId), { throwIfNoEntry: false })?.size ?? 0) > 0
