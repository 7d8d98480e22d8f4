import { expect, test } from 'vitest'
import { compareWithUsual, toBuildTimes } from '../../src/report/usual.ts'
import { type Ending, imageOf, reportOf, stepsFor, targetOf } from '../support/outcomes.ts'

const timings = { contextMs: 0, pullMs: 0, stepsMs: 0, exportMs: 0, cacheMs: 0, slowest: [] }
const missed = {
  instruction: 'COPY requirements.txt .',
  location: { file: 'api/Dockerfile', line: 12 },
}

/** A build of so many seconds. */
const took = (seconds: number, change: object = {}): Ending => ({
  time: { startedMs: 500, endedMs: 500 + seconds * 1_000 },
  result: {
    metadata: { timings, missed: undefined, ...change },
    image: imageOf('api:dev'),
    measured: undefined,
  },
})

const steps = stepsFor([targetOf('api'), targetOf('web')])
const history = (...before: readonly (readonly number[])[]) => ({
  targets: ['api', 'web'],
  before: before.map((run) => run.map((seconds) => seconds * 1_000)),
})
const slow = reportOf(steps, {
  'build api': took(370, { timings: { ...timings, pullMs: 40_000, cacheMs: 4_000 }, missed }),
  'build web': took(10),
})

test('what took longer than usual is told, with why', () => {
  expect(compareWithUsual(slow, history([100, 10], [160, 12], [400, 9]))).toEqual({
    line: '6 min 20 s, usually 2 min 52 s (the last 3 runs); most of it api 6 min 10 s, usually 2 min 40 s: base images pulled anew (40.0 s); cache missed from line 12 of api/Dockerfile: COPY requirements.txt .',
    isSlower: true,
  })
})

test('where only the sum is known, the longest build explains it', () => {
  expect(compareWithUsual(slow, history([110], [170], [50], [90]))?.line).toBe(
    '6 min 20 s, usually 1 min 40 s (the last 4 runs): base images pulled anew (40.0 s); cache missed from line 12 of api/Dockerfile: COPY requirements.txt .',
  )
})

test.each([
  ['as usual', [375, 5]],
  ['faster', [900, 5]],
  ['a little slower', [300, 5]],
])('%s is a line for those who look', (_name, usual) => {
  const compared = compareWithUsual(slow, history(usual, usual, usual))
  expect(compared?.isSlower).toBe(false)
  expect(compared?.line).toMatch(/^6 min 20 s, usually \d+ min \d+ s \(the last 3 runs\)$/)
})

test('some seconds more are no news, however short the build is', () => {
  const quick = reportOf(steps, { 'build api': took(9), 'build web': took(1) })
  expect(compareWithUsual(quick, history([1, 1], [1, 1], [1, 1]))?.isSlower).toBe(false)
})

test('two runs make nothing usual, and what failed has no time', () => {
  expect(compareWithUsual(slow, history([1, 1], [1, 1]))).toBeUndefined()
  const failed = reportOf(steps, { 'build api': took(9), 'build web': { state: 'failed' } })
  expect(toBuildTimes(failed, history())).toBeUndefined()
  expect(compareWithUsual(failed, history([1, 1], [1, 1], [1, 1]))).toBeUndefined()
  expect(toBuildTimes(slow, history())).toEqual([370_000, 10_000])
})
