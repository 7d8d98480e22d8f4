import { expect, test } from 'vitest'
import type { Runner } from '../../src/commands/actions/runner.ts'
import { Failure, renderError } from '../../src/failure.ts'
import { annotateOthers, toFailure, toProblems } from '../../src/report/failures.ts'
import type { Outcome } from '../../src/run/scheduler.ts'

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

test('a build that failed says its name once, and each has its own place', () => {
  const places = [1, 2, 3].map((line) => ({ file: 'Dockerfile', line }))
  const problems = places.map((place, at) => {
    const name = `image-${at}`
    return { name, error: new Failure(`${name}: RUN make exited with 2`, { place }) }
  })
  const failure = toFailure(problems, 3, [], [])
  expect(renderError(failure).split('\n')[0]).toBe('- image-0: RUN make exited with 2')
  expect(failure).toMatchObject({ place: places[0] })
  const told: unknown[] = []
  const error = (message: string, place: unknown): unknown => told.push([message, place])
  annotateOthers(problems, { error } as unknown as Runner)
  expect(told).toEqual([
    ['image-1: RUN make exited with 2', places[1]],
    ['image-2: RUN make exited with 2', places[2]],
  ])
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
