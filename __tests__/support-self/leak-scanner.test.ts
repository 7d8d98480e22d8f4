import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createScanner } from '../support/leak-scanner.ts'

const mebibyte = 1024 * 1024
const texts = Array.from({ length: 100 }, () => randomBytes(24).toString('base64'))
const scanner = createScanner(texts)
const noise = randomBytes(3 * mebibyte)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-scanner-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Noise with one of the texts in it. */
const withText = (which: number, at: number): Buffer => {
  const bytes = Buffer.from(noise)
  bytes.write(texts[which] ?? '', at)
  return bytes
}

const anyText = fc.nat(texts.length - 1)
const anyPlace = fc.oneof(
  fc.nat(noise.length - 32),
  // Where the scanner's own chunks end.
  fc
    .tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: -5_000, max: 5_000 }))
    .map(([chunk, offset]) => chunk * mebibyte + offset),
  fc.constantFrom(0, noise.length - 32),
)

/** Of the pieces in which a stream comes. */
const anySize = fc.integer({ min: 10_000, max: 2 * mebibyte })

/** Texts that stand where a piece, or a chunk of the scanner's own, ends. */
const across: [number, number, number][] = [
  [0, mebibyte - 10, mebibyte],
  [1, 2 * mebibyte - 1, mebibyte],
  [2, 2 * mebibyte - 31, 2 * mebibyte],
]

test('finds a text wherever it stands in some bytes, and no other', () => {
  fc.assert(
    fc.property(anyText, anyPlace, (which, at) => {
      expect(scanner.inBytes(withText(which, at))).toEqual([texts[which]])
    }),
  )
})

test('finds it in a file, and in a stream however that is cut', async () => {
  const path = join(folder, 'file')
  await fc.assert(
    fc.asyncProperty(anyText, anyPlace, anySize, async (which, at, size) => {
      const bytes = withText(which, at)
      writeFileSync(path, bytes)
      expect(scanner.inFile(path)).toEqual([texts[which]])
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      )
      expect(await scanner.inStream(Readable.from(pieces))).toEqual([texts[which]])
    }),
    { numRuns: 50, examples: across },
  )
})

test('finds all texts of a file', () => {
  expect([...scanner.inBytes(Buffer.from(texts.join('')))].sort()).toEqual([...texts].sort())
})

test('finds nothing where nothing is, and in what cannot be read', async () => {
  // One of 256 noises would end with the character that is missing.
  const part = `-${(texts[0] ?? '').slice(1)}`
  expect(scanner.inBytes(Buffer.concat([noise.subarray(1), Buffer.from(part)]))).toEqual([])
  expect(scanner.inBytes(Buffer.alloc(0))).toEqual([])
  expect(await scanner.inFiles([join(folder, 'missing'), folder])).toEqual([])
})

test('refuses texts that it could miss', () => {
  expect(() => createScanner(['as short as this'])).toThrow('too few')
})
