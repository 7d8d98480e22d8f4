import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { createLineSplitter } from './lines.ts'
import { openChildPipes } from './pipes.ts'
import type { CancelTimings, StreamName } from './types.ts'

/** The Node that the project pins, next to this file's project; the runner brings its own too. */
export function findNode(from: string = import.meta.dirname): string {
  const candidate = join(from, 'node_modules', '.bin', 'node')
  if (existsSync(candidate)) return realpathSync(candidate)
  const parent = dirname(from)
  if (parent === from) throw new Error('no node_modules/.bin/node above the runner double')
  return findNode(parent)
}

export interface ProcessSpec {
  readonly script: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** A command that becomes Node's process. */
  readonly through: readonly string[]
  /** A private folder for the names that pipes have for a moment. */
  readonly scratch: string
  readonly timings: CancelTimings
  readonly streamGraceMs: number
  readonly onChunk: (chunk: Buffer, stream: StreamName) => void
  readonly onLine: (line: string, stream: StreamName) => void
}

export interface ActionProcess {
  readonly pid: number
  /** SIGINT, a wait, SIGTERM, a wait, SIGKILL: to this process alone, never to its children. */
  readonly cancel: () => void
  readonly kill: () => void
  readonly ended: Promise<{ readonly exitCode: number; readonly signal: NodeJS.Signals | null }>
}

function forward(source: Readable, name: StreamName, spec: ProcessSpec): Promise<void> {
  const splitter = createLineSplitter((line) => spec.onLine(line, name))
  return new Promise((resolve) => {
    source.on('data', (chunk: Buffer) => {
      spec.onChunk(chunk, name)
      splitter.write(chunk)
    })
    source.on('error', () => undefined)
    source.on('close', () => {
      splitter.end()
      resolve()
    })
  })
}

async function sleep(ms: number, cutShort: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([timeout, cutShort])
  clearTimeout(timer)
}

async function escalate(
  child: ChildProcess,
  timings: CancelTimings,
  finished: Promise<unknown>,
  isFinished: () => boolean,
): Promise<void> {
  for (const [signal, ms] of [
    ['SIGINT', timings.sigintMs ?? 7500],
    ['SIGTERM', timings.sigtermMs ?? 2500],
  ] as const) {
    child.kill(signal)
    await sleep(ms, finished)
    if (isFinished()) return
  }
  child.kill('SIGKILL')
}

/** Starts the action's script as its own process, with real pipes and stdin at its end. */
export function startProcess(spec: ProcessSpec): ActionProcess {
  const pipes = openChildPipes(spec.scratch)
  const [file = '', ...args] = [...spec.through, findNode(), spec.script]
  const child = spawn(file, args, {
    cwd: spec.cwd,
    env: spec.env,
    stdio: pipes.stdio,
  })
  pipes.closeChildEnds()
  const streams = Promise.all([
    forward(pipes.stdout, 'stdout', spec),
    forward(pipes.stderr, 'stderr', spec),
  ])
  let finished = false
  const run = async () => {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(
      (resolve, reject) => {
        child.on('exit', (...result) => resolve(result))
        child.on('error', reject)
      },
    )
    // A child that keeps the pipe open holds the runner up, but not for ever.
    await sleep(spec.streamGraceMs, streams)
    pipes.stdout.destroy()
    pipes.stderr.destroy()
    await streams
    finished = true
    const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
    return { exitCode, signal }
  }
  const ended = run()
  let cancelled = false
  return {
    pid: child.pid ?? -1,
    cancel: () => {
      if (cancelled) return
      cancelled = true
      void escalate(child, spec.timings, ended, () => finished)
    },
    kill: () => child.kill('SIGKILL'),
    ended,
  }
}
