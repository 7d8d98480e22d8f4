/** What the walk through a stream waits for: bytes to look at, bytes to pass, or that a frame has ended. */
type Want = { readonly bytes: number; readonly isRead: boolean } | 'end'

const read = (bytes: number): Want => ({ bytes, isRead: true })
const pass = (bytes: number): Want => ({ bytes, isRead: false })

/** Bytes of a frame's header behind its first one, which tells of them. */
const countHeader = (about: number): number => {
  const isSingle = (about & 0x20) !== 0
  const window = isSingle ? 0 : 1
  const dictionary = [0, 1, 2, 4][about & 3] ?? 0
  const size = [isSingle ? 1 : 0, 2, 4, 8][about >> 6] ?? 0
  return window + dictionary + size
}

/** RFC 8878, 3.1. What is none of it, the unpacker refuses. */
function* walkFrames(): Generator<Want, never, Buffer> {
  for (;;) {
    const magic = (yield read(4)).readUInt32LE(0)
    if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) {
      yield pass((yield read(4)).readUInt32LE(0))
    } else if (magic === 0xfd2fb528) {
      const [about = 0] = yield read(1)
      yield pass(countHeader(about))
      for (let isLast = false; !isLast; ) {
        const block = (yield read(3)).readUIntLE(0, 3)
        isLast = (block & 1) === 1
        // A byte that is repeated is there once.
        yield pass(((block >> 1) & 3) === 1 ? 1 : block >> 3)
      }
      if ((about & 4) !== 0) yield pass(4)
    } else yield pass(Number.POSITIVE_INFINITY)
    yield 'end'
  }
}

/**
 * Cuts what zstd has packed where its frames end: Node's unpacker drops, without a word, what comes behind
 * the end of a frame in the same piece.
 */
export async function* splitFrames(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const walk = walkFrames()
  const none = Buffer.alloc(0)
  let want = walk.next(none).value
  let seen = none
  let missing = want === 'end' ? 0 : want.bytes
  for await (const piece of pieces) {
    let [begin, at] = [0, 0]
    while (at < piece.length || missing === 0) {
      const taken = Math.min(missing, piece.length - at)
      if (want !== 'end' && want.isRead)
        seen = Buffer.concat([seen, piece.subarray(at, at + taken)])
      at += taken
      missing -= taken
      if (missing > 0) break
      want = walk.next(seen).value
      seen = none
      missing = want === 'end' ? 0 : want.bytes
      if (want !== 'end') continue
      if (at > begin) yield piece.subarray(begin, at)
      begin = at
    }
    if (at > begin) yield piece.subarray(begin, at)
  }
}
