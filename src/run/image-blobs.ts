import { lstat, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { attempt } from '../failure.ts'
import { retry } from '../host/http.ts'
import { readRegularFile } from '../host/read-file.ts'
import type { LayerBlob } from '../image/contents/blobs/blob.ts'
import { toDigest, toHex } from '../image/digest.ts'
import { largestText } from '../image/sources/blob-image.ts'
import { type Get, readDocument } from '../image/sources/registry/conversation.ts'
import { readBlob } from '../image/sources/registry/read-blob.ts'
import { unpackLayer } from '../image/sources/write-layout.ts'
import type { StoredFile } from '../store/entry.ts'
import { createFileStore } from '../store/file-store.ts'
import { leastOwnBytes, restoreLayer } from '../store/layers.ts'
import { createMeter } from '../store/meter.ts'
import { once } from '../store/once.ts'
import { restoreEntry } from '../store/restore-entry.ts'
import type { StoreOrder } from '../store/store-order.ts'

/** In the folder, layers are tars under their diff IDs, documents under their digests; images of one step share it. */
export type BlobsOrder = StoreOrder & { readonly get: Get }

/** Small layers and documents of one image. */
const mostEntryBytes = 3_000_000_000
const mostEntryFiles = 1_000

/** Brings the parts of an image, out of the Actions cache first: all is compared with its digest there, too. */
export const createBlobs = (order: BlobsOrder) => {
  const { folder, get, signal } = order
  const store = createFileStore(folder)
  const restored = new Set<string>()
  const [fromCache, fromRegistry] = [createMeter(), createMeter()]
  /** As its tar. */
  const restore = async ({ diffId, sizeBytes: packedBytes }: LayerBlob): Promise<boolean> => {
    const sha256 = toHex(diffId)
    if (!(await fromCache.time(() => restoreLayer({ sha256 }, order)))) return false
    restored.add(sha256)
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
      if (layer.sizeBytes >= leastOwnBytes && (await restore(layer))) return
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
  /**
   * Takes all out of an image's entry: what in it is another image's, nobody asks for.
   *
   * @returns its key, and digests in hex of what has come; undefined where there is none that can be used
   */
  const restoreImage = async (keys: readonly [string, ...string[]]) => {
    const came = new Set<string>()
    let bytes = 0
    const find = (sha256: string, sizeBytes: number): StoredFile | undefined => {
      if (came.size >= mostEntryFiles || bytes + sizeBytes > mostEntryBytes) return undefined
      came.add(sha256)
      bytes += sizeBytes
      return { sha256, sizeBytes }
    }
    const key = await fromCache.time(() => restoreEntry(keys, { part: undefined, find }, order))
    fromCache.moved.bytes += bytes
    return key === undefined ? undefined : { key, came }
  }
  return {
    ...{ bring, bringText, addText, restoreImage, restored },
    fromCache: fromCache.moved,
    fromRegistry: fromRegistry.moved,
  }
}
