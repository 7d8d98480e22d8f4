import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { type ContainerWatch, runContainer } from '../../src/docker/container.ts'
import type { EngineApi } from '../../src/docker/engine-api.ts'

/** An API that makes one container, and notes what it is asked for. */
const createApi = (start: () => Promise<unknown> = async () => undefined) => {
  const asked: string[] = []
  const written: string[] = []
  const container = new PassThrough()
  container.write = ((text: string) => written.push(text) > 0) as typeof container.write
  const api: EngineApi = {
    get: async () => undefined,
    post: async <T>(path: string) => {
      asked.push(`POST ${path}`)
      if (path === '/containers/create') return { Id: 'c' } as T
      if (path.endsWith('/start')) await start()
      return { StatusCode: 3 } as T
    },
    remove: async (path) => {
      asked.push(`DELETE ${path}`)
    },
    attach: async () => container,
    download: async () => undefined,
  }
  return { api, asked, written, end: () => container.end() }
}

const watch: ContainerWatch = {
  deadlineMs: 60_000,
  signal: new AbortController().signal,
  onLine: () => {},
  onErrorLine: () => {},
  isEnough: () => false,
}

const removed = 'DELETE /containers/c?force=true'

describe('what a container reads first', () => {
  test('is given to it while it starts', async () => {
    const started = Promise.withResolvers<void>()
    const { api, written, end } = createApi(() => started.promise)
    const running = runContainer(api, {}, Promise.resolve('request\n'), watch)
    await expect.poll(() => written, { timeout: 15_000 }).toEqual(['request\n'])
    started.resolve()
    end()
    expect(await running).toBe('exit code 3')
  })

  test('may not come: the container goes, and that is the failure', async () => {
    const { api, asked, written } = createApi()
    const input = Promise.reject(new Error('the image is gone'))
    input.catch(() => {})
    await expect(runContainer(api, {}, input, watch)).rejects.toThrow('the image is gone')
    expect(asked.at(-1)).toBe(removed)
    expect(written).toEqual([])
  })
})

test('a container that cannot be started goes', async () => {
  const { api, asked } = createApi(() => Promise.reject(new Error('no room')))
  await expect(runContainer(api, {}, 'request\n', watch)).rejects.toThrow('no room')
  expect(asked.at(-1)).toBe(removed)
})
