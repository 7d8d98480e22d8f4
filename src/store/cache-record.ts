import { createHash } from 'node:crypto'
import { attempt } from '../failure.ts'
import type { StoredFile } from './entry.ts'
import { leastOwnBytes, toLayerEntry, toPackKey } from './layers.ts'

/** A layer's tar by its diff ID in hex, and where it is kept. */
export type StoredLayer = StoredFile & {
  /** The entry that it shares with other small ones; large ones have entries of their own. */
  readonly pack: string | undefined
  /** In seconds since 1970. */
  readonly usedAt: number
}

/** What is kept of a target's builds: the builder's documents of its cache, and where the layers are. */
export type CacheRecord = {
  /** Digests in hex of the documents, which are kept beside the record. */
  readonly manifest: string
  readonly config: string
  /** The same of a note on the builds; undefined where there is none. */
  readonly note?: string | undefined
  /** Layers of the image, lowest first: the nodes will want them. */
  readonly image: readonly string[]
  /** Those of all stages. */
  readonly layers: readonly StoredLayer[]
}

/** Docker stacks 127 in an image; a build has a few for each step. */
const mostLayers = 2_000

const isHex = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0

const isLayer = (value: unknown): value is StoredLayer => {
  const { sha256, sizeBytes, pack, usedAt } = (value ?? {}) as Partial<StoredLayer>
  const isPlaced =
    pack === undefined ? Number(sizeBytes) >= leastOwnBytes : /^[0-9a-f]{32}$/.test(pack)
  return isHex(sha256) && isCount(sizeBytes) && isCount(usedAt) && isPlaced
}

const isListOf = <T>(value: unknown, isOne: (each: unknown) => each is T): value is readonly T[] =>
  Array.isArray(value) && value.length <= mostLayers && value.every(isOne)

/**
 * Reads what a run has kept: whoever can write to the cache may have written it.
 *
 * @returns undefined where it is none
 */
export const parseCacheRecord = (text: string): CacheRecord | undefined => {
  const parsed = attempt(() => JSON.parse(text) as Partial<CacheRecord> | null)
  const { manifest, config, note, image, layers } = parsed ?? {}
  const isWhole =
    isHex(manifest) &&
    isHex(config) &&
    (note === undefined || isHex(note)) &&
    isListOf(image, isHex) &&
    isListOf(layers, isLayer)
  return isWhole ? { manifest, config, note, image, layers } : undefined
}

const shorten = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16)

/** How the keys of a target's records begin. GitHub looks for them in the branch first, then in the default branch. */
export const toRecordStart = (scope: string): string => `slipway-build-v1-${shorten(scope)}-`

/** The digest of the record in an entry with such a key. */
export const findRecordDigest = (key: string): string | undefined =>
  /^slipway-build-v1-[0-9a-f]{16}-([0-9a-f]{64})-[0-9a-f]{8}$/.exec(key)?.[1]

/** The key of the entry that has a layer. */
export const toLayerKey = (layer: StoredLayer): string =>
  layer.pack === undefined ? toLayerEntry(layer).key : toPackKey(layer.pack)
