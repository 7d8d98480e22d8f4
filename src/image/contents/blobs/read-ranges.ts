import { type OpenBlob, readArchive } from './blob.ts'

/** A part of an archive that somebody waits for. */
type Range = {
  readonly offset: number
  readonly bytes: Buffer
  readonly done: PromiseWithResolvers<Buffer>
}

/** One pass over a layer, up to the last byte that is wanted. */
const readInPass = async (
  blob: OpenBlob,
  ranges: readonly Range[],
  signal: AbortSignal,
): Promise<void> => {
  const waiting = ranges.toSorted((a, b) => b.offset - a.offset)
  let open: Range[] = []
  let position = 0
  for await (const chunk of readArchive(blob)) {
    signal.throwIfAborted()
    const end = position + (chunk as Buffer).length
    while ((waiting.at(-1)?.offset ?? Number.POSITIVE_INFINITY) < end) {
      const next = waiting.pop()
      if (next !== undefined) open.push(next)
    }
    for (const { offset, bytes } of open) {
      const from = Math.max(offset, position)
      const to = Math.min(offset + bytes.length, end)
      ;(chunk as Buffer).copy(bytes, from - offset, from - position, to - position)
    }
    for (const { offset, bytes, done } of open)
      if (offset + bytes.length <= end) done.resolve(bytes)
    open = open.filter(({ offset, bytes }) => offset + bytes.length > end)
    position = end
    if (open.length === 0 && waiting.length === 0) return
  }
  throw new Error('the archive is shorter than it was')
}

const readAt = async ({ handle, start }: OpenBlob, offset: number, length: number) => {
  const bytes = Buffer.alloc(length)
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, start + offset + filled)
    if (bytesRead === 0) throw new Error('the archive is shorter than it was')
    filled += bytesRead
  }
  return bytes
}

/**
 * Reads parts of a layer's archive. Of one that is packed, all that is asked for at a time is read in one
 * pass, so that nothing of it has to be kept.
 */
export const createRangeReader = (blob: OpenBlob, signal: AbortSignal) => {
  let asked: Range[] = []
  let passing: Promise<void> = Promise.resolve()
  const pass = async (): Promise<void> => {
    const ranges = asked
    asked = []
    if (ranges.length === 0) return
    await readInPass(blob, ranges, signal).catch((error: unknown) => {
      for (const { done } of ranges) done.reject(error)
    })
  }
  return (offset: number, length: number): Promise<Buffer> => {
    if (length === 0) return Promise.resolve(Buffer.alloc(0))
    if (blob.packing === 'tar') return readAt(blob, offset, length)
    const done = Promise.withResolvers<Buffer>()
    asked.push({ offset, bytes: Buffer.alloc(length), done })
    if (asked.length === 1)
      // What others ask for in this moment comes along.
      passing = passing.then(() => new Promise<void>((next) => setImmediate(next))).then(pass)
    return done.promise
  }
}
