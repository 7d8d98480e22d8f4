import { type Freed, freeDisk } from '../disk/free-disk.ts'
import { findPruneObjection, pruneCache } from '../disk/prune-cache.ts'
import type { Facts } from '../facts/facts.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { findEntries } from '../plan/freeing.ts'
import { toDockersFolder } from '../storage/filesystems.ts'
import type { Given } from './ports.ts'

export type Reclaim = {
  /** Why nothing may be freed; undefined where something may. */
  readonly objection: string | undefined
  /** What it has freed so far. */
  readonly freed: readonly Freed[]
  /**
   * Frees what is left of the catalog and the build cache, once in a step, however many ask.
   *
   * @param sinceMs when the work began that found no room, as `performance.now()`
   * @returns the bytes that have been freed since then
   */
  readonly run: (sinceMs: number) => Promise<number>
}

const sum = (all: readonly Freed[]): number => all.reduce((bytes, one) => bytes + one.bytes, 0)

const findObjection = ({ freeDisk, pruneCache }: Inputs, facts: Facts): string | undefined => {
  if (!facts.isHostedRunner) {
    return 'Slipway freed nothing: this is not a GitHub-hosted runner'
  }
  if (!facts.isLocalDaemon) return 'Slipway freed nothing: the Docker daemon is on another machine'
  return freeDisk === 'never' && pruneCache === 'never'
    ? 'Slipway freed nothing: free-disk and prune-cache forbid it'
    : undefined
}

/**
 * What to do when the disk is full although the plan said that it would do.
 *
 * @param freeing what is freed already by a step of the plan, as soon as that is over
 */
export const createReclaim = (
  inputs: Inputs,
  facts: Facts,
  { docker, log: { line }, run: { env, signal } }: Given,
  freeing: () => Promise<readonly Freed[]>,
): Reclaim => {
  const objection = findObjection(inputs, facts)
  const freed: Freed[] = []
  let isOver = false
  const planned = freeing().then((all) => {
    isOver = true
    return sum(all)
  })
  const free = async (): Promise<{ readonly bytes: number; readonly endedMs: number }> => {
    line('The disk is full: reclaiming space.')
    // What the plan freed before counts for nothing; what it frees yet, does.
    const meanwhile = isOver ? 0 : await planned
    const entries = inputs.freeDisk === 'never' ? [] : findEntries(inputs, facts)
    // What was thought to be enough was not, so there is no number at which to stop.
    const rest = { entries, targetFreeBytes: undefined }
    const folders = await freeDisk(rest, toDockersFolder(facts), env, line, signal)
    const prunes = inputs.pruneCache !== 'never' && findPruneObjection(facts) === undefined
    const cache = prunes ? await pruneCache(docker.command, line) : []
    freed.push(...folders, ...cache)
    return { bytes: meanwhile + sum(freed), endedMs: performance.now() }
  }
  let round: ReturnType<typeof free> | undefined
  return {
    objection,
    freed,
    run: async (sinceMs) => {
      if (objection !== undefined) return 0
      round ??= free()
      const { bytes, endedMs } = await round
      // Who began after the round has had its bytes already.
      return endedMs < sinceMs ? 0 : bytes
    },
  }
}
