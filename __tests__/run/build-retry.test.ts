import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LostLayerFailure } from '../../src/build/explain.ts'
import type { Target } from '../../src/build/target.ts'
import { Failure } from '../../src/failure.ts'
import { retryBuild, retryUnread } from '../../src/run/build-retry.ts'

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

const toTarget = (from: unknown): Target => {
  const bake = { name: 'api', definition: { 'cache-from': from, 'cache-to': ['b'] } }
  return { name: 'api', bake, bases: [bake] } as unknown as Target
}
const reading = (cacheRequired: boolean, from: unknown = ['a'], signal = options(0).signal) => ({
  ...{ target: toTarget(from), cacheRequired, signal },
  warn: (text: string) => void lines.push(text),
})
const gone = new LostLayerFailure('api: the build failed: x from remote: not found')

test('where a cache has lost a layer, the build goes on without reading any', async () => {
  const build = vi.fn().mockRejectedValueOnce(gone).mockResolvedValueOnce('built')
  expect(await retryUnread(reading(false), build)).toBe('built')
  expect(lines).toEqual([`${gone.message}. Building again without reading caches.`])
  const definition = { 'cache-from': [], 'cache-to': ['b'] }
  expect(build).toHaveBeenLastCalledWith(
    expect.objectContaining({
      bake: expect.objectContaining({ definition }),
      bases: [expect.objectContaining({ definition })],
    }),
  )
})

test('but not where it is required, none is read, or something else failed', async () => {
  const build = vi.fn().mockRejectedValue(gone)
  await expect(retryUnread(reading(true), build)).rejects.toBe(gone)
  await expect(retryUnread(reading(false, []), build)).rejects.toBe(gone)
  await expect(retryUnread(reading(false, null), build)).rejects.toBe(gone)
  const cancelled = reading(false, ['a'], AbortSignal.abort())
  await expect(retryUnread(cancelled, build)).rejects.toBe(gone)
  build.mockRejectedValue(lost())
  await expect(retryUnread(reading(false), build)).rejects.toThrow('the build failed')
  expect([build.mock.calls.length, lines]).toEqual([5, []])
})
