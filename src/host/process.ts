import type { Readable } from 'node:stream'
import { mostBytes, tooMuch } from './bounds.ts'
import type { Command } from './command.ts'
import { type GroupEnd, startGroup } from './process-group.ts'

/** How a command ended; `code` is null after a signal. */
export type Ended = GroupEnd & { readonly stdout: string; readonly stderr: string }

export type Streams = {
  readonly stdout: (stream: Readable) => void
  readonly stderr: (stream: Readable) => void
}

/**
 * Runs a command and hands its output streams to the caller. At its deadline, or when the step is
 * cancelled, it ends with all that it started.
 *
 * @throws {Failure} when the program cannot be started at all; an exit code is a result
 */
export const runStreaming = async (command: Command, streams: Streams): Promise<GroupEnd> => {
  const { child, ended } = startGroup(command, [command.stdin?.fd ?? 'ignore', 'pipe', 'pipe'])
  if (child.stdout !== null) streams.stdout(child.stdout)
  if (child.stderr !== null) streams.stderr(child.stderr)
  return ended
}

/**
 * Runs a command to its end and returns what it printed.
 *
 * @throws {Failure} when it cannot be started, or floods us
 */
export const runCaptured = async (command: Command): Promise<Ended> => {
  const flooded = new AbortController()
  const { signal = flooded.signal } = command
  let bytes = 0
  const collect = (stream: Readable, chunks: Buffer[]): void => {
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= mostBytes) chunks.push(chunk)
      else flooded.abort()
    })
  }
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  const bounded = { ...command, signal: AbortSignal.any([signal, flooded.signal]) }
  const ended = await runStreaming(bounded, {
    stdout: (stream) => collect(stream, stdout),
    stderr: (stream) => collect(stream, stderr),
  })
  const { file, args } = command
  if (flooded.signal.aborted) {
    throw tooMuch(`The output of \`${[file, ...args.slice(0, 2)].join(' ')}\``)
  }
  return {
    ...ended,
    stdout: Buffer.concat(stdout).toString('utf8'),
    stderr: Buffer.concat(stderr).toString('utf8'),
  }
}
