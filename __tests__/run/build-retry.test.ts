import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure } from '../../src/failure.ts'
import { retryBuild } from '../../src/run/build-retry.ts'

const transient = { what: 'the registry failed', waitMs: 10 }
const lost = () => new Failure('api: the build failed', { transient })
const lines: string[] = []
const options = (retries: number, signal = new AbortController().signal) => ({
  ...{ name: 'api', retries, signal },
  line: (text: string) => void lines.push(text),
})

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0.5))
afterEach(() => {
  vi.restoreAllMocks()
  lines.length = 0
})

test('what failed on the way is built again, and the log says why', async () => {
  const build = vi.fn().mockRejectedValueOnce(lost()).mockResolvedValueOnce('built')
  expect(await retryBuild(options(1), build)).toBe('built')
  expect(lines).toEqual(['api: the registry failed. Building again in 15 ms.'])
})

test('as often as is allowed', async () => {
  const build = vi.fn().mockImplementation(() => Promise.reject(lost()))
  await expect(retryBuild(options(2), build)).rejects.toThrow('api: the build failed')
  expect(build).toHaveBeenCalledTimes(3)
  await expect(retryBuild(options(0), build)).rejects.toThrow('api: the build failed')
  expect(build).toHaveBeenCalledTimes(4)
})

test('what fails by itself is not built again', async () => {
  const build = vi.fn().mockRejectedValue(new Failure('RUN make exited with 2'))
  await expect(retryBuild(options(5), build)).rejects.toThrow('make')
  expect([build.mock.calls.length, lines]).toEqual([1, []])
})

test('a cancelled step does not wait', async () => {
  const cancelled = new AbortController()
  const build = vi
    .fn()
    .mockRejectedValue(new Failure('lost', { transient: { ...transient, waitMs: 60_000 } }))
  const running = retryBuild(options(1, cancelled.signal), build)
  setTimeout(() => cancelled.abort(), 20)
  await expect(running).rejects.toThrow('lost')
  expect(build).toHaveBeenCalledTimes(1)
})
