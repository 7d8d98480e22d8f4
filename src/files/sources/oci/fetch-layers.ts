import { Failure } from '../../../failure.ts'
import { doAtOnce } from '../../../host/at-once.ts'
import { toHex } from '../../../image/digest.ts'
import type { BlobDescriptor } from '../../../image/sources/blob-image.ts'
import type { Get } from '../../../image/sources/registry/conversation.ts'
import { readBlob } from '../../../image/sources/registry/read-blob.ts'
import { createFileStore, type FileStore } from '../../../store/file-store.ts'
import type { FetchOrder } from '../source.ts'
import { findRoom } from './disk-room.ts'
import type { Listed, Listing } from './listing.ts'
import { createCount } from './tree.ts'
import { unpackArchive } from './unpack-archive.ts'

/** A blob that is to come, and what becomes of it. */
export type Job = BlobDescriptor &
  (
    | { readonly kind: 'file' }
    | { readonly kind: 'archive'; readonly unpackedDigest: string | undefined }
  )

const atOnce = 4

type Pieces = AsyncIterable<Buffer>

const writeFile = async (pieces: Pieces, sha256: string, store: FileStore): Promise<void> => {
  const draft = await store.create()
  try {
    for await (const piece of pieces) await draft.write(piece)
    await draft.keep(sha256)
  } finally {
    await draft.drop()
  }
}

/** The same pieces, of which a file is made as well once all have come. */
async function* keep(pieces: Pieces, sha256: string, store: FileStore): AsyncGenerator<Buffer> {
  const draft = await store.create()
  try {
    for await (const piece of pieces) {
      await draft.write(piece)
      yield piece
    }
    await draft.keep(sha256)
  } finally {
    await draft.drop()
  }
}

/** Counts bytes of all blobs. */
const createMeter = (totalBytes: number, { progress }: FetchOrder) => {
  let done = 0
  return async function* meter(pieces: Pieces): AsyncGenerator<Buffer> {
    for await (const piece of pieces) {
      yield piece
      done += piece.length
      progress(done, totalBytes)
    }
  }
}

/** Each once, and whether it is there already. */
const inspect = (jobs: readonly Job[], store: FileStore, has: ReadonlySet<string>) => {
  const once = [...new Map(jobs.map((job) => [`${job.kind} ${job.digest}`, job])).values()]
  return Promise.all(
    once.map(async (job) => {
      const sha256 = toHex(job.digest)
      const isHad = job.kind === 'file' && has.has(sha256)
      return { job, isThere: isHad || (await store.has(sha256, job.size)) }
    }),
  )
}

const countBytes = (jobs: readonly Job[]): number => jobs.reduce((sum, { size }) => sum + size, 0)

/** What a registry is asked with, until it is disposed of. */
export type Conversation = { readonly get: Get; readonly dispose: () => void }

/**
 * Fetches blobs, each once: files as they are, archives unpacked while they come.
 *
 * @param converse starts to ask; the signal ends it
 * @param createListing for an archive, of the entries that it counts
 * @returns what the archives have, by their digests
 */
export const fetchLayers = async (
  jobs: readonly Job[],
  converse: (signal: AbortSignal) => Conversation,
  createListing: (onItem: () => void) => Listing,
  order: FetchOrder,
): Promise<ReadonlyMap<string, Listed>> => {
  const store = createFileStore(order.folder)
  const room = await findRoom(order.folder)
  const inspected = await inspect(jobs, store, order.has)
  const missing = inspected.filter(({ isThere }) => !isThere).map(({ job }) => job)
  const written = missing.filter(({ kind }) => kind === 'file' || order.keepsArchives)
  room.take(countBytes(written), 'What is to be fetched')
  const failed = new AbortController()
  const signal = AbortSignal.any([order.signal, failed.signal])
  const { get, dispose } = converse(signal)
  const meter = createMeter(countBytes(missing), order)
  const onItem = createCount()
  const listed = new Map<string, Listed>()
  const fetchOne = async ({ job, isThere }: { job: Job; isThere: boolean }): Promise<void> => {
    const sha256 = toHex(job.digest)
    const fetched = isThere ? store.read(sha256) : meter(readBlob(get, job, signal))
    if (job.kind === 'file') return writeFile(fetched, sha256, store)
    const pieces = order.keepsArchives && !isThere ? keep(fetched, sha256, store) : fetched
    const target = { store, room, has: order.has }
    const { digest, unpackedDigest } = job
    const listing = createListing(onItem)
    listed.set(digest, await unpackArchive(pieces, listing, target, unpackedDigest, signal))
  }
  // What is in an archive is known only once it is read.
  const unread = inspected.filter(({ job, isThere }) => job.kind === 'archive' || !isThere)
  try {
    await doAtOnce(unread, atOnce, (each) =>
      fetchOne(each).catch((cause: unknown) => {
        const isPlain = cause instanceof Failure || signal.aborted
        const error = isPlain
          ? cause
          : new Failure(`The layer ${each.job.digest} could not be read`, { cause })
        // The others need not come.
        failed.abort(error)
        throw error
      }),
    )
  } catch (error) {
    failed.signal.throwIfAborted()
    throw error
  } finally {
    dispose()
  }
  return listed
}
