import { isNoSpace } from '../docker/disk-full.ts'
import { renderError } from '../failure.ts'
import {
  couldBeFull,
  couldHelp,
  type DiskState,
  explainNoSpace,
  isChoked,
  lookAgain,
} from '../run/disk-full.ts'
import { formatBytes } from '../text/format.ts'
import type { Bench } from './bench.ts'

/** Frees what may go; tells what came of it, and whether it is worth another try. */
const makeRoom = async ({ shop: { moreRoom } }: Bench, state: DiskState, sinceMs: number) => {
  if (moreRoom.objection !== undefined) return { isWorthIt: false, tried: moreRoom.objection }
  if (!couldHelp(state)) {
    return { isWorthIt: false, tried: 'Nothing was freed, as nothing that may go is on it' }
  }
  const bytes = await moreRoom.make(sinceMs)
  if (bytes === 0) return { isWorthIt: false, tried: 'There was nothing more that could be freed' }
  return { isWorthIt: true, tried: `Freeing ${formatBytes(bytes)} more was not enough` }
}

/**
 * Does something that writes to disks. When they are full, more is freed where that is allowed, and
 * it is done once more.
 *
 * @throws {Failure} that names the full filesystem and what fills it
 */
export const withRoom = async <T>(bench: Bench, body: () => Promise<T>): Promise<T> => {
  const { shop, api, signal } = bench
  const hands = { api, facts: shop.facts, env: shop.childEnv }
  const explain = async (error: unknown, tried: string) =>
    explainNoSpace(hands, error, await lookAgain(api, shop.facts, shop.tempRoot), tried)
  const sinceMs = performance.now()
  try {
    return await body()
  } catch (error) {
    if (signal.aborted) throw error
    const state = await lookAgain(api, shop.facts, shop.tempRoot).catch(() => undefined)
    if (state === undefined) throw error
    // Docker on a full disk says such things as `no such file or directory`.
    if (!isChoked(state) && !(isNoSpace(error) && couldBeFull(state))) throw error
    const { isWorthIt, tried } = await makeRoom(bench, state, sinceMs)
    if (!isWorthIt) throw await explain(error, tried)
    if (signal.aborted) throw error
    shop.runner.line(`${renderError(error)} Trying once more.`)
    return body().catch(async (again: unknown) => {
      throw isNoSpace(again) ? await explain(again, tried) : again
    })
  }
}
