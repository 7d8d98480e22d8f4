import { expect, test } from 'vitest'
import { Failure, renderError } from '../../src/failure.ts'
import { planSteps } from '../../src/plan/graph.ts'
import type { Step } from '../../src/plan/steps.ts'
import { findOthers, toFailure } from '../../src/report/failures.ts'
import { resultOf, toImageRows } from '../../src/report/rows.ts'
import { foundFacts } from '../support/found.ts'
import { type Ending, imageOf, reportOf, stepsFor, targetOf } from '../support/outcomes.ts'
import { read } from '../support/read.ts'

const broken = new Failure('Building worker failed', { remedy: 'See the log.' })
const failed = (error: unknown): Ending => ({ state: 'failed', error })
const cancelled: Ending = { state: 'cancelled' }
const skipped = (because: string): Ending => ({ state: 'skipped', because })

test('the cause comes first, and what it cut off is not counted as failed', () => {
  const targets = [
    targetOf('api'),
    targetOf('worker'),
    targetOf('upon', ['worker']),
    targetOf('cron'),
  ]
  const report = reportOf(stepsFor(targets, [imageOf('redis:7')]), {
    'build api': cancelled,
    'load api:dev': cancelled,
    'build worker': failed(broken),
    'load worker:dev': skipped('build worker'),
    'build upon': skipped('build worker'),
    'load upon:dev': skipped('build upon'),
    'load cron:dev': cancelled,
    'load redis:7': cancelled,
  })
  expect(renderError(toFailure(report))).toBe(
    'worker: Building worker failed. See the log.\n' +
      '1 of 5 images failed. Not built: upon (needs worker). Cancelled: api. ' +
      'Built, not loaded: cron:dev. Not loaded: redis:7.',
  )
})

test('a build that failed says its name once, and each has its own location', () => {
  const places = [1, 2, 3].map((line) => ({ file: 'Dockerfile', line }))
  const endings = places.map((location, at) => {
    const name = `image-${at}`
    return [
      `build ${name}`,
      failed(new Failure(`${name}: RUN make exited with 2`, { location })),
    ] as const
  })
  const targets = places.map((_, at) => targetOf(`image-${at}`))
  const report = reportOf(stepsFor(targets), Object.fromEntries(endings))
  const failure = toFailure(report)
  expect(renderError(failure).split('\n')[0]).toBe('- image-0: RUN make exited with 2')
  expect(failure).toMatchObject({ location: places[0] })
  expect(findOthers(report)).toEqual([
    { message: 'image-1: RUN make exited with 2', location: places[1] },
    { message: 'image-2: RUN make exited with 2', location: places[2] },
  ])
})

test('several causes are a list', () => {
  const report = reportOf(stepsFor(['a', 'b', 'c'].map((name) => targetOf(name))), {
    'build a': failed(new Error('a is broken')),
    'build b': failed(new Error('b is broken')),
  })
  expect(renderError(toFailure(report)).split('\n')).toEqual([
    '- a: a is broken',
    '- b: b is broken',
    '2 of 3 images failed.',
  ])
})

test('the only image is told as it is', () => {
  const report = reportOf(stepsFor([targetOf('worker')]), { 'build worker': failed(broken) })
  expect(toFailure(report)).toBe(broken)
})

const filesFailed = failed(new Failure('models/a.bin could not be fetched: 404'))

/** As a plan has it with files beside images: the sync waits for none of them. */
const withFiles = (names: readonly string[]): readonly Step[] => {
  const files = { kind: 'sync-files', id: 'node files', needs: [], after: [] }
  return [...stepsFor(names.map((name) => targetOf(name))), files as unknown as Step]
}

test('what failed beside the only image is told, too', () => {
  const location = { file: 'Dockerfile', line: 3 }
  const report = reportOf(withFiles(['api']), {
    'build api': failed(new Failure('api: RUN make exited with 2', { location })),
    'load api:dev': skipped('build api'),
    'node files': filesFailed,
  })
  const failure = toFailure(report)
  expect(renderError(failure).split('\n')).toEqual([
    '- api: RUN make exited with 2',
    '- node files: models/a.bin could not be fetched: 404',
    '1 of 1 images failed.',
  ])
  expect(failure).toMatchObject({ location })
})

test('files and other steps are no images that failed', () => {
  const { error } = filesFailed
  const alone = (names: readonly string[]) =>
    toFailure(reportOf(withFiles(names), { 'node files': filesFailed }))
  expect(alone([])).toBe(error)
  expect(alone(['api'])).toBe(error)
  expect(alone(['api', 'web'])).toBe(error)
  const report = reportOf(withFiles(['api', 'web']), {
    'build api': failed(new Error('api is broken')),
    'load api:dev': skipped('build api'),
    'node files': filesFailed,
  })
  expect(renderError(toFailure(report))).toMatch(/^1 of 2 images failed\.$/m)
})

test('two problems with files alone are both told', () => {
  const images = { kind: 'image-volumes', id: 'node files as images', needs: [], after: [] }
  const steps = [...withFiles([]), images as unknown as Step]
  const report = reportOf(steps, {
    'node files': filesFailed,
    'node files as images': failed(new Error('no room')),
  })
  expect(renderError(toFailure(report)).split('\n')).toEqual([
    '- node files: models/a.bin could not be fetched: 404',
    '- node files as images: no room',
  ])
})

test('where all went well there is no failure', () => {
  expect(toFailure(reportOf(stepsFor([targetOf('worker')])))).toBeUndefined()
})

test('a cluster that could not be made is no image that failed', () => {
  const inputs = read({ images: 'redis:7', 'create-cluster': 'true' })
  const why = failed(new Failure('kind could not create the cluster kind: no', { remedy: 'Do.' }))
  const facts = { ...foundFacts, images: [imageOf('redis:7')] }
  const report = reportOf(planSteps(inputs, facts, [], undefined), {
    'start cluster': why,
    'load redis:7': skipped('start cluster'),
  })
  expect(renderError(toFailure(report))).toBe(
    'kind could not create the cluster kind: no. Do.\nNot loaded: redis:7.',
  )
  expect(toImageRows(report).map(resultOf)).toEqual(['skipped'])
  const alone = planSteps(inputs, { ...foundFacts, images: [] }, [], undefined)
  expect(toFailure(reportOf(alone, { 'create cluster': why }))).toBe(why.error)
})
