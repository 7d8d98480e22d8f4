import { randomBytes } from 'node:crypto'
import zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { splitFrames } from '../../../../src/image/contents/blobs/zstd-frames.ts'

const skippable = (content: Buffer): Buffer => {
  const head = Buffer.alloc(8)
  head.writeUInt32LE(0x184d2a53, 0)
  head.writeUInt32LE(content.length, 4)
  return Buffer.concat([head, content])
}

const { ZSTD_c_checksumFlag, ZSTD_c_compressionLevel, ZSTD_c_contentSizeFlag } = zlib.constants

const pack = (content: Buffer, params: Readonly<Record<number, number>> = {}): Buffer =>
  zlib.zstdCompressSync(content, { params })

const split = async (content: Buffer, pieceBytes: number): Promise<readonly Buffer[]> => {
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < content.length; at += pieceBytes)
      yield content.subarray(at, at + pieceBytes)
  }
  const found: Buffer[] = []
  for await (const piece of splitFrames(pieces())) found.push(piece)
  return found
}

const frames = [
  pack(randomBytes(300_000)),
  skippable(randomBytes(50)),
  pack(Buffer.alloc(1_000_000), { [ZSTD_c_checksumFlag]: 1 }),
  skippable(Buffer.alloc(0)),
  pack(Buffer.from('short'), { [ZSTD_c_contentSizeFlag]: 0 }),
  pack(Buffer.alloc(0)),
  pack(Buffer.from('text '.repeat(70_000)), { [ZSTD_c_compressionLevel]: 19 }),
]
const packed = Buffer.concat(frames)

test('a stream of frames is cut where they end', async () => {
  expect(await split(packed, packed.length)).toEqual(frames)
})

test.each([1, 3, 4_096, 65_536])('in pieces of %s bytes it stays what it was', async (bytes) => {
  const pieces = await split(packed, bytes)
  expect(Buffer.concat(pieces).equals(packed)).toBe(true)
  const ends = new Set<number>()
  let at = 0
  for (const piece of pieces) {
    at += piece.length
    ends.add(at)
  }
  let end = 0
  for (const frame of frames) {
    end += frame.length
    expect(ends).toContain(end)
  }
})

test('what is no frame passes as it is', async () => {
  const content = Buffer.concat([frames[0] ?? packed, Buffer.from('no frame at all')])
  expect(await split(content, content.length)).toEqual([frames[0], Buffer.from('no frame at all')])
})
