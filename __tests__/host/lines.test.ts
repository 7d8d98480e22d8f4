import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRecordCutter, splitLines } from '../../src/host/lines.ts'

const linesOf = async (chunks: readonly Buffer[]): Promise<readonly string[]> => {
  const stream = Readable.from(chunks)
  const lines: string[] = []
  splitLines(stream, (line) => lines.push(line))
  await new Promise((resolve) => stream.once('close', resolve))
  return lines
}

test.each([
  ['newlines', ['a\nb\n'], ['a', 'b']],
  ['no end', ['a\nb'], ['a', 'b']],
  ['carriage returns', ['10%\r20%\r\ndone\n'], ['10%', '20%', 'done']],
  ['a line in pieces', ['a', 'b', 'c\nd'], ['abc', 'd']],
  ['\\r and \\n in two pieces', ['a\r', '\nb\n'], ['a', 'b']],
  ['empty lines', ['a\n\nb\n'], ['a', '', 'b']],
])('%s', async (_name, chunks, expected) => {
  expect(await linesOf(chunks.map((text) => Buffer.from(text)))).toEqual(expected)
})

test('a character that is cut in two arrives whole', async () => {
  const bytes = Buffer.from('käse\n')
  expect(await linesOf([bytes.subarray(0, 2), bytes.subarray(2)])).toEqual(['käse'])
})

test('an endless line is passed on in pieces, and nothing of it is lost', async () => {
  const text = 'x'.repeat(3_000_000)
  const lines = await linesOf([Buffer.from(text)])
  expect(lines.length).toBeGreaterThan(1)
  expect(lines.join('')).toBe(text)
})

test('a very long line is cut where it has white space, not in a word', async () => {
  const text = `${'x'.repeat(65_530)} ${'secret'.repeat(10)} and more`
  const lines = await linesOf([Buffer.from(text)])
  expect(lines).toEqual([text.slice(0, 65_591), ' and more'])
})

test('however the output is cut, the lines are the same', async () => {
  const text = fc.stringMatching(/^[ab\r\n]{0,30}$/)
  await fc.assert(
    fc.asyncProperty(text, fc.nat(30), async (given, at) => {
      const whole = await linesOf([Buffer.from(given)])
      const cut = await linesOf([Buffer.from(given.slice(0, at)), Buffer.from(given.slice(at))])
      expect(cut).toEqual(whole)
    }),
  )
})

const recordsOf = (chunks: readonly string[], longest = 8): readonly (string | undefined)[] => {
  const records: (string | undefined)[] = []
  const { write, end } = createRecordCutter((record) => records.push(record?.toString()), longest)
  for (const chunk of chunks) write(Buffer.from(chunk))
  end()
  return records
}

test.each([
  ['lines', ['a\nb\n'], ['a\n', 'b\n']],
  ['no end', ['a\nb'], ['a\n', 'b']],
  ['nothing', ['', ''], []],
  ['a carriage return, which is no end', ['a\rb\n'], ['a\rb\n']],
  ['a record in pieces', ['ab', 'c', 'd\ne'], ['abcd\n', 'e']],
  ['the longest', ['1234567\n'], ['1234567\n']],
  ['a longer one, and the next', ['1234', '56789', 'a', 'b\nc\n'], [undefined, 'c\n']],
  ['a longer one without an end', ['123456789'], [undefined]],
])('records: %s', (_name, chunks, expected) => {
  expect(recordsOf(chunks)).toEqual(expected)
})
