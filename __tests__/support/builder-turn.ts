import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const file = join(tmpdir(), 'slipway-tests-builder.lock')

/** Holds a lock between processes, as long as the work takes; a process that dies lets go of it. */
const withLock = async <T>(how: '--shared' | '--exclusive', work: () => Promise<T>): Promise<T> => {
  const holder = spawn('flock', [how, file, 'sh', '-c', 'echo held && cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    await once(holder.stdout, 'data')
    return await work()
  } finally {
    holder.stdin.end()
  }
}

/**
 * Does what relies on a builder that has what it has just built. When anybody prunes anything, BuildKit also
 * lets go of results of other builds, and a cache that is being exported lacks them.
 */
export const withoutPruning = <T>(work: () => Promise<T>): Promise<T> => withLock('--shared', work)

/** Prunes when nobody relies on the builder. */
export const whilePruning = <T>(work: () => Promise<T>): Promise<T> => withLock('--exclusive', work)
