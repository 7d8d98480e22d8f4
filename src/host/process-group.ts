import {
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  type StdioOptions,
  spawn,
} from 'node:child_process'
import { readdirSync } from 'node:fs'
import { attempt, Failure } from '../failure.ts'
import type { Command } from './command.ts'
import { statFieldsOf } from './proc-stat.ts'

/** What is asked to end has this long. Who cancels gives us seconds. */
const graceMs = 2_000

/** How long output is waited for that nobody prints any more: a grandchild may keep the pipe open. */
const silenceMs = 1_000

const signalTo = (pid: number, name: NodeJS.Signals): void =>
  // It may have ended, or be another user's, such as what sudo starts.
  void attempt(() => process.kill(pid, name))

/** Field 6. */
const sessionOf = (pid: string): number => Number(statFieldsOf(pid)[3])

/** Processes of a session that have left its first group. Without /proc nobody can say. */
const membersOf = (session: number): readonly number[] => {
  const pids = (attempt(() => readdirSync('/proc')) ?? []).filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => sessionOf(pid) === session).map(Number)
}

const killAll = (pid: number): void => {
  signalTo(-pid, 'SIGKILL')
  for (const member of membersOf(pid)) signalTo(member, 'SIGKILL')
}

/** Whether there is output that we have not taken yet, or have just taken. */
const createSilenceCheck = ({ stdout, stderr }: ChildProcess): (() => boolean) => {
  const streams = [stdout, stderr].filter((stream) => stream !== null)
  const sum = (): number =>
    // They are sockets, which count.
    streams.reduce((all, stream) => all + ((stream as { bytesRead?: number }).bytesRead ?? 0), 0)
  let before = sum()
  return () => {
    const now = sum()
    const isSilent =
      now === before && streams.every((each) => !each.isPaused() && each.readableLength === 0)
    before = now
    return isSilent
  }
}

export type GroupEnd = { readonly code: number | null; readonly timedOut: boolean }

export type Group<Child = ChildProcess> = {
  readonly child: Child
  /** Comes a little after the deadline or the step's cancelling at the latest, whatever the group does. */
  readonly ended: Promise<GroupEnd>
  /** Asks all of the group to end, and kills what does not. */
  readonly end: () => void
}

/**
 * Starts a program as the first of a process group and session of its own, so that it can be ended
 * together with all that it starts: a signal to `docker` alone does not reach a plugin that is busy.
 * It has no terminal, and never had one in a job.
 *
 * @param ask what is done at first to end it; by default all are sent SIGTERM
 */
export const startGroup = (
  { file, args, env, cwd, timeoutMs, signal }: Command,
  stdio: StdioOptions,
  ask?: (child: ChildProcess) => void,
): Group => {
  const child = spawn(file, [...args], {
    env,
    stdio,
    detached: true,
    ...(cwd !== undefined && { cwd }),
  })
  const { pid } = child
  const { promise: ended, resolve, reject } = Promise.withResolvers<GroupEnd>()
  const timers = new Set<NodeJS.Timeout>()
  const after = (ms: number, act: () => void) => timers.add(setTimeout(act, ms))
  let isEnding = false
  let timedOut = false
  const release = (): void => {
    for (const timer of timers) clearTimeout(timer)
    signal?.removeEventListener('abort', end)
  }
  const settle = (): void => {
    release()
    // What it has started ends with it when it had to be ended.
    if (isEnding && pid !== undefined) killAll(pid)
    for (const stream of child.stdio) stream?.destroy()
    child.unref()
    resolve({ code: child.exitCode, timedOut })
  }
  const end = (): void => {
    if (isEnding || pid === undefined) return
    isEnding = true
    if (ask === undefined) signalTo(-pid, 'SIGTERM')
    else ask(child)
    after(graceMs, () => {
      killAll(pid)
      // What cannot be killed is not waited for.
      after(silenceMs, settle)
    })
  }
  child.once('error', (cause) => {
    release()
    const remedy = `Install ${file} and put it on the PATH.`
    reject(new Failure(`Could not start ${file}`, { cause, remedy }))
  })
  child.once('exit', () => {
    const isSilent = createSilenceCheck(child)
    const look = (): void => {
      if (isSilent()) settle()
      else after(silenceMs, look)
    }
    after(silenceMs, look)
  })
  child.once('close', settle)
  after(timeoutMs, () => {
    timedOut = true
    end()
  })
  signal?.addEventListener('abort', end, { once: true })
  if (signal?.aborted) end()
  return { child, ended, end }
}

/** The same with all three streams as pipes. One that ends early closes them; its exit code says why. */
export const startPiped = (
  command: Command,
  ask?: (child: ChildProcess) => void,
): Group<ChildProcessWithoutNullStreams> => {
  const group = startGroup(command, 'pipe', ask) as Group<ChildProcessWithoutNullStreams>
  group.child.stdin.on('error', () => {})
  return group
}
