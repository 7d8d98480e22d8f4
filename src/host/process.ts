import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { Failure } from '../failure.ts'

/** A command to run: argv only, never a shell's string. */
export type Command = {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
  /** What the child reads: nothing, or a descriptor of ours. */
  readonly stdin?: 'none' | { readonly fd: number } | undefined
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** How a command ended; `code` is null after a signal. */
export type Ended = {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
}

/** What a child gets between a polite request to end and SIGKILL. */
const graceMs = 3_000

const stdioOf = (command: Command): StdioOptions => {
  const { stdin = 'none' } = command
  if (stdin === 'none') return ['ignore', 'pipe', 'pipe']
  return [stdin.fd, 'pipe', 'pipe']
}

/** Ends the child, politely first, when the deadline passes or the step is cancelled. */
const superviseChild = (child: ChildProcess, command: Command, onTimeout: () => void) => {
  const timers: NodeJS.Timeout[] = []
  const end = (): void => {
    child.kill('SIGTERM')
    timers.push(setTimeout(() => child.kill('SIGKILL'), graceMs))
  }
  timers.push(
    setTimeout(() => {
      onTimeout()
      end()
    }, command.timeoutMs),
  )
  command.signal?.addEventListener('abort', end, { once: true })
  if (command.signal?.aborted) end()
  return () => {
    for (const timer of timers) clearTimeout(timer)
    command.signal?.removeEventListener('abort', end)
  }
}

export const notStarted = (file: string, cause: Error): Failure =>
  new Failure(`${file} could not be started`, {
    cause,
    remedy: `Install ${file} and put it on the PATH.`,
  })

export type Streams = {
  readonly stdout: (stream: Readable) => void
  readonly stderr: (stream: Readable) => void
}

/**
 * Runs a command and hands its output streams to the caller.
 *
 * @throws {Failure} when the program cannot be started at all; an exit code is a result
 */
export const runStreaming = (
  command: Command,
  streams: Streams,
): Promise<{ readonly code: number | null; readonly timedOut: boolean }> =>
  new Promise((resolve, reject) => {
    let timedOut = false
    const child = spawn(command.file, [...command.args], {
      env: command.env,
      stdio: stdioOf(command),
      ...(command.cwd !== undefined && { cwd: command.cwd }),
    })
    const release = superviseChild(child, command, () => {
      timedOut = true
    })
    child.once('error', (cause) => {
      release()
      reject(notStarted(command.file, cause))
    })
    child.once('close', (code) => {
      release()
      resolve({ code, timedOut })
    })
    if (child.stdout !== null) streams.stdout(child.stdout)
    if (child.stderr !== null) streams.stderr(child.stderr)
  })

/** Captured output ends here: what we ask for is small, and a flood must not eat the memory. */
const capturedBytes = 64 * 1024 * 1024

const collect = (stream: Readable, chunks: Buffer[]): void => {
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= capturedBytes) chunks.push(chunk)
  })
}

/** Runs a command to its end and returns what it printed. */
export const runCaptured = async (command: Command): Promise<Ended> => {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  const ended = await runStreaming(command, {
    stdout: (stream) => collect(stream, stdout),
    stderr: (stream) => collect(stream, stderr),
  })
  return {
    ...ended,
    stdout: Buffer.concat(stdout).toString('utf8'),
    stderr: Buffer.concat(stderr).toString('utf8'),
  }
}
