import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { Failure } from '../../../failure.ts'
import { sniff, unpack } from '../../../image/contents/blobs/blob.ts'
import { createTarCutter } from '../../../image/contents/tar/cut-tar.ts'
import type { Draft, FileStore } from '../../../store/file-store.ts'
import type { Room } from './disk-room.ts'
import type { Listed, Listing } from './listing.ts'
import { showBytes } from './names.ts'
import type { Content } from './tree.ts'

/** Where files of archives come to be. */
export type Target = {
  readonly store: FileStore
  readonly room: Room
  /** What need not be kept. */
  readonly has: ReadonlySet<string>
}

/** What is read and thrown away is bounded as well: it takes time, and a packed file may hold any number of zeros. */
const mostBytes = 2_000_000_000_000

/** The first bytes of a stream, and all of it. */
const peek = async (pieces: AsyncIterable<Buffer>, bytes: number) => {
  const source = pieces[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  while (head.length < bytes) {
    const { value, done } = await source.next()
    if (done === true) break
    head = Buffer.concat([head, value])
  }
  async function* all(): AsyncGenerator<Buffer> {
    try {
      yield head
      yield* { [Symbol.asyncIterator]: () => source }
    } finally {
      await source.return?.()
    }
  }
  return { head, all: all() }
}

type Act = () => Promise<void>

/** Writes what an archive has, one file after another, as the archive is cut. */
const createWriter = (listing: Listing, { store, room, has }: Target) => {
  let acts: Act[] = []
  let draft: Draft | undefined
  let current: Content | undefined
  let hash = createHash('sha256')
  const finish = async (content: Content): Promise<void> => {
    content.sha256 = hash.digest('hex')
    const { sha256, sizeBytes } = content
    const isNeedless = has.has(sha256) || (await store.has(sha256, sizeBytes))
    if (isNeedless) {
      await draft?.drop()
      room.give(sizeBytes)
    } else await draft?.keep(sha256)
    draft = undefined
  }
  const cutter = createTarCutter({
    onEntry: (entry) => {
      const content = listing.add(entry)
      current = content
      if (content === undefined) return
      room.take(content.sizeBytes, showBytes(entry.name))
      acts.push(async () => {
        draft = await store.create()
        hash = createHash('sha256')
      })
    },
    onData: (piece) => {
      if (current === undefined) return
      acts.push(async () => {
        hash.update(piece)
        await draft?.write(piece)
      })
    },
    onEntryEnd: () => {
      const content = current
      if (content !== undefined) acts.push(() => finish(content))
      current = undefined
    },
  })
  return {
    write: async (piece: Buffer): Promise<void> => {
      cutter.write(piece)
      for (const act of acts) await act()
      acts = []
    },
    end: cutter.end,
    drop: async (): Promise<void> => draft?.drop(),
  }
}

/**
 * Unpacks an archive while it comes. No name in it is used as one on this machine: files come to be called
 * by their digests.
 *
 * @param unpackedDigest what the archive has to be, where somebody has said it
 * @throws {Failure} for what is no archive, is not what was promised, or has what nodes do not get
 */
export const unpackArchive = async (
  pieces: AsyncIterable<Buffer>,
  listing: Listing,
  target: Target,
  unpackedDigest: string | undefined,
  signal: AbortSignal,
): Promise<Listed> => {
  let isWhole = false
  async function* watched(): AsyncGenerator<Buffer> {
    yield* pieces
    isWhole = true
  }
  const { head, all } = await peek(watched(), 4)
  const archive = unpack(Readable.from(all), sniff(head))
  const hash = unpackedDigest === undefined ? undefined : createHash('sha256')
  const writer = createWriter(listing, target)
  let bytes = 0
  try {
    for await (const piece of archive) {
      signal.throwIfAborted()
      bytes += (piece as Buffer).length
      if (bytes > mostBytes) throw new Failure('It is too large once it is unpacked')
      hash?.update(piece as Buffer)
      await writer.write(piece as Buffer)
    }
    writer.end()
    if (!isWhole) throw new Failure('Something comes behind its end')
  } finally {
    await writer.drop()
  }
  const found = hash && `sha256:${hash.digest('hex')}`
  if (found === unpackedDigest) return listing.finish()
  throw new Failure(`Unpacked it has the digest ${found}; ${unpackedDigest} was promised`)
}
