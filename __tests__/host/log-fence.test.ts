import { expect, test } from 'vitest'
import { createFence, neutralise, toHarmless } from '../../src/host/log-fence.ts'

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
