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

test('a tier alone counts its own', () => {
  expect(runTier('first', first, { SLIPWAY_TALLY: '' }).lines).toEqual([
    '2 passed, 0 failed, 1 skipped',
  ])
})
