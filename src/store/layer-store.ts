import { createReadStream } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { createGate } from '../host/at-once.ts'
import { toHex } from '../image/digest.ts'
import { type StoredLayer, toLayerKey } from './cache-record.ts'
import type { StoredFile } from './entry.ts'
import { createMeter } from './meter.ts'
import { once } from './once.ts'
import { restoreEntry } from './restore-entry.ts'
import type { StoreOrder } from './store-order.ts'

/** Each is a process that takes memory, and they share one network with what a step needs now. */
const atOnce = 3

/**
 * The layers of a step's builds, fetched out of the cache when somebody wants them. They are called by their
 * diff IDs, and each byte is compared with these. What the cache cannot give any more is said not to be there.
 */
export const createLayerStore = (order: StoreOrder) => {
  const { folder } = order
  const known = new Map<string, StoredLayer>()
  const refused = new Set<string>()
  const meter = createMeter()
  const gate = createGate(atOnce)
  /** Entries of which nobody needs anything at once, by their keys. */
  const coming = new Map<string, Promise<unknown>>()
  const isThere = async ({ sha256, sizeBytes }: StoredLayer): Promise<boolean> => {
    const found = await lstat(join(folder, sha256)).catch(() => undefined)
    return found?.isFile() === true && found.size === sizeBytes
  }
  /** All of an entry comes at once: a small layer's others are small, too. */
  const restore = async (key: string): Promise<void> => {
    const layers = [...known.values()].filter((layer) => toLayerKey(layer) === key)
    const there = await Promise.all(layers.map(isThere))
    // Whoever waited for another one may find that it was refused.
    const wanted = layers.filter(({ sha256 }, at) => there[at] !== true && !refused.has(sha256))
    if (wanted.length === 0) return
    const find = (sha256: string) => wanted.find((layer) => layer.sha256 === sha256)
    await meter.time(() => restoreEntry([key], { part: undefined, find }, order))
    for (const layer of wanted) {
      if (await isThere(layer)) meter.moved.bytes += layer.sizeBytes
      else refused.add(layer.sha256)
    }
  }
  /**
   * Brings a layer.
   *
   * @returns where its tar is; undefined where it cannot be had
   */
  const bring = async (digest: string): Promise<string | undefined> => {
    const layer = known.get(toHex(digest))
    if (layer === undefined) return undefined
    const key = toLayerKey(layer)
    await once(join(folder, key), () => restore(key))
    return (await isThere(layer)) ? join(folder, layer.sha256) : undefined
  }
  const bringUnlessEnded = async (digest: string): Promise<string | undefined> => {
    order.signal.throwIfAborted()
    return bring(digest)
  }
  return {
    /** Layers of records that are there. */
    add: (layers: readonly StoredLayer[]): void => {
      for (const layer of layers) known.set(layer.sha256, layer)
    },
    /** Layers whose tars are in the folder, as a build of this step has sent them. */
    hold: (layers: readonly StoredFile[]): void => {
      for (const layer of layers)
        if (!known.has(layer.sha256))
          known.set(layer.sha256, { ...layer, pack: undefined, usedAt: 0 })
    },
    bring,
    /**
     * Brings several, after those of earlier calls; some at once.
     *
     * @param onLayer hears of each that has come, and where its tar is
     */
    bringAll: async (
      digests: readonly string[],
      onLayer: (digest: string, path: string) => void,
    ): Promise<void> => {
      const bringLater = async (digest: string): Promise<void> => {
        const layer = known.get(toHex(digest))
        if (layer === undefined) return
        const key = toLayerKey(layer)
        const come = coming.get(key) ?? gate(() => bringUnlessEnded(digest))
        coming.set(key, come)
        await come
        const path = await bringUnlessEnded(digest)
        if (path !== undefined) onLayer(digest, path)
      }
      const works = digests.map(bringLater)
      // What they write to may go when none is at work any more.
      await Promise.allSettled(works)
      await Promise.all(works)
    },
    find: async (digest: string): Promise<{ readonly sizeBytes: number } | undefined> => {
      const layer = known.get(toHex(digest))
      return layer === undefined || refused.has(layer.sha256)
        ? undefined
        : { sizeBytes: layer.sizeBytes }
    },
    open: async (digest: string, signal: AbortSignal): Promise<Readable | undefined> => {
      const path = await bring(digest)
      return path === undefined ? undefined : createReadStream(path, { signal })
    },
    /** Diff IDs in hex of what was asked for and could not be had. */
    refused: refused as ReadonlySet<string>,
    /** What has come, unpacked, and how long that took. */
    moved: meter.moved,
  }
}

export type LayerStore = ReturnType<typeof createLayerStore>
