import { type Finding, toPlain } from '../finding/finding.ts'
import { findNewest, isSince } from '../finding/since.ts'
import type { Container, Pod } from './parse-cluster.ts'

/** Something of one pod, or of a container of it; replicas that had the same make one finding. */
export type PodFinding = Pick<Finding, 'kind' | 'certainty' | 'evidence' | 'remedy'> & {
  /** Of a pod that is gone an event tells no more than its name. */
  readonly pod: Pick<Pod, 'namespace' | 'name'> & {
    readonly [K in 'uid' | 'owner' | 'node']?: Pod[K] | undefined
  }
  readonly container?: Container
  /** Goes on after whom it hit, such as `was evicted: its node was short of memory`. */
  readonly what: string
  /** Since when, where it may be older than the job. */
  readonly at?: string | undefined
}

/** What is said of a container, whoever's it is. */
export type Explanation = Omit<PodFinding, 'pod' | 'container' | 'at'>

/** OOM kills stay apart: each is matched with the kernel's word of it. */
const toKey = ({ pod, container, kind, what }: PodFinding): string => {
  const isAlone = pod.owner === undefined || kind === 'oom-kill'
  const workload = isAlone ? `Pod/${pod.name}` : pod.owner
  return JSON.stringify([pod.namespace, workload, container?.name, kind, what])
}

const renderWho = ({ pod, container }: PodFinding, others: number): string => {
  const name = `${pod.namespace}/${pod.name}`
  const who = container === undefined ? `Pod ${name}` : `Container ${container.name} of pod ${name}`
  return others === 0 ? who : `${who}, and ${others} more of ${pod.owner},`
}

/** Tells of the first, and how many more there are. */
const toFinding = (group: readonly PodFinding[]): readonly Finding[] => {
  const [first] = group
  if (first === undefined) return []
  const { pod, container, kind, certainty, what, evidence, remedy } = first
  // A pod that was replaced by another of its name is still one of them.
  const others = new Set(group.map(({ pod }) => pod.name)).size - 1
  const finding = {
    kind,
    certainty,
    cause: `${renderWho(first, others)} ${what}`,
    evidence,
    remedy,
    node: pod.node,
    namespace: pod.namespace,
    pod: pod.name,
    podUid: pod.uid,
    container: container?.name,
    image: container?.image,
    containerId: container?.endedId,
    at: findNewest(group)?.at,
  }
  return [toPlain(finding)]
}

/**
 * One finding for each cause and workload, in the order in which they were seen.
 *
 * @param since as {@link isSince} takes it: older ones are left out, so that none is counted
 */
export const toFindings = (
  all: readonly PodFinding[],
  since: number | undefined,
): readonly Finding[] => {
  const recent = all.filter(({ at }) => isSince(at, since))
  return [...Map.groupBy(recent, toKey).values()].flatMap(toFinding)
}
