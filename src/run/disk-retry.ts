import { isNoSpace } from '../docker/disk-full.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import type { Facts } from '../facts/facts.ts'
import { renderError } from '../failure.ts'
import type { Env } from '../host/command.ts'
import { formatBytes } from '../text/format.ts'
import {
  couldBeFull,
  couldHelp,
  type DiskState,
  explainNoSpace,
  inspectDisks,
  isChoked,
} from './disk-full.ts'
import type { Reclaim } from './reclaim.ts'

/** Frees what may go; tells what came of it, and whether it is worth another try. */
const reclaimSpace = async (reclaim: Reclaim, state: DiskState, sinceMs: number) => {
  if (reclaim.objection !== undefined) return { isWorthIt: false, tried: reclaim.objection }
  if (!couldHelp(state)) {
    return {
      isWorthIt: false,
      tried: 'Slipway freed nothing: that disk has nothing that it may delete',
    }
  }
  const bytes = await reclaim.run(sinceMs)
  if (bytes === 0) return { isWorthIt: false, tried: 'Slipway found nothing more to free' }
  return { isWorthIt: true, tried: `Freeing ${formatBytes(bytes)} more was not enough` }
}

/** Runs what writes to disks, once more where that helps. */
type Retry = <T>(body: () => Promise<T>, signal: AbortSignal) => Promise<T>

type DiskContext = {
  readonly api: EngineApi
  readonly facts: Facts
  /** Where temporary files belong. */
  readonly tempDir: string
  readonly env: Env
  readonly line: (text: string) => void
}

/**
 * Does something that writes to disks. When they are full, more is freed where that is allowed, and
 * it is done once more; else the failure names the full filesystem and what fills it.
 */
export const createDiskRetry = (context: DiskContext, reclaim: Reclaim): Retry => {
  const { api, facts, tempDir, line } = context
  const explain = async (error: unknown, tried: string) =>
    explainNoSpace(context, error, await inspectDisks(api, facts, tempDir), tried)
  return async (body, signal) => {
    const sinceMs = performance.now()
    try {
      return await body()
    } catch (error) {
      if (signal.aborted) throw error
      const state = await inspectDisks(api, facts, tempDir).catch(() => undefined)
      if (state === undefined) throw error
      // Docker on a full disk says such things as `no such file or directory`.
      if (!isChoked(state) && !(isNoSpace(error) && couldBeFull(state))) throw error
      const { isWorthIt, tried } = await reclaimSpace(reclaim, state, sinceMs)
      if (!isWorthIt) throw await explain(error, tried)
      if (signal.aborted) throw error
      line(`${renderError(error)} Retrying once.`)
      return body().catch(async (again: unknown) => {
        throw isNoSpace(again) ? await explain(again, tried) : again
      })
    }
  }
}
