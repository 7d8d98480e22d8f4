import { createHash } from 'node:crypto'
import type { Ask } from '../host/engine-api.ts'
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

/**
 * Sums what the histories tell. Steps that look the same from the lowest up are one layer. What an
 * image has beyond its steps are compressed layers, which the containerd store keeps beside them.
 */
export const sumSizes = (images: readonly Measured[]): Sizes => {
  const seen = new Set<string>()
  let totalBytes = 0
  for (const { sizeBytes, history } of images) {
    let chain = ''
    let unpackedBytes = 0
    for (const { Created, CreatedBy, Size } of history.toReversed()) {
      chain = digest(JSON.stringify([chain, Created, CreatedBy, Size]))
      unpackedBytes += Size
      if (!seen.has(chain)) totalBytes += Size
      seen.add(chain)
    }
    totalBytes += Math.max(0, sizeBytes - unpackedBytes)
  }
  return { totalBytes, each: images.map(({ sizeBytes }) => sizeBytes) }
}

/** Asks Docker how big images are. */
export const measureSizes = async (ask: Ask, images: readonly LocalImage[]): Promise<Sizes> =>
  sumSizes(
    await Promise.all(
      images.map(async ({ id, sizeBytes }) => {
        const history = await ask<readonly HistoryEntry[]>(`/images/${id}/history`)
        return { sizeBytes, history: history ?? [] }
      }),
    ),
  )
