import { handoverRepository } from '../build/target.ts'
import type { EngineApi } from '../host/engine-api.ts'
import type { Bench } from './bench.ts'

/** GitHub ends jobs on self-hosted runners after five days, and all others sooner. */
const longestJobMs = 5 * 24 * 60 * 60 * 1_000

/** True for a name that no step can be using any more, as its machine died before post could run. */
export const isLeftOver = (lastTagTime: string | undefined, nowMs: number): boolean =>
  nowMs - Date.parse(lastTagTime ?? '') > longestJobMs

type Listed = { readonly RepoTags?: readonly string[] | null }
type Inspected = { readonly Metadata?: { readonly LastTagTime?: string } }

const findLeftOvers = async ({ ask }: EngineApi): Promise<readonly string[]> => {
  const everyRun = handoverRepository('')
  const filters = encodeURIComponent(JSON.stringify({ reference: [`${everyRun}*`] }))
  const images = (await ask<readonly Listed[]>(`/images/json?filters=${filters}`)) ?? []
  const names = images.flatMap(({ RepoTags }) => RepoTags ?? [])
  const ours = names.filter((name) => name.startsWith(everyRun))
  const inspected = await Promise.all(ours.map((name) => ask<Inspected>(`/images/${name}/json`)))
  const now = Date.now()
  return ours.filter((_, index) => isLeftOver(inspected[index]?.Metadata?.LastTagTime, now))
}

/**
 * Takes away the names under which targets were handed over, and those of machines that died. Their
 * layers stay with the images that have them.
 */
export const dropHandovers = async ({ step, api }: Bench): Promise<void> => {
  const own = step.targets.flatMap(({ handover }) => handover ?? [])
  if (own.length === 0) return
  const others = await findLeftOvers(api).catch(() => [])
  // What was never made, or is gone already, is what we want.
  for (const name of [...own, ...others])
    await api.tell('DELETE', `/images/${name}`).catch(() => {})
}
