import { findNewest } from '../finding/since.ts'
import type { ClusterFacts } from './cluster-facts.ts'
import { nodeResources } from './node-resources.ts'
import { isOf } from './parse-cluster.ts'
import type { PodFinding } from './pod-finding.ts'

const storageLimit = {
  what: 'was evicted: it wrote more to disk than its limit',
  remedy:
    'Raise limits.ephemeral-storage or the sizeLimit of its emptyDir, or write less; logs and temporary files count.',
}

/** @param message the kubelet's; the most exact words count */
const explain = (message: string): Pick<PodFinding, 'what' | 'remedy'> => {
  // Of a container, of its pod, of a volume; the pod's comes first where there is a limit at all.
  const isOwn =
    /local ephemeral storage limit|local storage usage exceeds|Usage of EmptyDir volume/i.test(
      message,
    )
  if (isOwn) return storageLimit
  const short = nodeResources.find(({ inEviction }) => inEviction.test(message))
  return short === undefined
    ? { what: 'was evicted', remedy: 'Read what the kubelet says: it names what ran out.' }
    : { what: `was evicted: its node was short of ${short.name}`, remedy: short.remedy }
}

const toPodFinding = (
  pod: PodFinding['pod'],
  message: string,
  at: string | undefined,
): PodFinding => {
  const evidence = [`Evicted: ${message}`]
  return { pod, kind: 'eviction', certainty: 'certain', ...explain(message), evidence, at }
}

/** Pods that a kubelet evicted from its node. */
export const findEvictions = ({
  cluster: { pods, events },
}: ClusterFacts): readonly PodFinding[] => {
  const evictions = events.filter(({ kind, reason }) => kind === 'Pod' && reason === 'Evicted')
  const evicted = pods.filter(({ reason }) => reason === 'Evicted')
  // The event is gone after an hour, and the pod stays; or the pod is removed, and the event stays.
  const there = evicted.map((pod) => {
    const its = evictions.filter(isOf(pod))
    const at = findNewest([...its, { at: pod.changedAt ?? pod.createdAt }])?.at
    return toPodFinding(pod, pod.message ?? '', at)
  })
  const gone = evictions
    .filter((event) => !evicted.some((pod) => isOf(pod)(event)))
    .map(({ namespace, name, message, at }) => toPodFinding({ namespace, name }, message, at))
  return [...there, ...gone]
}
