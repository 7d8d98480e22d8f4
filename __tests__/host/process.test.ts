import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { attempt } from '../../src/failure.ts'
import { runCaptured, runStreaming } from '../../src/host/process.ts'
import { eventually } from '../support/eventually.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-process-'))
afterAll(() => rmSync(folder, { recursive: true }))

const env = { PATH: process.env['PATH'] ?? '' }
const sh = (script: string, timeoutMs = 600_000, signal?: AbortSignal) => ({
  file: 'sh',
  args: ['-c', script, 'sh', folder],
  env,
  timeoutMs,
  signal,
})

/** A child that has its number written down, and heeds no signal. */
const stubborn = (name: string): string =>
  `(trap '' TERM INT; sh -c 'echo $PPID' >"$1/${name}"; while :; do sleep 0.1; done) &`
const pidIn = (name: string): number => Number(readFileSync(join(folder, name), 'utf8'))
const lives = (pid: number): boolean => existsSync(`/proc/${pid}/cmdline`)

/** A process may go between a look and the next one. */
const statOf = (pid: number): string =>
  attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? ''

/** Its file is there a moment before its number is in it. */
const isThere = (name: string): boolean => existsSync(join(folder, name)) && pidIn(name) > 0

const isDead = async (name: string): Promise<void> => {
  expect(isThere(name)).toBe(true)
  const pid = pidIn(name)
  await eventually(`${name} is gone`, () => !lives(pid) || statOf(pid).includes(') Z '))
}

test('at its deadline a command ends with all that it started, heeded or not', async () => {
  const ended = await runCaptured(
    sh(`${stubborn('child')} trap '' TERM; while :; do sleep 0.1; done`, 3_000),
  )
  expect(ended).toMatchObject({ code: null, timedOut: true })
  await isDead('child')
})

test('a grandchild with a session of its own does not keep us waiting for its output', async () => {
  const started = performance.now()
  const ended = await runCaptured(sh('echo said; setsid sh -c "sleep 90" & exit 3'))
  expect(ended).toMatchObject({ code: 3, timedOut: false, stdout: 'said\n' })
  expect(performance.now() - started).toBeLessThan(60_000)
})

test('cancelled, a group ends, also what has outlived its first process', async () => {
  const cancel = new AbortController()
  const running = runCaptured(sh(`${stubborn('left')} sleep 600`, 600_000, cancel.signal))
  await eventually('it runs', () => isThere('left'))
  cancel.abort()
  expect(await running).toMatchObject({ code: null, timedOut: false })
  await isDead('left')
})

test('what has its own group in the session is found, too', async () => {
  const cancel = new AbortController()
  // With job control every job has a group of its own, as some programs give their plugins.
  const running = runCaptured(sh(`set -m; ${stubborn('own')} sleep 600`, 600_000, cancel.signal))
  await eventually('it runs', () => isThere('own'))
  cancel.abort()
  await running
  await isDead('own')
})

test('output that is taken slowly is waited for', async () => {
  const pieces: string[] = []
  const { code } = await runStreaming(sh('seq 100000'), {
    stdout: (stream) => {
      stream.on('data', (chunk: Buffer) => {
        pieces.push(chunk.toString())
        stream.pause()
        setTimeout(() => stream.resume(), pieces.length === 1 ? 3_000 : 0)
      })
    },
    stderr: (stream) => stream.resume(),
  })
  expect(code).toBe(0)
  expect(pieces.join('')).toMatch(/\n99999\n100000\n$/)
})

test('a flood is a failure that names the command, and ends it', async () => {
  const flood = { file: 'yes', args: [], env, timeoutMs: 600_000 }
  await expect(runCaptured(flood)).rejects.toThrow('The output of `yes` exceeds the 64 MB')
})

test('a program that is not there', async () => {
  const command = { file: 'no-such-program', args: [], env, timeoutMs: 1_000 }
  await expect(runCaptured(command)).rejects.toThrow('Could not start no-such-program')
})
