import { randomUUID } from 'node:crypto'
import { lstat, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { attempt, renderError } from '../failure.ts'
import type { KeptCache } from '../files/kept/cache.ts'
import type { KeptFile } from '../files/kept/entries.ts'
import { readEntry } from '../files/kept/read-entry.ts'
import { readBlob } from '../files/sources/oci/read-blob.ts'
import { createFileStore } from '../files/sources/oci/store-files.ts'
import { retry } from '../host/http.ts'
import { readRegularFile } from '../host/read-file.ts'
import type { LayerBlob } from '../image/contents/blobs/blob.ts'
import { toDigest, toHex } from '../image/digest.ts'
import { largestText } from '../image/sources/blob-image.ts'
import { type Get, readDocument } from '../image/sources/registry/conversation.ts'
import { unpackLayer } from '../image/sources/write-layout.ts'
import { toLine } from '../text/to-line.ts'
import { leastOwnBytes, toLayerEntry } from './kept-pull.ts'

const input = 'image-cache'

export type BlobsOrder = {
  readonly cache: KeptCache
  /** Of documents under their digests in hex, and of layers' tars under theirs; images of one step share it. */
  readonly folder: string
  readonly get: Get
  readonly warn: (text: string) => void
  readonly signal: AbortSignal
}

/** Small layers and documents of one image. */
const mostEntryBytes = 3_000_000_000
const mostEntryFiles = 1_000

/** An entry has at most 10 GB, and a tar may be several times as large. */
const mostLayerBytes = 20_000_000_000

/** Counts bytes and the time in which any of them were on their way, until they can be used. */
const createMeter = () => {
  const moved = { bytes: 0, ms: 0 }
  let [active, began] = [0, 0]
  const time = async <T>(act: () => Promise<T>): Promise<T> => {
    if (active === 0) began = performance.now()
    active += 1
    try {
      return await act()
    } finally {
      active -= 1
      if (active === 0) moved.ms += performance.now() - began
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
  /**
   * Takes out of an entry what is wanted of it.
   *
   * @returns its key, and digests in hex of what has come; undefined where there is none that can be used
   */
  const restore = async (
    keys: readonly [string, ...string[]],
    find: (sha256: string, sizeBytes: number) => KeptFile | undefined,
  ) => {
    const place = join(folder, `entry-${randomUUID()}`)
    const came = new Set<string>()
    let key: string | undefined
    try {
      await mkdir(place, { mode: 0o700 })
      key = await fromCache.time(() => cache.fetch(keys, place, signal))
      if (key === undefined) return undefined
      const note = (sha256: string, sizeBytes: number): KeptFile | undefined => {
        const file = find(sha256, sizeBytes)
        if (file !== undefined) came.add(sha256)
        return file
      }
      const wanted = { part: undefined, find: note }
      const archive = join(place, 'archive')
      await fromCache.time(() => readEntry(archive, wanted, folder, () => '', signal))
      return { key, came }
    } catch (error) {
      signal.throwIfAborted()
      warn(`${input}: the entry ${toLine(key ?? keys[0], 200)} is not used: ${renderError(error)}`)
      return undefined
    } finally {
      await rm(place, { recursive: true, force: true })
    }
  }
  /** As its tar: whoever wrote the entry may have put any number of bytes there. */
  const restoreLayer = async ({ diffId, sizeBytes: packedBytes }: LayerBlob): Promise<boolean> => {
    const wanted = toHex(diffId)
    const { key } = toLayerEntry({ sha256: wanted, sizeBytes: packedBytes })
    const found = await restore([key], (sha256, sizeBytes) =>
      sha256 === wanted && sizeBytes <= mostLayerBytes ? { sha256, sizeBytes } : undefined,
    )
    if (found?.came.has(wanted) !== true) return false
    restored.add(wanted)
    fromCache.moved.bytes += packedBytes
    return true
  }
  const fetchLayer = async (layer: LayerBlob): Promise<void> => {
    const { digest, diffId, sizeBytes: size, file } = layer
    const draft = await store.create()
    try {
      for await (const piece of readBlob(get, { digest, size }, signal)) await draft.write(piece)
      await draft.keep(toHex(digest))
      if (digest !== diffId) {
        await unpackLayer(layer, join(folder, toHex(diffId)), signal)
        await rm(file, { force: true })
      }
      fromRegistry.moved.bytes += size
    } finally {
      await draft.drop()
    }
  }
  /**
   * Brings a layer that is not there yet.
   *
   * @returns where its tar is
   */
  const bring = async (layer: LayerBlob): Promise<string> => {
    const path = join(folder, toHex(layer.diffId))
    await once(path, async () => {
      const there = await lstat(path).catch(() => undefined)
      if (there !== undefined) return
      if (layer.sizeBytes >= leastOwnBytes && (await restoreLayer(layer))) return
      await fromRegistry.time(() => fetchLayer(layer))
    })
    return path
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
  /** Takes all out of an image's entry: what in it is another image's, nobody asks for. */
  const restoreImage = (keys: readonly [string, ...string[]]) => {
    let [files, bytes] = [0, 0]
    return restore(keys, (sha256, sizeBytes) => {
      if (files >= mostEntryFiles || bytes + sizeBytes > mostEntryBytes) return undefined
      files += 1
      bytes += sizeBytes
      fromCache.moved.bytes += sizeBytes
      return { sha256, sizeBytes }
    })
  }
  return {
    ...{ bring, bringText, addText, restoreImage, restored },
    fromCache: fromCache.moved,
    fromRegistry: fromRegistry.moved,
  }
}
