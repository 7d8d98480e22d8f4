import { expect, test } from 'vitest'
import type { Outcome } from '../../src/build/schedule.ts'
import { Failure, renderError } from '../../src/failure.ts'
import { toFailure, toProblems } from '../../src/make/failures.ts'

const outcome = (name: string, state: Outcome['state'], more: Partial<Outcome> = {}): Outcome => ({
  name,
  state,
  error: undefined,
  because: undefined,
  ...more,
})

const broken = new Failure('Building worker failed', { remedy: 'See the log.' })

test('the cause comes first, and what it cut off is not counted as failed', () => {
  const outcomes = [
    outcome('api', 'cancelled'),
    outcome('worker', 'failed', { error: broken }),
    outcome('upon', 'skipped', { because: 'worker' }),
    outcome('cron', 'done'),
  ]
  const unloaded = [
    { names: 'cron:dev', isBuilt: true },
    { names: 'redis:7', isBuilt: false },
  ]
  const problems = toProblems(outcomes)
  expect(renderError(toFailure(problems, 5, outcomes, unloaded))).toBe(
    'worker: Building worker failed. See the log.\n' +
      '1 of 5 images failed. Not built: upon (needs worker). Cancelled: api. ' +
      'Built, not loaded: cron:dev. Not loaded: redis:7.',
  )
})

test('several causes are a list', () => {
  const problems = ['a', 'b'].map((name) => ({ name, error: new Error(`${name} is broken`) }))
  expect(renderError(toFailure(problems, 3, [], []))).toBe(
    '- a: a is broken\n- b: b is broken\n2 of 3 images failed.',
  )
})

test('the only image is told as it is', () => {
  expect(toFailure([{ name: 'worker', error: broken }], 1, [], [])).toBe(broken)
})
