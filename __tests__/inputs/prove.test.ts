import { expect, test } from 'vitest'
import { problemsOf, read } from '../support/read.ts'

const full = { context: '.', tags: 'api:dev', 'image-report': 'full' }

test.each([
  ['pytest -q /app', ['/bin/sh', '-c', 'pytest -q /app']],
  ['a\nb', ['/bin/sh', '-c', 'a\nb']],
  ['[ -f /x ]', ['/bin/sh', '-c', '[ -f /x ]']],
  ['["/app/test", "a b"]', ['/app/test', 'a b']],
])('%j is a test', (prove, argv) => {
  expect(read({ ...full, prove }).prove).toEqual({ given: prove, argv, timeoutMs: 600_000 })
})

test('without one there is none, and its time may be said', () => {
  expect(read(full).prove).toBeUndefined()
  expect(read({ ...full, prove: 'x', 'prove-timeout': '90s' }).prove?.timeoutMs).toBe(90_000)
})

test.each([
  [{ prove: '["/app/test", 5]' }, 'prove .*not a list of strings in JSON'],
  [{ prove: '["/app/test"' }, 'prove .*not a list of strings in JSON'],
  [{ prove: 'x'.repeat(100_001) }, 'prove: too long'],
  [{ prove: 'x', 'image-report': 'auto' }, 'prove: .*Set image-report: full'],
  [{ prove: 'x', 'image-report': 'false' }, 'prove: .*Set image-report: full'],
  [{ prove: 'x', 'prove-timeout': '5 minutes' }, 'prove-timeout .*not a time'],
  [{ prove: 'x', 'prove-timeout': '0s' }, 'prove-timeout .*not a time'],
  [{ prove: 'x', 'prove-timeout': '7h' }, 'prove-timeout .*not a time'],
])('%j is a mistake', (change, problem) => {
  expect(problemsOf({ ...full, ...change }).join('\n')).toMatch(new RegExp(problem))
})

test('a mode without an image to run it in refuses it', () => {
  expect(problemsOf({ mode: 'diagnose', prove: 'x' }).join()).toContain('prove: mode: diagnose has')
  const report = { mode: 'report', images: 'a:1', 'image-report': 'full', prove: 'x' }
  expect(problemsOf(report).join()).toContain('prove: mode: report only looks')
})
