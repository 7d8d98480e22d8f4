import { expect, test } from 'vitest'
import { type Job, runJobs } from '../../src/run/scheduler.ts'

const job = (name: string, ...dependsOn: readonly string[]): Job => ({ name, dependsOn })
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Runs jobs that take a moment, and notes when they begin and end, and how many at once. */
const watch = async (
  jobs: readonly Job[],
  parallel: number,
  failing: readonly string[] = [],
  isEnded: (log: readonly string[]) => boolean = () => false,
) => {
  const log: string[] = []
  let [running, most] = [0, 0]
  const outcomes = await runJobs(
    jobs,
    parallel,
    () => isEnded(log),
    async ({ name }) => {
      log.push(`+${name}`)
      running += 1
      most = Math.max(most, running)
      await tick()
      running -= 1
      log.push(`-${name}`)
      if (failing.includes(name)) throw new Error(`${name} is broken`)
    },
  )
  const states = Object.fromEntries(outcomes.map(({ name, state }) => [name, state]))
  return { log, most, outcomes, states }
}

test('each begins when all that it depends on is done', async () => {
  const { log, states } = await watch([job('c', 'a', 'b'), job('b', 'a'), job('a')], 9)
  expect(log).toEqual(['+a', '-a', '+b', '-b', '+c', '-c'])
  expect(states).toEqual({ a: 'done', b: 'done', c: 'done' })
})

test.each([1, 2, 3])('no more than %s at once, and as many as that', async (parallel) => {
  const { most } = await watch(
    ['a', 'b', 'c', 'd', 'e'].map((name) => job(name)),
    parallel,
  )
  expect(most).toBe(parallel)
})

test('what depends on a failed one is skipped, with its reason; the others go on', async () => {
  const jobs = [job('d', 'c'), job('c', 'b'), job('b'), job('other')]
  const { outcomes } = await watch(jobs, 1, ['b'])
  expect(outcomes).toEqual([
    { name: 'd', state: 'skipped', error: undefined, because: 'c' },
    { name: 'c', state: 'skipped', error: undefined, because: 'b' },
    { name: 'b', state: 'failed', error: new Error('b is broken'), because: undefined },
    { name: 'other', state: 'done', error: undefined, because: undefined },
  ])
})

test('nothing begins after the end, and what runs is waited for', async () => {
  const { log, states } = await watch([job('a'), job('b'), job('c')], 2, [], (lines) =>
    lines.includes('-a'),
  )
  expect(log).toEqual(['+a', '+b', '-a', '-b'])
  expect(states).toEqual({ a: 'done', b: 'done', c: 'cancelled' })
})

test('what another one ends is cancelled, also what has not begun, and has no failure', async () => {
  let ended = false
  const outcomes = await runJobs(
    [job('broken'), job('cut'), job('upon', 'cut'), job('later')],
    2,
    () => ended,
    async ({ name }) => {
      if (name === 'cut') await tick()
      throw new Error(`${name}: says what it likes`)
    },
    () => {
      ended = true
    },
  )
  expect(outcomes.map(({ name, state, error }) => [name, state, error])).toEqual([
    ['broken', 'failed', new Error('broken: says what it likes')],
    ['cut', 'cancelled', undefined],
    ['upon', 'cancelled', undefined],
    ['later', 'cancelled', undefined],
  ])
})

test('nothing to do', async () => {
  expect((await watch([], 2)).outcomes).toEqual([])
})
