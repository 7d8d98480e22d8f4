import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf, say } from './progress.ts'
import { type RunOptions, run } from './run.ts'

/** Runs an undo early; the session's end then leaves it out. */
export type Undo = () => Promise<void>

/** One run of the bench: what it may use, and what it must leave as it was. */
export type Session = {
  /** In the names of all that it makes. */
  readonly id: string
  readonly signal: AbortSignal
  readonly tempDir: string
  readonly run: (file: string, args: readonly string[], options?: RunOptions) => Promise<string>
  readonly docker: (args: readonly string[], options?: RunOptions) => Promise<string>
  /** Undone at the end in reverse order, however the bench ends. */
  readonly defer: (what: string, undo: () => Promise<unknown>) => Undo
}

const interruptions = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Aborts when somebody wants the bench to end; further signals wait for the undoing. */
const watchSignals = (): { readonly signal: AbortSignal; readonly release: () => void } => {
  const controller = new AbortController()
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) return
    say(`${name}: cleaning up`)
    controller.abort(Object.assign(new Error('interrupted'), { interrupted: true }))
  }
  for (const name of interruptions) process.on(name, onSignal)
  const release = (): void => {
    for (const name of interruptions) process.off(name, onSignal)
  }
  return { signal: controller.signal, release }
}

const createUndoing = () => {
  const pending: Undo[] = []
  const defer: Session['defer'] = (what, undo) => {
    const once: Undo = async () => {
      const index = pending.indexOf(once)
      if (index < 0) return
      pending.splice(index, 1)
      try {
        await undo()
      } catch (error) {
        say(`could not undo: ${what}: ${messageOf(error)}`)
      }
    }
    pending.push(once)
    return once
  }
  const undoAll = async (): Promise<void> => {
    for (let last = pending.at(-1); last !== undefined; last = pending.at(-1)) await last()
  }
  return { defer, undoAll }
}

export const withSession = async <T>(body: (session: Session) => Promise<T>): Promise<T> => {
  const { signal, release } = watchSignals()
  const { defer, undoAll } = createUndoing()
  const id = String(process.pid)
  const tempDir = mkdtempSync(join(tmpdir(), `slipway-bench-${id}-`))
  defer('the temp folder', async () => rmSync(tempDir, { recursive: true, force: true }))
  const start: Session['run'] = (file, args, options) => run(file, args, { signal, ...options })
  const docker: Session['docker'] = (args, options) => start('docker', args, options)
  try {
    return await body({ id, signal, tempDir, run: start, docker, defer })
  } finally {
    await undoAll()
    release()
  }
}

/** Runs `body` with a session of its own: what is deferred in it is undone when it ends. */
export const withScope = async <T>(
  session: Session,
  body: (scope: Session) => Promise<T>,
): Promise<T> => {
  const undos: Undo[] = []
  const defer: Session['defer'] = (what, undo) => {
    const once = session.defer(what, undo)
    undos.unshift(once)
    return once
  }
  try {
    return await body({ ...session, defer })
  } finally {
    for (const undo of undos) await undo()
  }
}

/** The same session, whose programs see other variables. */
export const withEnv = (session: Session, env: Readonly<Record<string, string>>): Session => {
  const start: Session['run'] = (file, args, options) =>
    session.run(file, args, { ...options, env: { ...env, ...options?.env } })
  return { ...session, run: start, docker: (args, options) => start('docker', args, options) }
}
