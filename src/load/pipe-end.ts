import { Transform } from 'node:stream'
import type { Docker } from '../docker/docker.ts'
import type { Command } from '../host/command.ts'
import { startPiped } from '../host/process-group.ts'
import { createCollector } from './minor-gc.ts'

/** `docker save` of a large image on a slow disk. */
export const pipeTimeoutMs = 30 * 60_000

/** Of what a program says, its end is kept, from the beginning of a line. */
const keepEnd = (text: string): string =>
  text.length <= 4_000 ? text : text.slice(-4_000).replace(/^.*\n/, '')

const withStderr = ({ child, ended }: ReturnType<typeof startPiped>) => {
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = keepEnd(stderr + chunk.toString('utf8'))
  })
  // One that cannot be started has no exit code, and says why; it does not break the other end.
  return ended.then(
    (end) => ({ ...end, stdout: '', stderr }),
    (error: Error) => ({ code: null, timedOut: false, stdout: '', stderr: error.message }),
  )
}

/** Starts a docker command whose output goes into a pipe. Cancelled, it is ended. */
export const startSource = (docker: Docker, args: readonly string[]) => {
  const group = startPiped(docker.command(args, { timeoutMs: pipeTimeoutMs }))
  const { stdin, stdout } = group.child
  stdin.end()
  const collect = createCollector()
  stdout.on('data', (chunk: Buffer) => collect(chunk.length))
  return { stdout, ended: withStderr(group) }
}

/**
 * Starts a command that reads from a pipe. Cancelled, it sees the pipe's end first and has a
 * moment to undo what it did.
 */
export const startTarget = (command: Command) => {
  const group = startPiped(command, ({ stdin }) => stdin?.end())
  const { stdin, stdout } = group.child
  return { stdin, stdout, ended: withStderr(group) }
}

/** Passes everything on and tells how much it was. */
export const countBytes = (onBytes: (bytes: number) => void): Transform =>
  new Transform({
    transform: (chunk: Buffer, _, done) => {
      onBytes(chunk.length)
      done(null, chunk)
    },
  })
