import { randomBytes } from 'node:crypto'

/** Longer than any compressor of images looks back. */
const poolBytes = 64 * 1024 * 1024

const chunkBytes = 4 * 1024 * 1024

export type Content = (size: number) => Generator<Buffer>

/**
 * Content that nobody else has, without waiting for that many random bytes: every file is another
 * cut of a pool. It is of sixteen letters, so it compresses to a half, about as images do.
 */
export const createContent = (): Content => {
  const pool = Buffer.from(randomBytes(poolBytes / 2).toString('hex'), 'latin1')
  let cut = 0
  return function* (size) {
    const unique = randomBytes(16).subarray(0, size)
    yield unique
    for (let left = size - unique.length; left > 0; ) {
      const length = Math.min(left, chunkBytes)
      cut = (cut + 7_919_993) % (poolBytes - chunkBytes)
      yield pool.subarray(cut, cut + length)
      left -= length
    }
  }
}
