import { describe, expect, test } from 'vitest'
import { emptyNote, parseNote, planNote, renderNote } from '../../src/run/build-note.ts'
import { renderOff, renderWorth } from '../../src/run/told-builds.ts'

const now = 1_764_000_000
const whole = { ms: 60_000, at: now - 100 }
const build = (ms: number, cachedSteps = 3) => ({ madeOf: undefined, ms, cachedSteps })

describe('whether a cache pays', () => {
  test('a build that it does not help is what others are compared with', () => {
    const note = planNote({ ...emptyNote, slowRuns: 1 }, build(61_000.4, 0), now)
    expect(note).toEqual({ ...emptyNote, whole: { ms: 61_000, at: now } })
    expect(parseNote(renderNote(note))).toEqual(note)
  })

  test('twice longer in a row, and it is left alone for a week', () => {
    const once = planNote({ ...emptyNote, whole }, build(62_000), now)
    expect([once.slowRuns, once.offUntil]).toEqual([1, 0])
    const twice = planNote(once, build(62_000), now)
    expect([twice.slowRuns, twice.offUntil]).toEqual([0, now + 7 * 24 * 3_600])
    expect(planNote(once, build(60_900), now).slowRuns).toBe(0)
  })

  test('without something to compare with, it is used', () => {
    expect(planNote(emptyNote, build(900_000), now)).toEqual(emptyNote)
  })
})

test.each([
  undefined,
  '',
  'null',
  '[]',
  '{"whole":{"ms":-1,"at":1},"slowRuns":"2","offUntil":1e99,"madeOf":{}}',
])('%s is no note', (text) => {
  expect(parseNote(text)).toEqual(emptyNote)
})

const api = { name: 'api', steps: 4, cachedSteps: 3, missed: undefined, whole }
const moved = { sparedBytes: 3_100_000_000, fetched: { bytes: 212e6, ms: 2_100 }, savedBytes: 18e6 }

test('what it was worth is one line, and what missed another', () => {
  const web = { ...api, name: 'web', cachedSteps: 4, whole: { ms: 10_000, at: now } }
  const missed = 'COPY src . (line 5 of Dockerfile): src/app.py changed'
  expect(renderWorth([{ ...api, missed }, web], moved)).toEqual([
    'build-cache: 7 of 8 steps hit, 3.1 GB not fetched, 212 MB fetched in 2.1 s, 18 MB to be kept. Without it, 2 builds took 1 min 10 s on 24 November.',
    `build-cache: api missed ${missed}.`,
  ])
})

test('nothing is said of what nobody knows', () => {
  const none = { sparedBytes: 0, fetched: { bytes: 0, ms: 0 }, savedBytes: 0 }
  expect(renderWorth([], none)).toEqual([])
  expect(renderWorth([{ ...api, cachedSteps: 0, missed: 'RUN x' }, api], none)).toEqual([
    'build-cache: 3 of 8 steps hit.',
  ])
  expect(renderOff('api', { ...emptyNote, whole, offUntil: now })).toBe(
    'build-cache: api is built without it until 24 November: twice in a row it took longer with it than without (1 min 0 s). `build-cache: true` uses it all the same.',
  )
})
