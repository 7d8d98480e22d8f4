import { expect, test } from 'vitest'
import { reportDoctor } from '../../src/commands/actions/report-doctor.ts'
import type { Check } from '../../src/doctor/check.ts'
import { renderChecks, renderDoctorSummary, renderVerdict } from '../../src/doctor/render.ts'

const fine: Check = { name: 'Docker', state: 'ok', found: 'Docker 29' }
const slow: Check = { name: 'store', state: 'no', found: 'vfs', remedy: 'Mend.', isNeeded: false }
const bad: Check = {
  name: 'disk',
  state: 'no',
  found: 'full\n::error::x',
  remedy: 'Free.',
  isNeeded: true,
}
const open: Check = { name: 'cache', state: 'unknown', found: 'no <answer> | x' }

test('a line for each, and below a "no" what mends it', () => {
  expect(renderChecks([fine, slow, bad, open])).toEqual([
    'ok  Docker  Docker 29',
    'NO  store   vfs',
    '            -> Mend.',
    'NO  disk    full ::error::x',
    '            -> Free.',
    '?   cache   no <answer> | x',
  ])
})

test('the summary has first what is worst, and words of others stay words', () => {
  const summary = renderDoctorSummary([fine, open, slow, bad], 800)
  const names = [...summary.matchAll(/^\| \S+ (\w+)/gm)].map(([, name]) => name)
  expect(names.slice(-4)).toEqual(['disk', 'store', 'cache', 'Docker'])
  expect(summary).toContain('no &lt;answer> \\| x')
})

test('only what a step needs fails it', async () => {
  const said: string[] = []
  const outputs = new Map<string, string>()
  const runner = {
    line: (text: string) => void said.push(text),
    output: (name: string, value: string) => void outputs.set(name, value),
    fenced: <T>(body: (write: (line: string) => void) => Promise<T>) =>
      body((line) => void said.push(line)),
    summary: async () => {},
  }
  const report = (...checks: readonly Check[]) => reportDoctor(runner, checks, 800)
  expect(await report(fine, slow, open)).toBeUndefined()
  expect(said.at(-1)).toBe(
    'Slipway: nothing that a step needs is missing (1 ok, 1 no, 1 unknown, 800 ms)',
  )
  expect(JSON.parse(outputs.get('checks') ?? '')).toEqual([fine, slow, open])
  const failure = await report(slow, bad, { ...bad, name: 'Docker' })
  expect(failure).toMatchObject({
    message: 'disk: full ::error::x, and 1 thing more',
    remedy: 'Free.',
  })
  expect(renderVerdict([bad], 800)).toMatch(/^a step would fail: disk /)
})
