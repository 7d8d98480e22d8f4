import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { attempt } from '../failure.ts'
import { isDigest } from '../image/digest.ts'
import { type Layer, toLayers } from '../image/image.ts'
import { readBlob, sizeOfBlob, toBlobPath } from '../image/sources/layout-root.ts'
import { fewBytes } from '../load/from-layout.ts'

/** Looked at so often, as nothing of the system has to be had for it: builders write for seconds. */
const everyMs = 200

/** Small layers are read in vain. */
const mostConfigBytes = 1_000_000

/** Overlayfs mounts no more than 500, and each is looked at every time. */
const mostLayers = 500

type Config = { readonly rootfs?: { readonly diff_ids?: unknown } }

/** @param text of a blob that may be anything, of which most are no config and have no layers */
const parseLayers = (text: string): readonly Layer[] => {
  const config = attempt(() => JSON.parse(text) as Config | null)
  const diffIds = config?.rootfs?.diff_ids
  const areLayers =
    Array.isArray(diffIds) && diffIds.length <= mostLayers && diffIds.every(isDigest)
  return areLayers ? toLayers(diffIds) : []
}

const findLayers = (folder: string, digest: string): readonly Layer[] => {
  const layers = parseLayers(attempt(() => readBlob(folder, digest)) ?? '')
  // Where nodes have some of them, others are unpacked there.
  return layers.every(({ diffId }) => sizeOfBlob(folder, diffId) !== 0) ? layers : []
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
  const ended = new AbortController()
  /** By the digest of what may be its config, which comes first, as it is small. Each blob is read once. */
  const images = new Map<string, readonly Layer[]>()
  const told = new Set<string>()
  const read = (digest: string): void => {
    if (images.has(digest) || (sizeOfBlob(folder, digest) ?? 0) > mostConfigBytes) return
    images.set(digest, findLayers(folder, digest))
  }
  const tell = (layers: readonly Layer[]): void => {
    for (const [at, { diffId, chainId }] of layers.entries()) {
      if (told.has(chainId) || (sizeOfBlob(folder, diffId) ?? 0) <= fewBytes) continue
      told.add(chainId)
      onLayer(layers, at, toBlobPath(folder, diffId))
    }
  }
  const look = async (): Promise<void> => {
    const names = await readdir(join(folder, 'blobs', 'sha256')).catch(() => [])
    if (ended.signal.aborted) return
    for (const name of names) if (isDigest(`sha256:${name}`)) read(`sha256:${name}`)
    for (const layers of images.values()) tell(layers)
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
