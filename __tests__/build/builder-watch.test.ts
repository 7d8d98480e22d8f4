import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type BuilderEnd, watchBuild } from '../../src/build/builder-watch.ts'
import type { OnBuildEvent } from '../../src/build/event.ts'
import type { Failure } from '../../src/failure.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
})
afterEach(() => vi.useRealTimers())

const gone: BuilderEnd = { what: 'the pod went away', transient: { what: 'away', waitMs: 1 } }

/** A build that ends with its signal alone. */
const start = (findEnd: () => BuilderEnd | undefined) => {
  const asked = vi.fn(async () => findEnd())
  const job = new AbortController()
  let say: OnBuildEvent = () => {}
  let until: AbortSignal | undefined
  const ended = watchBuild(
    { name: 'api', watch: () => ({ findEnd: asked }), signal: job.signal, onEvent: () => {} },
    (signal, onEvent) => {
      say = onEvent
      until = signal
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('ended by a signal'))),
      )
    },
  ).catch((error: Failure) => error)
  const text = (line: string): void => say({ kind: 'text', text: line })
  return { asked, ended, job, text, isEnded: () => until?.aborted }
}

const pass = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1_000)

test('a step that prints nothing for hours is left alone while its pod is there', async () => {
  const { asked, isEnded } = start(() => undefined)
  await pass(3_600)
  expect(isEnded()).toBe(false)
  expect(asked.mock.calls.length).toBeGreaterThan(50)
})

test('while something is said nobody asks', async () => {
  const { asked, text } = start(() => gone)
  for (let seconds = 0; seconds < 120; seconds += 10) {
    text('#1 working')
    await pass(10)
  }
  expect(asked).not.toHaveBeenCalled()
})

test('a silent build whose pod is gone ends, and may be tried again', async () => {
  const { ended, isEnded } = start(() => gone)
  await pass(19)
  expect(isEnded()).toBe(false)
  await pass(2)
  expect(await ended).toMatchObject({
    message: 'api: the pod went away',
    transient: gone.transient,
  })
})

test("after buildx's last word it has seconds; its pod may be there, as when it is refused", async () => {
  const { ended, isEnded, text } = start(() => undefined)
  text('ERROR: pods/exec "a" is forbidden')
  await pass(7)
  expect(isEnded()).toBe(false)
  await pass(3)
  expect(await ended).toMatchObject({
    message: 'api: buildx lost its builder: ERROR: pods/exec "a" is forbidden',
    transient: undefined,
  })
})

test('a connection that was lost, with its pod there: another try may reach it', async () => {
  const { ended, text } = start(() => undefined)
  text('E1129 01:00:29.202379 24858 v2.go:104] "Unhandled Error" err="EOF"')
  await pass(10)
  expect(await ended).toMatchObject({
    message: expect.stringContaining('buildx lost its builder: E1129'),
    transient: { what: 'the connection to the builder was lost' },
  })
})

test('a last word that was not the last', async () => {
  const { isEnded, text } = start(() => undefined)
  text('E1129 01:00:29.202379 24858 v2.go:104] "Unhandled Error" err="EOF"')
  await pass(5)
  text('#2 goes on')
  await pass(60)
  expect(isEnded()).toBe(false)
})

test('a cancelled step says so itself', async () => {
  const { ended, job } = start(() => gone)
  job.abort(new Error('SIGINT'))
  expect(await ended).toMatchObject({ message: 'ended by a signal' })
})
