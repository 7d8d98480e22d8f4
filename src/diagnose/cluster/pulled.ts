import { parseImageReference } from '../../image/reference.ts'
import { longestJobMs } from '../../ownership.ts'
import type { PulledImage } from '../finding/pulled-image.ts'
import { isSince } from '../finding/since.ts'
import type { ClusterFacts } from './cluster-facts.ts'
import type { Event } from './parse-cluster.ts'
import { toAsked } from './pulls.ts'

/**
 * A kubelet's words when it has pulled (pkg/kubelet/images/image_manager.go): how long that took, in newer
 * ones also with waiting for others' pulls, and the size.
 */
const pullPattern =
  /^(?:\(combined from similar events\): )?Successfully pulled image "([^"]{1,600})" in (\S{1,40})(?: \((\S{1,40}) including waiting\))?(?:\. Image size: (\d{1,15}) bytes\.)?$/

const unitsMs: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  µs: 1e-3,
  ns: 1e-6,
}

/** As Go writes a duration, such as `1m12.5s`; undefined for anything else. */
const parseDurationMs = (text: string): number | undefined => {
  const part = /(\d{1,9}(?:\.\d{1,9})?)(h|ms|m|s|µs|ns)/g
  if (text.replace(part, '') !== '') return undefined
  return [...text.matchAll(part)].reduce(
    (sum, [, value, unit = '']) => sum + Number(value) * (unitsMs[unit] ?? 0),
    0,
  )
}

type Pull = Pick<Event, 'count' | 'node'> & {
  readonly name: string
  readonly waitMs: number
  readonly sizeBytes: number | undefined
}

const toPull = (
  { reason, message, count, node, at }: Event,
  since: number | undefined,
): readonly Pull[] => {
  const [, name, alone = '', waited, size] =
    reason === 'Pulled' ? (pullPattern.exec(message) ?? []) : []
  const waitMs = parseDurationMs(waited ?? alone)
  // Anybody may write an event, and nobody waits for longer than a job lasts.
  if (name === undefined || waitMs === undefined || waitMs > longestJobMs) return []
  if (typeof parseImageReference(name) === 'string') return []
  // What began before the job is not the job's, whenever it ended.
  if (!isSince(at, since, waitMs)) return []
  return [{ name, waitMs, count, node, sizeBytes: size === undefined ? undefined : Number(size) }]
}

/** What nodes pulled since the job began, those first that pods waited for longest. */
export const findPulled = ({ cluster, loaded, since }: ClusterFacts): readonly PulledImage[] => {
  const pulls = cluster.events.flatMap((event) => toPull(event, since))
  const byName = Map.groupBy(pulls, ({ name }) => toAsked(name))
  return [...byName]
    .map(([canonical, all]) => ({
      name: all[0]?.name ?? canonical,
      isLoaded: loaded.some((image) => image.canonical === canonical),
      count: all.reduce((sum, { count }) => sum + count, 0),
      nodes: [...new Set(all.flatMap(({ node }) => node ?? []))].toSorted(),
      sizeBytes: all.find(({ sizeBytes }) => sizeBytes !== undefined)?.sizeBytes,
      waitMs: all.reduce((sum, { waitMs }) => sum + waitMs, 0),
      longestMs: Math.max(...all.map(({ waitMs }) => waitMs)),
      isWhole: all.every(({ count }) => count === 1),
    }))
    .toSorted((a, b) => b.waitMs - a.waitMs)
}
