import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { attempt } from '../failure.ts'
import { isDigest } from '../image/digest.ts'
import { type Layer, toLayers } from '../image/image.ts'
import { readBlob, sizeOfBlob, toBlobPath } from '../image/sources/layout-root.ts'

/** Looked at so often, as nothing of the system has to be had for it: builders write for seconds. */
const everyMs = 200

/** A config is smaller; smaller layers are unpacked in no time. */
const fewBytes = 4_000_000

/** Overlayfs mounts no more than 500, and each is looked at each time. */
const mostLayers = 500

type Config = { readonly rootfs?: { readonly diff_ids?: unknown } }

/** @param text of a blob that may be anything */
const parseLayers = (text: string): readonly Layer[] | undefined => {
  const config = attempt(() => JSON.parse(text) as Config | null)
  const diffIds = config?.rootfs?.diff_ids
  const areLayers =
    Array.isArray(diffIds) && diffIds.length <= mostLayers && diffIds.every(isDigest)
  return areLayers ? toLayers(diffIds) : undefined
}

/** The layers of the image that is being written: its config comes first, as it is small. */
const findLayers = (folder: string, digests: readonly string[]): readonly Layer[] => {
  for (const digest of digests) {
    const size = sizeOfBlob(folder, digest) ?? 0
    if (size === 0 || size > fewBytes) continue
    const layers = parseLayers(attempt(() => readBlob(folder, digest)) ?? '')
    // Where nodes have some of them, others are unpacked there.
    const isWhole = layers?.every(({ diffId }) => sizeOfBlob(folder, diffId) !== 0)
    if (layers !== undefined && isWhole) return layers
  }
  return []
}

/** Hears of a layer of which all is there, and of those of its image. */
export type OnLayer = (layers: readonly Layer[], at: number, file: string) => void

/**
 * Tells of an image's large layers as soon as a builder has written them into a folder, where it gives a blob
 * its name once all of it is there.
 *
 * @returns what ends it
 */
export const watchLayers = (folder: string, onLayer: OnLayer): { readonly end: () => void } => {
  const told = new Set<string>()
  const ended = new AbortController()
  const look = async (): Promise<void> => {
    const names = await readdir(join(folder, 'blobs', 'sha256')).catch(() => [])
    if (ended.signal.aborted) return
    const digests = names.map((name) => `sha256:${name}`).filter(isDigest)
    findLayers(folder, digests).forEach(({ diffId, chainId }, at, layers) => {
      if (told.has(chainId) || (sizeOfBlob(folder, diffId) ?? 0) <= fewBytes) return
      told.add(chainId)
      onLayer(layers, at, toBlobPath(folder, diffId))
    })
  }
  const watch = async (): Promise<void> => {
    for (;;) {
      await sleep(everyMs, undefined, { signal: ended.signal, ref: false })
      await look()
    }
  }
  watch().catch(() => {})
  return { end: () => ended.abort() }
}
