import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { EngineApi } from '../../src/docker/engine-api.ts'
import { runToEnd } from '../../src/docker/run-to-end.ts'

const frame = (stream: number, text: string): Buffer => {
  const body = Buffer.from(text)
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(body.length, 4)
  return Buffer.concat([header, body])
}

/** A daemon whose container prints both ways when it is started, and ends where it is to. */
const createApi = (start: (container: PassThrough) => void) => {
  const asked: string[] = []
  const container = new PassThrough()
  const api: EngineApi = {
    get: async () => undefined,
    post: async <T>(path: string) => {
      asked.push(`POST ${path}`)
      if (path.endsWith('/start')) start(container)
      return (path === '/containers/create' ? { Id: 'c' } : { StatusCode: 3 }) as T
    },
    remove: async (path) => asked.push(`DELETE ${path}`),
    attach: async () => container,
    download: async () => undefined,
  }
  return { api, asked }
}

const run = async (start: (container: PassThrough) => void, change = {}) => {
  const { api, asked } = createApi(start)
  const lines: string[] = []
  const { signal } = new AbortController()
  const options = { deadlineMs: 60_000, signal, onLine: (line: string) => void lines.push(line) }
  const end = await runToEnd(api, {}, { ...options, ...change }).catch(({ message }) => message)
  return { end, lines, asked }
}

const removed = 'DELETE /containers/c?force=true&v=true'

describe('a program in a container of its own', () => {
  test('ends with its exit code, and with all that it said', async () => {
    const { end, lines, asked } = await run((container) => {
      container.push(frame(1, 'out\n'))
      container.push(frame(2, 'err'))
      container.push(null)
    })
    expect([end, lines.toSorted()]).toEqual([{ kind: 'ended', exitCode: 3 }, ['err', 'out']])
    expect(asked.at(-1)).toBe(removed)
  })

  test('goes when its time is over', async () => {
    const { end, asked } = await run(() => {}, { deadlineMs: 1 })
    expect([end, asked.at(-1)]).toEqual([{ kind: 'late' }, removed])
  })

  test('goes with a step that is cancelled', async () => {
    const stop = new AbortController()
    const abort = () => stop.abort(new Error('cancelled'))
    const { end, asked } = await run(abort, { signal: stop.signal })
    expect([end, asked.at(-1)]).toEqual(['cancelled', removed])
  })

  test('that cannot be started is told in the words of the daemon', async () => {
    const { end, asked } = await run(() => {
      throw new Error('exec: "/bin/sh": no such file')
    })
    expect(end).toEqual({ kind: 'not started', why: 'exec: "/bin/sh": no such file' })
    expect(asked.at(-1)).toBe(removed)
  })
})
