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

/** Those of which the files are not there yet, each once. */
const findMissing = async (
  jobs: readonly Job[],
  store: FileStore,
  has: ReadonlySet<string>,
): Promise<readonly Job[]> => {
  const once = [...new Map(jobs.map((job) => [`${job.kind} ${job.digest}`, job])).values()]
  const isThere = await Promise.all(
    once.map(async ({ kind, digest, size }) => {
      const sha256 = toHex(digest)
      return kind === 'file' && (has.has(sha256) || (await store.has(sha256, size)))
    }),
  )
  return once.filter((_, at) => isThere[at] !== true)
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
  const missing = await findMissing(jobs, store, order.has)
  room.take(countBytes(missing.filter(({ kind }) => kind === 'file')), 'What is to be fetched')
  const failed = new AbortController()
  const signal = AbortSignal.any([order.signal, failed.signal])
  const { get, dispose } = converse(signal)
  const meter = createMeter(countBytes(missing), order)
  const onItem = createCount()
  const listed = new Map<string, Listed>()
  const fetchOne = async (job: Job): Promise<void> => {
    const pieces = meter(readBlob(get, job, signal))
    if (job.kind === 'file') return writeFile(pieces, toHex(job.digest), store)
    const target = { store, room, has: order.has }
    const { digest, unpackedDigest } = job
    const listing = createListing(onItem)
    listed.set(digest, await unpackArchive(pieces, listing, target, unpackedDigest, signal))
  }
  try {
    await doAtOnce(missing, atOnce, (job) =>
      fetchOne(job).catch((cause: unknown) => {
        const isPlain = cause instanceof Failure || signal.aborted
        const error = isPlain
          ? cause
          : new Failure(`The layer ${job.digest} could not be read`, { cause })
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
