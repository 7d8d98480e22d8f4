import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Engine, readEngine } from './engine.ts'
import { type Session, withScope } from './session.ts'
import { testbed, useEngine } from './testbed.ts'

/** A daemon that has just been made, on a filesystem of its own that nobody else writes to. */
export type OwnEngine = {
  readonly session: Session
  readonly engine: Engine
  /** The daemon's data root as this machine can reach it: its mount is in a namespace. */
  readonly dataFolder: string
  /** Gives back to the machine's disk what has been deleted on the daemon's. */
  readonly trim: () => Promise<void>
}

export type OwnEngineName = 'ext4' | 'system'

/** Waits until no other run has the engine; has it until the session, or this process, ends. */
export const reserveOwnEngine = async (session: Session, name: OwnEngineName): Promise<void> => {
  // Detached: a Ctrl-C in a terminal must not end it before the engine is gone.
  const holder = spawn(testbed, ['--engine', name, 'reserve'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  session.defer(`reservation of the engine ${name}`, async () => holder.stdin.end())
  await once(holder.stdout, 'data', { signal: session.signal })
}

const remove = (session: Session, name: OwnEngineName): Promise<string> =>
  session.run(testbed, ['--engine', name, 'down', '--purge'], {
    signal: AbortSignal.timeout(120_000),
  })

/** Starts a reserved one that holds nothing yet and ends with the scope. */
export const startOwnEngine = async (scope: Session, name: OwnEngineName): Promise<Session> => {
  // A run that was killed may have left one.
  await remove(scope, name)
  scope.defer(`the engine ${name}`, () => remove(scope, name))
  return useEngine(scope, name)
}

const open = async (scope: Session): Promise<OwnEngine> => {
  const session = await startOwnEngine(scope, 'ext4')
  const engine = await readEngine(session)
  const pid = readFileSync(join(dirname(engine.dataRoot), 'init.pid'), 'utf8').trim()
  const trim = async (): Promise<void> => {
    await session.run('nsenter', ['--target', pid, '--mount', 'fstrim', engine.dataRoot])
  }
  return { session, engine, dataFolder: `/proc/${pid}/root${engine.dataRoot}`, trim }
}

/** Runs `body` with a fresh daemon, and removes it with all that it holds. */
export const withOwnEngine = <T>(
  session: Session,
  body: (own: OwnEngine) => Promise<T>,
): Promise<T> => withScope(session, async (scope) => body(await open(scope)))
