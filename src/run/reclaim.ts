import { type Freed, freeDisk } from '../disk/free-disk.ts'
import { findPruneObjection, pruneCache } from '../disk/prune-cache.ts'
import type { Docker } from '../docker/docker.ts'
import type { Facts } from '../facts/facts.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { findEntries } from '../plan/freeing.ts'
import { toDockersFolder } from '../storage/filesystems.ts'

export type MoreRoom = {
  /** Why nothing may be freed; undefined where something may. */
  readonly objection: string | undefined
  /**
   * Frees what is left of the catalog and the build cache, once in a step, however many ask.
   *
   * @param sinceMs when the work began that found no room, as `performance.now()`
   * @returns the bytes that have been freed since then
   */
  readonly make: (sinceMs: number) => Promise<number>
}

type Hands = {
  readonly docker: Docker
  readonly childEnv: Readonly<Record<string, string>>
  readonly line: (text: string) => void
  readonly signal: AbortSignal
  /** Freeing that goes on already, and is waited for. */
  readonly background: readonly Promise<void>[]
  /** What has been freed and entered so far. */
  readonly freedBytes: () => number
  readonly enter: (freed: readonly Freed[]) => void
}

const findObjection = ({ freeDisk, pruneCache }: Inputs, facts: Facts): string | undefined => {
  if (!facts.isHostedRunner) {
    return "Nothing was freed: this is not GitHub's machine, and what is on it stays"
  }
  if (!facts.isLocalDaemon) return 'Nothing was freed: the daemon is on another machine'
  return freeDisk === 'never' && pruneCache === 'never'
    ? 'Nothing was freed: free-disk and prune-cache forbid it'
    : undefined
}

/** What to do when the disk is full although the plan said that it would do. */
export const createMoreRoom = (inputs: Inputs, facts: Facts, hands: Hands): MoreRoom => {
  const { docker, childEnv, line, signal, background, freedBytes, enter } = hands
  const objection = findObjection(inputs, facts)
  const free = async (): Promise<{ readonly bytes: number; readonly endedMs: number }> => {
    line('The disk is full: freeing what may go.')
    const before = freedBytes()
    await Promise.allSettled(background)
    const meanwhile = freedBytes() - before
    const entries = inputs.freeDisk === 'never' ? [] : findEntries(inputs, facts)
    // What was thought to be enough was not, so there is no number at which to stop.
    const freeing = { entries, targetFreeBytes: undefined }
    const folders = await freeDisk(freeing, toDockersFolder(facts), childEnv, line, signal)
    const prunes = inputs.pruneCache !== 'never' && findPruneObjection(facts) === undefined
    const cache = prunes ? await pruneCache(docker, line) : []
    const freed = [...folders, ...cache]
    enter(freed)
    return {
      bytes: meanwhile + freed.reduce((sum, { bytes }) => sum + bytes, 0),
      endedMs: performance.now(),
    }
  }
  let round: ReturnType<typeof free> | undefined
  return {
    objection,
    make: async (sinceMs) => {
      if (objection !== undefined) return 0
      round ??= free()
      const { bytes, endedMs } = await round
      // Who began after the round has had its bytes already.
      return endedMs < sinceMs ? 0 : bytes
    },
  }
}
