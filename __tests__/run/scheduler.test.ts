import { expect, test } from 'vitest'
import { type Job, runJobs } from '../../src/run/scheduler.ts'

const job = (id: string, ...needs: readonly string[]): Job => ({
  id,
  needs,
  after: [],
  lane: 'build',
  isFinal: false,
})
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

type Watched = {
  readonly parallel?: number
  readonly failing?: readonly string[]
  readonly isEnded?: (log: readonly string[]) => boolean
}

/** Runs jobs that take a moment, and notes when they begin and end, and how many at once. */
const watch = async (
  jobs: readonly Job[],
  { parallel = 9, failing = [], isEnded = () => false }: Watched = {},
) => {
  const log: string[] = []
  let [running, most] = [0, 0]
  const outcomes = await runJobs(jobs, {
    limits: [{ lanes: ['build'], most: parallel }],
    isEnded: () => isEnded(log),
    run: async ({ id }) => {
      log.push(`+${id}`)
      running += 1
      most = Math.max(most, running)
      await tick()
      running -= 1
      log.push(`-${id}`)
      if (failing.includes(id)) throw new Error(`${id} is broken`)
      return `${id} result`
    },
    onEnd: () => {},
  })
  const states = Object.fromEntries(outcomes.map(({ step, state }) => [step.id, state]))
  return { log, most, outcomes, states }
}

test('each begins when all that it needs is done', async () => {
  const { log, states } = await watch([job('c', 'a', 'b'), job('b', 'a'), job('a')])
  expect(log).toEqual(['+a', '-a', '+b', '-b', '+c', '-c'])
  expect(states).toEqual({ a: 'done', b: 'done', c: 'done' })
})

test.each([1, 2, 3])('no more than %s of a lane at once, and as many as that', async (parallel) => {
  const jobs = ['a', 'b', 'c', 'd', 'e'].map((id) => job(id))
  expect((await watch(jobs, { parallel })).most).toBe(parallel)
})

test('a full lane does not hold up another one, nor one without a limit', async () => {
  const other = ['x', 'y'].map((id) => ({ ...job(id), lane: 'none' }))
  const { most } = await watch([job('a'), job('b'), ...other], { parallel: 1 })
  expect(most).toBe(3)
})

test('what needs a failed one is skipped, with its reason; the others go on', async () => {
  const jobs = [job('d', 'c'), job('c', 'b'), job('b'), job('other')]
  const { outcomes } = await watch(jobs, { parallel: 1, failing: ['b'] })
  expect(outcomes).toMatchObject([
    { step: { id: 'd' }, state: 'skipped', error: undefined, because: 'c', time: undefined },
    { step: { id: 'c' }, state: 'skipped', error: undefined, because: 'b' },
    { step: { id: 'b' }, state: 'failed', error: new Error('b is broken'), because: undefined },
    { step: { id: 'other' }, state: 'done', result: 'other result', error: undefined },
  ])
})

test('what is after others waits until they are over, however they ended', async () => {
  const after = { ...job('close'), after: ['a', 'b'] }
  const { log, states } = await watch([after, job('a'), job('b', 'a')], { failing: ['a'] })
  expect(log).toEqual(['+a', '-a', '+close', '-close'])
  expect(states).toEqual({ a: 'failed', b: 'skipped', close: 'done' })
})

test('nothing begins after the end but what is final, and what runs is waited for', async () => {
  const close = { ...job('close'), after: ['a', 'c'], isFinal: true }
  const { log, states } = await watch([job('a'), job('b'), job('c'), close], {
    parallel: 2,
    isEnded: (lines) => lines.includes('-a'),
  })
  expect(log).toEqual(['+a', '+b', '-a', '+close', '-b', '-close'])
  // What was at work ended well after all.
  expect(states).toEqual({ a: 'done', b: 'done', c: 'cancelled', close: 'done' })
})

test('what another one ends is cancelled, also what has not begun, and has no failure', async () => {
  let ended = false
  const outcomes = await runJobs([job('broken'), job('cut'), job('upon', 'cut'), job('later')], {
    limits: [{ lanes: ['build'], most: 2 }],
    isEnded: () => ended,
    run: async ({ id }) => {
      if (id === 'cut') await tick()
      throw new Error(`${id}: says what it likes`)
    },
    onEnd: ({ state }) => {
      ended ||= state === 'failed'
    },
  })
  expect(outcomes.map(({ step, state, error }) => [step.id, state, error])).toEqual([
    ['broken', 'failed', new Error('broken: says what it likes')],
    ['cut', 'cancelled', undefined],
    ['upon', 'cancelled', undefined],
    ['later', 'cancelled', undefined],
  ])
})

test('nothing to do', async () => {
  expect((await watch([])).outcomes).toEqual([])
})

test('a job is done as it is known when it begins', async () => {
  const done: string[] = []
  let isKnown = false
  const outcomes = await runJobs([job('nodes'), job('load', 'nodes')], {
    limits: [],
    isEnded: () => false,
    renew: (each) => (isKnown ? { ...each, lane: `new ${each.lane}` } : each),
    run: async ({ id, lane }) => {
      done.push(`${id}: ${lane}`)
      isKnown = true
    },
    onEnd: () => {},
  })
  expect(done).toEqual(['nodes: build', 'load: new build'])
  expect(outcomes.map(({ step: { lane } }) => lane)).toEqual(['build', 'new build'])
})

/** How many of these are at work at once, at most. */
const countMost = async (
  jobs: readonly Job[],
  limits: Parameters<typeof runJobs>[1]['limits'],
  renew = (each: Job): Job => each,
): Promise<number> => {
  let [running, most] = [0, 0]
  await runJobs(jobs, {
    ...{ limits, renew, isEnded: () => false, onEnd: () => {} },
    run: async () => {
      running += 1
      most = Math.max(most, running)
      await tick()
      running -= 1
    },
  })
  return most
}

test('the lane that counts is the one that a job has when it could begin', async () => {
  const jobs = ['a', 'b', 'c'].map((id) => job(id))
  const toOther = (each: Job): Job => ({ ...each, lane: 'other' })
  const limits = (build: number, other: number) => [
    { lanes: ['build'], most: build },
    { lanes: ['other'], most: other },
  ]
  expect(await countMost(jobs, limits(3, 1), toOther)).toBe(1)
  expect(await countMost(jobs, limits(1, 3), toOther)).toBe(3)
})

test('lanes may have a limit together, and one of them its own', async () => {
  const jobs = [...['a', 'b', 'c'].map((id) => job(id)), ...['x', 'y', 'z'].map((id) => job(id))]
  const cached = jobs.map((each, at) => (at < 3 ? each : { ...each, lane: 'cached' }))
  const limits = [
    { lanes: ['build'], most: 2 },
    { lanes: ['build', 'cached'], most: 3 },
  ]
  expect(await countMost(cached, limits)).toBe(3)
  expect(await countMost(cached.slice(0, 3), limits)).toBe(2)
})
