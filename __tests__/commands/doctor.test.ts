import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { doctor } from '../../src/commands/doctor.ts'
import type { FrontEnd } from '../../src/commands/run-context.ts'
import type { Check } from '../../src/doctor/check.ts'
import { read } from '../support/read.ts'

const scratch = mkdtempSync(join(tmpdir(), 'doctor-'))
afterAll(() => rmSync(scratch, { recursive: true }))
afterEach(() => vi.useRealTimers())

const ignore = (): void => {}
const log = { line: ignore, debug: ignore, warning: ignore } as unknown as FrontEnd['log']

/** On a machine without any program. */
const examine = async (host: string): Promise<(name: string) => Check | undefined> => {
  const place = {
    env: { PATH: scratch, DOCKER_HOST: `unix://${host}`, GITHUB_ACTIONS: 'true' },
    cacheEnv: {},
    isHostedRunner: false,
    tempRoot: scratch,
    runId: '0123456789abcdef',
  }
  const { signal } = new AbortController()
  const front = { log, mask: ignore, announce: ignore, saveState: ignore, signal }
  const checks = await doctor(read({ mode: 'doctor' }), place, front)
  return (name) => checks.find((check) => check.name === name)
}

const waiting = ['store', 'builder', 'cluster', 'nodes', 'links', 'disk', 'memory', 'cgroups']

test('a socket that is not there: Docker is missing, and what needs it is not asked', async () => {
  const about = await examine(join(scratch, 'none.sock'))
  expect(about('Docker')).toMatchObject({
    state: 'no',
    found: `there is no socket ${scratch}/none.sock`,
    remedy: expect.stringContaining('unset DOCKER_HOST'),
    isNeeded: true,
  })
  for (const name of waiting)
    expect(about(name)).toMatchObject({
      state: 'unknown',
      found: 'not checked, as Docker does not answer',
    })
  expect(about('proxies')).toMatchObject({ state: 'ok' })
  expect(about('cache')).toMatchObject({ state: 'no', isNeeded: false })
  expect(about('App')).toBeUndefined()
})

test('a daemon that hangs holds up nothing for longer than a deadline', async () => {
  const socket = join(scratch, 'hangs.sock')
  const server = createServer(() => {}).listen(socket)
  await once(server, 'listening')
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  const examined = examine(socket)
  await once(server, 'connection')
  await vi.advanceTimersByTimeAsync(5_000)
  const about = await examined
  server.close()
  expect(about('Docker')).toMatchObject({
    state: 'no',
    found: `Docker does not answer at ${socket}: no answer within 5 s`,
    isNeeded: true,
  })
  for (const name of waiting)
    expect(about(name)).toMatchObject({ state: 'unknown', found: 'no answer within 5 s' })
})
