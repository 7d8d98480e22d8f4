import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFence, neutralise, splitLines, toHarmless } from '../../src/host/log-fence.ts'

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

test('the old form of commands is harmless wherever it stands', () => {
  expect(neutralise('#7 0.5 ##[save-state name=x]y')).not.toContain('##[')
  expect(neutralise('a # b ## c [d]')).toBe('a # b ## c [d]')
})

test.each([
  ['::set-output name=a::b', ':\u200b:set-output name=a::b'],
  [' \t\u0085::debug::x', ' \t\u0085:\u200b:debug::x'],
  [
    'said:\n::add-mask::e\r##[add-mask]e\r\n::stop-commands::t',
    'said:\n:\u200b:add-mask::e\n##\u200b[add-mask]e\n:\u200b:stop-commands::t',
  ],
  ['\u200b::warning::x', '\u200b:\u200b:warning::x'],
  ['no command: a::b, fe80::1\n\n1 : 2 :: 3', 'no command: a::b, fe80::1\n\n1 : 2 :: 3'],
])('a text of ours that quotes others is harmless: %j', (text, expected) => {
  expect(toHarmless(text)).toBe(expected)
})

test('the fence is closed also when the body throws', async () => {
  const lines: string[] = []
  const body = createFence((line) => lines.push(line)).within(async (write) => {
    write('::set-output name=a::b')
    throw new Error('no')
  })
  await expect(body).rejects.toThrow('no')
  const token = /^::stop-commands::([0-9a-f]{32})$/.exec(lines[0] ?? '')?.[1]
  expect(token).toBeDefined()
  expect(lines).toEqual([`::stop-commands::${token}`, '::set-output name=a::b', `::${token}::`])
})

test('several inside share one fence, and what we say is heard in between', async () => {
  const lines: string[] = []
  const { within, outside } = createFence((line) => lines.push(line))
  const say = (): void => outside(() => void lines.push('::warning::ours'))
  say()
  await Promise.all([
    within(async (write) => {
      write('first')
      await within(async (other) => other('second'))
      say()
      write('third')
    }),
  ])
  say()
  const tokens = lines.flatMap((line) => /^::stop-commands::(.*)$/.exec(line)?.[1] ?? [])
  expect(new Set(tokens).size).toBe(2)
  expect(lines).toEqual([
    '::warning::ours',
    `::stop-commands::${tokens[0]}`,
    'first',
    'second',
    `::${tokens[0]}::`,
    '::warning::ours',
    `::stop-commands::${tokens[1]}`,
    'third',
    `::${tokens[1]}::`,
    '::warning::ours',
  ])
})
