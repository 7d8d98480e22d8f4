import { isNoSpace } from '../docker/disk-full.ts'
import type { Facts } from '../facts/facts.ts'
import { renderError } from '../failure.ts'
import { formatBytes } from '../text/format.ts'
import {
  couldBeFull,
  couldHelp,
  type DiskState,
  explainNoSpace,
  inspectDisks,
  isChoked,
} from './disk-full.ts'
import type { Given } from './ports.ts'
import type { Reclaim } from './reclaim.ts'

/** Frees what may go; tells what came of it, and whether it is worth another try. */
const reclaimSpace = async (reclaim: Reclaim, state: DiskState, sinceMs: number) => {
  const giveUp = (tried: string) => ({ isWorthIt: false, tried })
  if (reclaim.objection !== undefined) return giveUp(reclaim.objection)
  if (!couldHelp(state)) {
    return giveUp('Slipway freed nothing: that disk has nothing that it may delete')
  }
  const bytes = await reclaim.run(sinceMs)
  if (bytes === 0) return giveUp('Slipway found nothing more to free')
  return { isWorthIt: true, tried: `Freeing ${formatBytes(bytes)} more was not enough` }
}

/** Runs what writes to disks, once more where that helps. */
type Retry = <T>(body: () => Promise<T>, signal: AbortSignal) => Promise<T>

/**
 * Does something that writes to disks. When they are full, more is freed where that is allowed, and
 * it is done once more; else the failure names the full filesystem and what fills it.
 */
export const createDiskRetry = (facts: Facts, given: Given, reclaim: Reclaim): Retry => {
  const { docker, log, run, tempRoot } = given
  const inspect = (): Promise<DiskState> => inspectDisks(docker.api, facts, tempRoot)
  const explain = async (error: unknown, tried: string) =>
    explainNoSpace({ api: docker.api, facts, env: run.env }, error, await inspect(), tried)
  return async (body, signal) => {
    const sinceMs = performance.now()
    try {
      return await body()
    } catch (error) {
      if (signal.aborted) throw error
      const state = await inspect().catch(() => undefined)
      if (state === undefined) throw error
      // Docker on a full disk says such things as `no such file or directory`.
      if (!isChoked(state) && !(isNoSpace(error) && couldBeFull(state))) throw error
      const { isWorthIt, tried } = await reclaimSpace(reclaim, state, sinceMs)
      if (!isWorthIt) throw await explain(error, tried)
      if (signal.aborted) throw error
      log.line(`${renderError(error)} Retrying once.`)
      return body().catch(async (again: unknown) => {
        throw isNoSpace(again) ? await explain(again, tried) : again
      })
    }
  }
}
