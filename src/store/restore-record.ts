import { join } from 'node:path'
import { attempt, renderError } from '../failure.ts'
import { doAtOnce } from '../host/at-once.ts'
import { readRegularFile } from '../host/read-file.ts'
import { largestText } from '../image/sources/blob-image.ts'
import { toLine } from '../text/to-line.ts'
import {
  type CacheRecord,
  findRecordDigest,
  parseCacheRecord,
  type StoredLayer,
  toLayerKey,
} from './cache-record.ts'
import type { StoredFile } from './entry.ts'
import { restoreEntry } from './restore-entry.ts'
import type { StoreOrder } from './store-order.ts'

/** A record with its documents; its layers are those that are still kept. */
export type RestoredRecord = CacheRecord & {
  readonly documents: { readonly manifest: string; readonly config: string }
  /** What builds noted of themselves. */
  readonly noteText?: string | undefined
}

/** The service refuses whoever asks too much at once. */
const atOnce = 8

/** The record, its documents and its note. */
const mostFiles = 4

/** What has a digest's name has that digest. */
const readDocument = (folder: string, sha256: string): string | undefined =>
  attempt(() => readRegularFile(join(folder, sha256), largestText))?.toString('utf8')

const readNote = ({ note }: CacheRecord, folder: string): string | undefined =>
  note === undefined ? undefined : readDocument(folder, note)

const readRecord = (key: string, folder: string): RestoredRecord | undefined => {
  const text = readDocument(folder, findRecordDigest(key) ?? '')
  const record = text === undefined ? undefined : parseCacheRecord(text)
  if (record === undefined) return undefined
  const manifest = readDocument(folder, record.manifest)
  const config = readDocument(folder, record.config)
  return manifest === undefined || config === undefined
    ? undefined
    : { ...record, documents: { manifest, config }, noteText: readNote(record, folder) }
}

/**
 * Brings what was kept last of a target's builds, its layers' tars apart.
 *
 * @returns undefined where there is nothing, or nothing that can be used
 */
const restoreRecord = async (
  start: string,
  order: StoreOrder,
): Promise<RestoredRecord | undefined> => {
  const { input, folder, warn } = order
  let files = 0
  const find = (sha256: string, sizeBytes: number): StoredFile | undefined => {
    files += 1
    return files > mostFiles || sizeBytes > largestText ? undefined : { sha256, sizeBytes }
  }
  const key = await restoreEntry([start], { part: undefined, find }, order, true)
  if (key === undefined) return undefined
  const record = readRecord(key, folder)
  if (record === undefined)
    warn(`${input}: the entry ${toLine(key, 200)} is not used: it has no record that Slipway wrote`)
  return record
}

/** Asks in one go: what GitHub has evicted is not offered to a builder. */
const findThere = async (
  records: readonly RestoredRecord[],
  { cache, folder, signal }: StoreOrder,
): Promise<ReadonlySet<string>> => {
  const keys = new Set(records.flatMap(({ layers }) => layers).map(toLayerKey))
  return keys.size === 0 ? keys : cache.look([...keys], folder, signal)
}

/**
 * Brings what was kept last of the builds of each of some targets, their layers' tars apart.
 *
 * @param starts how the keys of each target's records begin
 * @returns in that order; undefined where there is nothing, or nothing that can be used
 */
export const restoreRecords = async (
  starts: readonly string[],
  order: StoreOrder,
): Promise<readonly (RestoredRecord | undefined)[]> => {
  const records: (RestoredRecord | undefined)[] = starts.map(() => undefined)
  await doAtOnce([...starts.entries()], atOnce, async ([at, start]) => {
    records[at] = await restoreRecord(start, order)
  })
  try {
    const found = records.filter((record) => record !== undefined)
    const there = await findThere(found, order)
    const isThere = (layer: StoredLayer): boolean => there.has(toLayerKey(layer))
    return records.map((each) => each && { ...each, layers: each.layers.filter(isThere) })
  } catch (error) {
    order.signal.throwIfAborted()
    order.warn(
      `${order.input}: nobody knows which layers the cache still has: ${renderError(error)}`,
    )
    return []
  }
}
