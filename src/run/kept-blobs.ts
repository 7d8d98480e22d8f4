import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { attempt, renderError } from '../failure.ts'
import type { KeptCache } from '../files/kept/cache.ts'
import { type KeptFile, toOwnEntries } from '../files/kept/entries.ts'
import { readEntry } from '../files/kept/read-entry.ts'
import { restoreFiles } from '../files/kept/restore-files.ts'
import { readBlob } from '../files/sources/oci/read-blob.ts'
import { createFileStore } from '../files/sources/oci/store-files.ts'
import { retry } from '../host/http.ts'
import { readRegularFile } from '../host/read-file.ts'
import { toDigest } from '../image/digest.ts'
import { type BlobDescriptor, largestText } from '../image/sources/blob-image.ts'
import { type Get, readDocument } from '../image/sources/registry/conversation.ts'
import { leastOwnBytes } from './kept-pull.ts'

const input = 'image-cache'

export type BlobsOrder = {
  readonly cache: KeptCache
  /** Of blobs under their digests in hex; images of one step share it. */
  readonly folder: string
  readonly get: Get
  readonly warn: (text: string) => void
  readonly signal: AbortSignal
}

export const toHex = (digest: string): string => digest.slice('sha256:'.length)

/** Small layers and documents of one image. */
const mostEntryBytes = 3_000_000_000
const mostEntryFiles = 1_000

/** Counts bytes and the time that they take. */
const createMeter = () => {
  const moved = { bytes: 0, ms: 0 }
  const time = async <T>(act: () => Promise<T>): Promise<T> => {
    const began = performance.now()
    try {
      return await act()
    } finally {
      moved.ms += performance.now() - began
    }
  }
  return { moved, time }
}

/** Images may share layers: whoever comes second waits for the first. By paths, which only one run has. */
const underWay = new Map<string, Promise<void>>()

const once = async (path: string, act: () => Promise<void>): Promise<void> => {
  const other = underWay.get(path)
  // Where the first failed, the second tries itself.
  if (other !== undefined) await other.catch(() => {})
  const own = act()
  underWay.set(path, own)
  try {
    await own
  } finally {
    if (underWay.get(path) === own) underWay.delete(path)
  }
}

/** Brings the parts of an image, out of the Actions cache first: all is compared with its digest there, too. */
export const createBlobs = ({ cache, folder, get, warn, signal }: BlobsOrder) => {
  const store = createFileStore(folder)
  const restored = new Set<string>()
  const [fromCache, fromRegistry] = [createMeter(), createMeter()]
  const restoreLayer = async (file: KeptFile): Promise<void> => {
    const order = { cache, folder, scope: '', warn, signal, input }
    const came = await fromCache.time(() => restoreFiles([file], order, toOwnEntries(file)))
    if (!came.has(file.sha256)) return
    restored.add(file.sha256)
    fromCache.moved.bytes += file.sizeBytes
  }
  const fetchLayer = async (layer: BlobDescriptor): Promise<void> => {
    const draft = await store.create()
    try {
      for await (const piece of readBlob(get, layer, signal)) await draft.write(piece)
      await draft.keep(toHex(layer.digest))
      fromRegistry.moved.bytes += layer.size
    } finally {
      await draft.drop()
    }
  }
  /** Brings a layer that is not there yet. */
  const bring = (layer: BlobDescriptor): Promise<void> => {
    const { digest, size: sizeBytes } = layer
    const sha256 = toHex(digest)
    return once(join(folder, sha256), async () => {
      if (await store.has(sha256, sizeBytes)) return
      if (sizeBytes >= leastOwnBytes) await restoreLayer({ sha256, sizeBytes })
      if (restored.has(sha256)) return
      await fromRegistry.time(() => fetchLayer(layer))
    })
  }
  /**
   * Brings the text of a manifest or config.
   *
   * @param path where the registry has it
   */
  const bringText = async (digest: string, path: string): Promise<string> => {
    const known = attempt(() => readRegularFile(join(folder, toHex(digest)), largestText))
    if (known !== undefined && toDigest(known) === digest) return known.toString('utf8')
    const text = await fromRegistry.time(() => retry(() => readDocument(get, path, digest), signal))
    await addText(text)
    return text
  }
  /** Puts down what the registry has said. */
  const addText = async (text: string): Promise<void> => {
    const draft = await store.create()
    await draft.write(Buffer.from(text))
    await draft.keep(toHex(toDigest(text)))
    fromRegistry.moved.bytes += Buffer.byteLength(text)
  }
  /**
   * Takes all out of an image's entry: what in it is another image's, nobody asks for.
   *
   * @returns its key, and the digests in hex of what was in it; undefined where there is none
   */
  const restoreImage = async (keys: readonly [string, ...string[]]) => {
    const place = join(folder, `entry-${randomUUID()}`)
    const came = new Set<string>()
    let key: string | undefined
    let bytes = 0
    const find = (sha256: string, sizeBytes: number): KeptFile | undefined => {
      if (came.size >= mostEntryFiles || bytes + sizeBytes > mostEntryBytes) return undefined
      came.add(sha256)
      bytes += sizeBytes
      return { sha256, sizeBytes }
    }
    try {
      await mkdir(place, { mode: 0o700 })
      await fromCache.time(async () => {
        key = await cache.fetch(keys, place, signal)
        if (key === undefined) return
        const wanted = { part: undefined, find }
        await readEntry(join(place, 'archive'), wanted, folder, () => '', signal)
        fromCache.moved.bytes += bytes
      })
      return key === undefined ? undefined : { key, came }
    } catch (error) {
      signal.throwIfAborted()
      warn(`${input}: the entry ${key ?? keys[0]} is not used: ${renderError(error)}`)
      return undefined
    } finally {
      await rm(place, { recursive: true, force: true })
    }
  }
  return {
    ...{ bring, bringText, addText, restoreImage, restored },
    fromCache: fromCache.moved,
    fromRegistry: fromRegistry.moved,
  }
}
