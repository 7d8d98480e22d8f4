import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../../failure.ts'
import { retry, toPassing } from '../../../host/http.ts'
import type { BlobDescriptor } from '../blob-image.ts'
import type { Get } from './conversation.ts'

/** Cuts in a row that brought hardly anything. */
const mostCuts = 3

/** Whoever sends so much between two cuts gets on. */
const leastProgress = 4_000_000

const pauseMs = 500

/** Where an answer of the second half of a blob begins: some registries begin anew. */
const findBegin = (status: number, range: string | undefined): number => {
  if (status !== 206) return 0
  const [, begin] = /^bytes (\d{1,16})-/.exec(range ?? '') ?? []
  if (begin !== undefined) return Number(begin)
  throw new Failure('The registry sent a part of a blob, and not which')
}

/** The rest of a blob, from a byte on. */
const openAt = async (get: Get, digest: string, from: number) => {
  const { status, headers, body } = await get(`blobs/${digest}`, from)
  const begin = findBegin(status, headers['content-range'])
  if (begin <= from) return { body, surplus: from - begin }
  body.destroy()
  throw new Failure('The registry sent another part of a blob than it was asked for')
}

/** What cuts an answer off comes as its last piece, so that nobody takes the reader's error for it. */
async function* readPieces(body: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* body
  } catch (cause) {
    yield cause ?? new Error('it ended')
  }
}

/**
 * Reads a blob from a registry, and goes on where it was cut off. Its last bytes come when all of them are
 * known to be right.
 *
 * @throws {Failure} where it is not what its digest promises
 */
export async function* readBlob(
  get: Get,
  { digest, size }: BlobDescriptor,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let last: Buffer | undefined
  let offset = 0
  let cuts = 0
  while (offset < size) {
    const { body, surplus } = await retry(() => openAt(get, digest, offset), signal)
    const begin = offset
    let toSkip = surplus
    let cause: unknown
    try {
      for await (const all of readPieces(body)) {
        if (!Buffer.isBuffer(all)) {
          cause = all
          break
        }
        const piece = all.subarray(toSkip)
        toSkip -= all.length - piece.length
        offset += piece.length
        if (offset > size) throw new Failure(`The blob ${digest} has more than its ${size} bytes`)
        hash.update(piece)
        if (last !== undefined) yield last
        last = piece
      }
    } finally {
      body.destroy()
    }
    signal.throwIfAborted()
    if (offset === size) break
    cuts = offset - begin >= leastProgress ? 0 : cuts + 1
    if (cuts > mostCuts) throw toPassing(cause)
    await sleep(pauseMs * cuts, undefined, { signal })
  }
  const found = `sha256:${hash.digest('hex')}`
  if (found !== digest) throw new Failure(`The registry sent ${found} in place of ${digest}`)
  if (last !== undefined) yield last
}
