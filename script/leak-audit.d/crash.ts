import { readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Hit } from './places.ts'
import { descendantsOf } from './search/processes.ts'
import type { Tokens } from './search/tokens.ts'
import type { Undoing } from './undoing.ts'
import type { StepKind } from './ways/way.ts'

const patternFile = '/proc/sys/kernel/core_pattern'

const readPattern = (): string => readFileSync(patternFile, 'utf8').trim()

/** Undefined when a crash leaves a core here; otherwise why it does not. */
const whyNoCores = (): string | undefined => {
  const limit = /^Max core file size\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  if (limit !== 'unlimited') return `the limit of cores is ${limit}, and cannot be raised`
  return undefined
}

/**
 * Runs `body` while a crash leaves a core in a file. Where cores go to a program, that is changed
 * until the audit ends.
 *
 * @returns undefined, and why, when no crash can leave a core here
 */
export const withCores = async <T>(
  body: () => Promise<T>,
  undoing: Undoing,
  tell: (why: string) => void,
): Promise<T | undefined> => {
  const why = whyNoCores()
  if (why !== undefined) {
    tell(why)
    return undefined
  }
  const pattern = readPattern()
  if (!pattern.startsWith('|')) return body()
  try {
    writeFileSync(patternFile, 'core')
  } catch {
    tell(`cores go to a program (${pattern}), and that cannot be changed`)
    return undefined
  }
  undoing.add(() => writeFileSync(patternFile, pattern))
  return body()
}

/** True for a process that still has its memory; a zombie's is written, or gone. */
const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch {
    // It ended with another one.
  }
}

/** Where a process's core would be written; undefined when it has ended. */
const coreFolderOf = (pid: number): string | undefined => {
  const pattern = readPattern()
  try {
    return isAbsolute(pattern) ? dirname(pattern) : readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return undefined
  }
}

export type Step = { readonly way: string; readonly pid: number; readonly kind: StepKind }

/** Files' times come from a clock that lags a little. */
const clockSlackMs = 1_000

const readCore = async (
  tokens: Tokens,
  folder: string,
  sinceMs: number,
): Promise<readonly Hit[]> => {
  const prefix = basename(readPattern()).replace(/%.*/, '')
  const cores = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter(
      (path) =>
        basename(path).startsWith(prefix) && statSync(path).mtimeMs >= sinceMs - clockSlackMs,
    )
  const found = await tokens.scanner.inFiles(cores)
  // A later core of the same name must not hide this one, and they are large.
  for (const path of found.map((trace) => trace.path)) rmSync(path, { force: true })
  return found.flatMap(({ path, text }) =>
    tokens.waysOf([text]).map((way): Hit => ({ way, place: 'core', moment: 'stays', where: path })),
  )
}

const crash = async (tokens: Tokens, pid: number): Promise<readonly Hit[]> => {
  const folder = coreFolderOf(pid)
  const sinceMs = Date.now()
  signal(pid, 'SIGABRT')
  while (isAlive(pid) && Date.now() < sinceMs + 10_000) await setTimeout(50)
  signal(pid, 'SIGKILL')
  return folder === undefined ? [] : readCore(tokens, folder, sinceMs)
}

/**
 * Crashes the processes of a step, an action's own first, and looks into the core of each. What
 * runs a script stands for the runner, and is only ended.
 */
export const crashStep = async (tokens: Tokens, { pid, kind }: Step): Promise<readonly Hit[]> => {
  const children = descendantsOf([pid])
  const hits: Hit[] = []
  for (const each of kind === 'action' ? [pid, ...children] : children) {
    hits.push(...(await crash(tokens, each)))
  }
  signal(pid, 'SIGKILL')
  return hits
}
