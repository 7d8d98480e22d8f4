import { join } from 'node:path'
import type { Facts } from '../facts/facts.ts'
import type { Log } from '../host/log.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { nameImages, namesState, nameTimes } from '../memory/memory.ts'
import { planBuildCache } from '../plan/build-cache.ts'
import { toImagesToKeep } from '../report/image-growth.ts'
import type { Report } from '../report/report.ts'
import { type History, toBuildTimes } from '../report/usual.ts'
import type { CacheAccess } from '../store/ask-cache.ts'
import type { FrontEnd, RunContext } from './run-context.ts'

/** Post writes down what these names hold, for which nobody waits. */
export const leaveNames = (
  { keptFor, targets, lastTimes }: Facts,
  report: Report,
  history: History,
  { mayWriteCache, isDefaultBranch }: RunContext,
  { saveState }: FrontEnd,
): void => {
  const times = toBuildTimes(report, history)
  if (keptFor === undefined || lastTimes === undefined || !mayWriteCache) return
  const images = toImagesToKeep(report, history.targets)
  const names = [
    times && nameTimes(keptFor, targets, times, lastTimes),
    ...(images === undefined ? [] : nameImages(keptFor, targets, images, isDefaultBranch)),
  ].filter((name) => name !== undefined)
  if (names.length > 0) saveState(namesState, names.join(' '))
}

/** Undefined where nothing is kept of builds. */
export const openBuildCaches = async (
  inputs: Inputs,
  facts: Facts,
  { layoutDir, laterDir, workspace }: RunContext,
  access: CacheAccess,
  log: Log,
) => {
  const plan = planBuildCache(inputs, facts)
  if (plan === undefined || laterDir === undefined) return undefined
  // Other steps start without it.
  const [{ createBuildCaches }, { createEntryCache }] = await Promise.all([
    import('../run/build-caches.ts'),
    import('../store/entry-cache.ts'),
  ])
  const { signal } = access
  const folder = join(layoutDir, 'kept')
  const place = { folder, laterDir, workspace, log, signal }
  return createBuildCaches(plan, { cache: createEntryCache(access), ...place })
}
