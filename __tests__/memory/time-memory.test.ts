import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toPrefix } from '../../src/memory/targets.ts'
import { isTimesKey, parseTimesKey, toTimesKey } from '../../src/memory/time-memory.ts'
import { targetWith } from '../support/target.ts'

const prefix = toPrefix('time-v1', 'acme/app', [targetWith('docker.io/library/api:dev')])
const ending = '01234567'
const day = 24 * 60 * 60 * 1_000
const ms = fc.integer({ min: 0, max: day })

test('what a name tells is the times of as many runs as it has room for, to a tenth of a second', () => {
  const runs = fc
    .integer({ min: 1, max: 60 })
    .chain((images) => fc.array(fc.array(ms, { minLength: images, maxLength: images })))
  fc.assert(
    fc.property(runs, ([times = [60], ...before]) => {
      const kept =
        times.length <= 12 ? before : before.map((each) => [each.reduce((a, b) => a + b)])
      const key = toTimesKey(prefix, times, kept, ending)
      expect(key.length).toBeLessThanOrEqual(512)
      expect(isTimesKey(key)).toBe(true)
      const told = parseTimesKey(prefix, key, times.length)
      expect(told.length).toBeGreaterThanOrEqual(Math.min(1 + before.length, 5))
      expect(told.length).toBeLessThanOrEqual(10)
      const first = times.length <= 12 ? times : [times.reduce((a, b) => a + b)]
      for (const [index, run] of told.entries()) {
        for (const [at, one] of run.entries()) {
          expect(Math.abs(one - ([first, ...kept][index]?.[at] ?? 0))).toBeLessThanOrEqual(50)
        }
      }
    }),
  )
})

test.each([
  ['nothing', ''],
  ['no times', prefix],
  ['no ending', `${prefix}a`],
  ['another ending', `${prefix}a-0123456g`],
  ['an empty time', `${prefix}a..b-${ending}`],
  ['capital letters', `${prefix}A-${ending}`],
  ['too long a time', `${prefix}123456-${ending}`],
  ['a further line', `${prefix}a-${ending}\n`],
  ['a command', `${prefix}a-${ending}\n::set-env name=PATH::/tmp`],
  ['eleven runs', `${prefix}${'a-'.repeat(11)}${ending}`],
  ['thirteen images', `${prefix}${'a.'.repeat(12)}a-${ending}`],
])('a name with %s is refused', (_name, key) => {
  expect(isTimesKey(key)).toBe(false)
  expect(parseTimesKey(prefix, key, 1)).toEqual([])
})

test('a name of other images, or of more, tells nothing', () => {
  const key = toTimesKey(prefix, [1_000], [], ending)
  expect(parseTimesKey(prefix, key, 1)).toEqual([[1_000]])
  expect(parseTimesKey(prefix, key, 2)).toEqual([])
  const other = toPrefix('time-v1', 'acme/other', [targetWith('docker.io/library/api:dev')])
  expect(parseTimesKey(other, key, 1)).toEqual([])
})
