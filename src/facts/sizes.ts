import { createHash } from 'node:crypto'
import type { Ask } from '../host/engine-api.ts'
import type { Engine } from './facts.ts'
import type { LocalImage } from './images.ts'

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

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

type Measured = { readonly sizeBytes: number; readonly history: readonly HistoryEntry[] }

/** Bytes of all steps, and of those that no image before this one had. */
const sumSteps = (history: readonly HistoryEntry[], seen: Set<string>) => {
  let chain = ''
  let allBytes = 0
  let newBytes = 0
  for (const { Created, CreatedBy, Size } of history.toReversed()) {
    chain = digest(JSON.stringify([chain, Created, CreatedBy, Size]))
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

/** Asks Docker how big images are. */
export const measureSizes = async (
  ask: Ask,
  { hasContainerdStore }: Engine,
  images: readonly LocalImage[],
): Promise<Sizes> =>
  sumSizes(
    await Promise.all(
      images.map(async ({ id, sizeBytes }) => {
        const history = await ask<readonly HistoryEntry[]>(`/images/${id}/history`)
        return { sizeBytes, history: history ?? [] }
      }),
    ),
    hasContainerdStore,
  )
