/**
 * Looks for many long texts in many files at once, many times faster than grep does: of every 16
 * bytes it reads four, and most of the time these are in none of the texts.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'

/** Any occurrence of a text covers a place that is a multiple of this, with a word after it. */
const stride = 16
const wordBytes = 4

/** One of the texts, and how far into it a word stands. */
type Candidate = { readonly text: string; readonly bytes: Buffer; readonly offset: number }

const chunkBytes = 1024 * 1024
/** So that what starts at the end of a chunk is in it as a whole. */
const overlapBytes = 4096

export type Scanner = {
  readonly texts: readonly string[]
  /** The texts that are in some bytes. */
  readonly inBytes: (bytes: Buffer) => readonly string[]
  /** The texts that are in a file; none for what cannot be read. */
  readonly inFile: (path: string) => readonly string[]
  readonly inFiles: (
    paths: readonly string[],
  ) => Promise<readonly { readonly path: string; readonly text: string }[]>
  readonly inStream: (stream: AsyncIterable<Buffer | string>) => Promise<readonly string[]>
}

/** Which words stand where in the texts; the table says quickly that a word is in none. */
const indexOf = (texts: readonly string[]) => {
  const byWord = new Map<number, Candidate[]>()
  const table = new Uint8Array(1 << 18)
  for (const text of texts) {
    const bytes = Buffer.from(text, 'latin1')
    if (bytes.length < stride + wordBytes || bytes.length > overlapBytes) {
      throw new Error(`${bytes.length} bytes are too few, or too many, to be looked for`)
    }
    for (let offset = 0; offset < stride; offset += 1) {
      const word = bytes.readUInt32LE(offset)
      byWord.set(word, [...(byWord.get(word) ?? []), { text, bytes, offset }])
      table[slotOf(word)] = 1
    }
  }
  return { byWord, table }
}

const slotOf = (word: number): number => Math.imul(word, 0x9e3779b1) >>> 14

export const createScanner = (texts: readonly string[]): Scanner => {
  const { byWord, table } = indexOf(texts)
  const buffer = Buffer.alloc(chunkBytes + overlapBytes)

  const scan = (bytes: Buffer, found: Set<string>): void => {
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = 0; at + wordBytes <= bytes.length; at += stride) {
      const word = words.getUint32(at, true)
      if (table[slotOf(word)] === 0) continue
      for (const { text, bytes: wanted, offset } of byWord.get(word) ?? []) {
        const start = at - offset
        if (start >= 0 && wanted.equals(bytes.subarray(start, start + wanted.length))) {
          found.add(text)
        }
      }
    }
  }

  const inFile = (path: string): readonly string[] => {
    const found = new Set<string>()
    try {
      const fd = openSync(path, 'r')
      try {
        for (let at = 0, length = buffer.length; length === buffer.length; at += chunkBytes) {
          length = readSync(fd, buffer, 0, buffer.length, at)
          scan(buffer.subarray(0, length), found)
        }
      } finally {
        closeSync(fd)
      }
    } catch {
      // It was removed, or is none of our business.
    }
    return [...found]
  }

  return {
    texts,
    inBytes: (bytes) => {
      const found = new Set<string>()
      scan(bytes, found)
      return [...found]
    },
    inFile,
    inFiles: async (paths) => {
      const found: { path: string; text: string }[] = []
      for (const [index, path] of paths.entries()) {
        found.push(...inFile(path).map((text) => ({ path, text })))
        // Others have something to do, too.
        if (index % 64 === 0) await setImmediate()
      }
      return found
    },
    inStream: async (stream) => {
      const found = new Set<string>()
      let rest = Buffer.alloc(0)
      for await (const chunk of stream) {
        rest = Buffer.concat([rest, Buffer.from(chunk)])
        if (rest.length < chunkBytes) continue
        scan(rest, found)
        rest = rest.subarray(-overlapBytes)
      }
      scan(rest, found)
      return [...found]
    },
  }
}
