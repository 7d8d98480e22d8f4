import { expect, test } from 'vitest'
import { toImageRows } from '../../src/report/rows.ts'
import { toSections } from '../../src/report/tasks.ts'
import { renderTimeline } from '../../src/report/timeline.ts'
import { type Ending, reportOf, stepsFor, targetOf } from '../support/outcomes.ts'

const from = (startS: number, endS: number, change: Ending = {}): Ending => ({
  time: { startedMs: startS * 1_000, endedMs: endS * 1_000 },
  ...change,
})

const draw = (endings: Readonly<Record<string, Ending>>): string | undefined => {
  const report = reportOf(stepsFor([targetOf('api'), targetOf('web')]), endings)
  return renderTimeline(toSections(report, toImageRows(report), 100_000))
}

test('what was done when, side by side and one after the other', () => {
  const error = new Error('x')
  expect(
    draw({
      'build api': from(102, 130),
      'load api:dev': from(130, 131),
      'build web': from(102, 140, { state: 'failed', error }),
    }),
  ).toMatchInlineSnapshot(`
    "prepare       |██                                      | 2.0 s
    build api:dev |  ████████████████████████████          | 28.0 s
    load api:dev  |                              █         | 1.0 s
    build web:dev |  ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒| 38.0 s, failed"
  `)
})

test('a step that was soon over has no picture', () => {
  expect(draw({ 'build api': from(101, 108), 'load api:dev': from(108, 109) })).toBeUndefined()
  expect(draw({ 'build api': from(101, 180) })).toBeUndefined()
})
