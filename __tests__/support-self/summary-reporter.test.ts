import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'

// Below the project, as its files import vitest.
mkdirSync('node_modules/.cache', { recursive: true })
const folder = mkdtempSync('node_modules/.cache/tiers-')
const kept = mkdtempSync(join(tmpdir(), 'slipway-tally-'))
afterAll(() => {
  for (const path of [folder, kept]) rmSync(path, { recursive: true })
})

/** Runs a tier of one file, and returns its last lines. */
const runTier = (name: string, file: string, env: Readonly<Record<string, string>>) => {
  writeFileSync(join(folder, `${name}.test.ts`), file)
  const reporter = resolve('__tests__/support/summary-reporter.ts')
  const args = ['run', `--root=${folder}`, `--reporter=${reporter}`, '--passWithNoTests', name]
  const { status, stdout } = spawnSync('vitest', args, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  return { status, lines: stdout.trimEnd().split('\n') }
}

const first = `import { test } from 'vitest'
test('a', () => {}); test('b', () => {}); test.skip('c', () => {})`
const second = `import { test } from 'vitest'
test('d', () => {}); test('e', () => { throw new Error('e') })`

test('the last line counts what both tiers tested, after the slowest files', () => {
  const env = { SLIPWAY_TALLY: join(kept, 'both') }
  writeFileSync(env.SLIPWAY_TALLY, '')
  expect(runTier('first', first, env)).toEqual({
    status: 0,
    lines: [expect.stringMatching(/ s {2}first\.test\.ts$/), '2 passed, 0 failed, 1 skipped'],
  })
  expect(runTier('second', second, env)).toEqual({
    status: 1,
    lines: [
      expect.stringMatching(/^ +\d+\.\d s {2}\w+\.test\.ts$/),
      expect.stringMatching(/^ +\d+\.\d s {2}\w+\.test\.ts$/),
      '3 passed, 1 failed, 1 skipped',
    ],
  })
  // vitest fails for a file without tests; so it has to be among the failed ones.
  expect(runTier('none', '', env).lines.at(-1)).toBe('3 passed, 2 failed, 1 skipped')
})

test('of a test that fails, how its last two steps ended comes before the last line', () => {
  const support = resolve('__tests__/support')
  const long = `${'line\\n'.repeat(100)}before\\nwhy`
  const file = `import { expect, test } from 'vitest'
import '${support}/failed-runs.ts'
import { noteRun } from '${support}/noted-runs.ts'
test('d', () => { noteRun({ log: 'fine', exitCode: 0 }) })
test('e', () => {
  for (const log of ['first', 'second', '${long}']) noteRun({ log, exitCode: 1 })
  throw new Error('e')
})`
  const { status, lines } = runTier('logs', file, { SLIPWAY_TALLY: '' })
  expect(status).toBe(1)
  const shown = lines.slice(lines.indexOf('The log of e:'))
  expect(shown.slice(0, 6)).toEqual([
    ...['The log of e:', 'second', '(exit code 1)', ''],
    ...['The log of e:', 'line'],
  ])
  expect(shown).toHaveLength(5 + 60 + 2)
  expect(shown.slice(-4)).toEqual([
    ...['before', 'why', '(exit code 1)'],
    '1 passed, 1 failed, 0 skipped',
  ])
  expect(lines).not.toContain('fine')
})

test('a tier alone counts its own', () => {
  expect(runTier('first', first, { SLIPWAY_TALLY: '' }).lines).toEqual([
    '2 passed, 0 failed, 1 skipped',
  ])
})
