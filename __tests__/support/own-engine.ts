import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { afterAll, beforeAll } from 'vitest'

const run = promisify(execFile)

/** Engines that `script/testbed` makes for one test, in namespaces of their own. */
export type OwnEngine = 'ext4' | 'xfs' | 'btrfs' | 'system'

const testbed = (...args: readonly string[]) => run('bash', ['script/testbed', ...args])

/** Makes the shell's environment for an engine this process's. */
const takeOver = async (engine: OwnEngine): Promise<void> => {
  const shell = `eval "$(script/testbed --engine ${engine} env)"; env -0`
  const { stdout } = await run('bash', ['-c', shell])
  for (const entry of stdout.split('\0')) {
    const equals = entry.indexOf('=')
    if (equals > 0) process.env[entry.slice(0, equals)] = entry.slice(equals + 1)
  }
}

/** Waits until no other test run has the engine; whatever ends this process gives it back. */
const reserve = async (engine: OwnEngine): Promise<ChildProcess> => {
  const args = ['script/testbed', '--engine', engine, 'reserve']
  const holder = spawn('bash', args, { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(holder.stdout, 'data')
  return holder
}

/**
 * Gives the calling suite an engine of its own: a fresh one, also after a run that was killed, and
 * none when its tests have ended.
 */
export const useOwnEngine = (engine: OwnEngine): void => {
  let reservation: ChildProcess | undefined
  beforeAll(async () => {
    reservation = await reserve(engine)
    await testbed('--engine', engine, 'down', '--purge')
    await testbed('--engine', engine, 'up')
    await takeOver(engine)
  })
  afterAll(async () => {
    // Who waited in vain has nothing to purge: it is somebody else's.
    if (reservation === undefined) return
    await testbed('--engine', engine, 'down', '--purge')
    reservation?.stdin?.end()
  })
}

/** Ends the daemon, asking it or by SIGKILL, and waits until it is back. */
export const restartDaemon = async (how: 'stop' | 'kill'): Promise<void> => {
  await testbed('restart', ...(how === 'kill' ? ['--kill'] : []))
}
