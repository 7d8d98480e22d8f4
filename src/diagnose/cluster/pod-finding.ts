import { toLine } from '../../text/to-line.ts'
import type { Finding } from '../finding/finding.ts'
import { findNewest, isNews } from '../finding/since.ts'
import type { Container, Pod } from './cluster.ts'

/** Something of one pod, or of a container of it; replicas that had the same make one finding. */
export type Sighting = {
  readonly pod: Pick<Pod, 'namespace' | 'name'> & Partial<Pod>
  readonly container: Container | undefined
  readonly kind: Finding['kind']
  readonly certainty: Finding['certainty']
  /** Goes on after whom it hit, such as `was evicted: the node's memory ran out`. */
  readonly what: string
  readonly evidence: readonly string[]
  readonly remedy: string
  /** Since when, where it may be older than the job. */
  readonly at?: string | undefined
}

/** Kills for memory stay apart: each is matched with the kernel's word of it. */
const toKey = ({ pod, container, kind, what }: Sighting): string => {
  const isAlone = pod.owner === undefined || kind === 'oom-kill'
  const workload = isAlone ? `Pod/${pod.name}` : pod.owner
  return JSON.stringify([pod.namespace, workload, container?.name, kind, what])
}

const renderWho = ({ pod, container }: Sighting, others: number): string => {
  const name = `the pod ${pod.namespace}/${pod.name}`
  const who = container === undefined ? name : `the container ${container.name} of ${name}`
  const more = others === 0 ? '' : `, and ${others} more of ${pod.owner},`
  return toLine(`${who.replace(/^t/, 'T')}${more}`)
}

/** A pod that was replaced by another of its name is still one of them. */
const countOthers = (sightings: readonly Sighting[]): number =>
  new Set(sightings.map(({ pod }) => pod.name)).size - 1

/** Tells of the first, and how many more there are. */
const toFinding = (sightings: readonly [Sighting, ...Sighting[]]): Finding => {
  const [first] = sightings
  const { pod, container, kind, certainty, what, evidence, remedy } = first
  const at = findNewest(sightings)?.at
  return {
    kind,
    certainty,
    cause: `${renderWho(first, countOthers(sightings))} ${what}`,
    evidence: evidence.map(toLine).filter((line) => line !== ''),
    remedy,
    namespace: toLine(pod.namespace),
    pod: toLine(pod.name),
    ...(pod.node !== undefined && { node: toLine(pod.node) }),
    ...(pod.uid !== undefined && { podUid: toLine(pod.uid) }),
    ...(container !== undefined && {
      ...{ container: toLine(container.name), image: toLine(container.image) },
    }),
    ...(container?.endedId !== undefined && { containerId: toLine(container.endedId) }),
    ...(at !== undefined && { at }),
  }
}

/**
 * One finding for each cause and workload, in the order in which they were seen.
 *
 * @param since as {@link isNews} takes it: older sightings are left out, so that none is counted
 */
export const toFindings = (
  sightings: readonly Sighting[],
  since: number | undefined,
): readonly Finding[] => {
  const groups = new Map<string, [Sighting, ...Sighting[]]>()
  for (const sighting of sightings.filter(({ at }) => isNews(at, since))) {
    const group = groups.get(toKey(sighting))
    if (group === undefined) groups.set(toKey(sighting), [sighting])
    else group.push(sighting)
  }
  return [...groups.values()].map(toFinding)
}
