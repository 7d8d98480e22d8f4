import type { Get } from '../docker/engine-api.ts'
import { toDigest } from './digest.ts'
import type { ContainerImage } from './image.ts'

/** How big images are. */
export type Sizes = {
  /** All together on the disk, layers that they share counted once. */
  readonly totalBytes: number
  /** Of each, in the order of the images. */
  readonly each: readonly number[]
}

/** Docker's entry for one step of a Dockerfile, newest first. */
export type HistoryEntry = {
  readonly Created: number
  readonly CreatedBy: string
  readonly Size: number
}

/** An image as Docker had it. */
export type Measured = { readonly sizeBytes: number; readonly history: readonly HistoryEntry[] }

/** Bytes of all steps, and of those that no image before this one had. */
const sumSteps = (history: readonly HistoryEntry[], seen: Set<string>) => {
  let chain = ''
  let allBytes = 0
  let newBytes = 0
  for (const { Created, CreatedBy, Size } of history.toReversed()) {
    chain = toDigest(JSON.stringify([chain, Created, CreatedBy, Size]))
    allBytes += Size
    if (!seen.has(chain)) newBytes += Size
    seen.add(chain)
  }
  return { allBytes, newBytes }
}

/**
 * Sums what the histories tell. Steps that look the same from the lowest up are one layer.
 *
 * @param keepsBlobs whether the store keeps the compressed layers beside the unpacked ones, as
 *   containerd's does; their size is that of the image, to which some versions of Docker add the
 *   unpacked layers
 */
export const sumSizes = (images: readonly Measured[], keepsBlobs: boolean): Sizes => {
  const seen = new Set<string>()
  let totalBytes = 0
  const each = images.map(({ sizeBytes, history }) => {
    const { allBytes, newBytes } = sumSteps(history, seen)
    if (!keepsBlobs || allBytes === 0) {
      totalBytes += newBytes
      return sizeBytes
    }
    const blobBytes = sizeBytes > allBytes ? sizeBytes - allBytes : sizeBytes
    totalBytes += newBytes + Math.round((blobBytes * newBytes) / allBytes)
    return allBytes + blobBytes
  })
  return { totalBytes, each }
}

/** Asks Docker what an image consists of, as long as it is there. */
export const measureImage = async (get: Get, image: ContainerImage): Promise<Measured> => ({
  sizeBytes: image.sizeBytes,
  history: (await get<readonly HistoryEntry[]>(`/images/${image.id}/history`)) ?? [],
})
