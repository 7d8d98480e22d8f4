import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Transform } from 'node:stream'
import type { Docker } from '../host/docker.ts'
import { createCollector } from './young-memory.ts'

/** `docker save` of a large image on a slow disk. */
const deadlineMs = 30 * 60_000

/** A cancelled end that reads has this long to undo what it did; the runner grants a few seconds. */
const graceMs = 5_000

const start = (docker: Docker, args: readonly string[]) => {
  const { file, env, signal } = docker.command(args)
  const child = spawn(file, [...args], {
    env,
    timeout: deadlineMs,
    stdio: 'pipe',
  })
  // A child that cannot start says so through 'close', too; one that ends early closes the pipe, and
  // its exit code says why, the EPIPE does not.
  child.on('error', () => {})
  child.stdin.on('error', () => {})
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-4_000)
  })
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout: '',
    stderr,
    timedOut: child.killed && !signal?.aborted,
  }))
  return { child, signal, ended }
}

const whenAborted = (signal: AbortSignal | undefined, act: () => void): void => {
  signal?.addEventListener('abort', act, { once: true })
  if (signal?.aborted) act()
}

/** Starts a docker command whose output goes into a pipe. Cancelled, it is killed. */
export const startSource = (docker: Docker, args: readonly string[]) => {
  const { child, signal, ended } = start(docker, args)
  child.stdin.end()
  const collect = createCollector()
  child.stdout.on('data', (chunk: Buffer) => collect(chunk.length))
  whenAborted(signal, () => child.kill())
  return { stdout: child.stdout, ended }
}

/** Starts a docker command that reads from a pipe. Cancelled, it sees the pipe's end first. */
export const startTarget = (docker: Docker, args: readonly string[]) => {
  const { child, signal, ended } = start(docker, args)
  const { stdin } = child
  whenAborted(signal, () => {
    stdin.end()
    setTimeout(() => child.kill(), graceMs).unref()
  })
  return { stdin, stdout: child.stdout, ended }
}

/** Passes everything on and tells how much it was. */
export const countBytes = (onBytes: (bytes: number) => void): Transform =>
  new Transform({
    transform: (chunk: Buffer, _, done) => {
      onBytes(chunk.length)
      done(null, chunk)
    },
  })
