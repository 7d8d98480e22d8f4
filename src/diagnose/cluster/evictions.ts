import type { Finding } from '../finding/finding.ts'
import { findNewest } from '../finding/since.ts'
import type { Cluster, Event, Pod } from './cluster.ts'
import { type Sighting, toFindings } from './pod-finding.ts'

type Cause = { readonly words: RegExp; readonly what: string; readonly remedy: string }

const storageLimit = {
  what: 'was evicted: it wrote more to disk than its limit',
  remedy:
    'Raise limits.ephemeral-storage or the sizeLimit of its emptyDir, or write less: logs and temporary files count, too.',
}

/** What kubelets write into a pod that they evict (pkg/kubelet/eviction), the most exact first. */
const causes: readonly Cause[] = [
  { words: /ephemeral.storage (limit|usage exceeds)|Usage of EmptyDir volume/i, ...storageLimit },
  {
    words: /low on resource: memory\b|MemoryPressure/,
    what: "was evicted: its node's memory ran out",
    remedy:
      'All nodes share the memory of the runner. Run less at once, lower what pods use, or take a larger runner; requests.memory decides who goes last.',
  },
  {
    words: /low on resource: (ephemeral-storage|inodes)\b|DiskPressure/,
    what: "was evicted: its node's disk is almost full",
    remedy:
      "All nodes share the runner's disk. Free some before the images are built (free-disk), or take a larger runner.",
  },
  {
    words: /low on resource: pids\b|PIDPressure/,
    what: 'was evicted: its node ran out of process numbers',
    remedy: 'Something starts processes without end: see which pod has the most.',
  },
]

const unknownCause = {
  what: 'was evicted',
  remedy: "See the kubelet's words: they name what ran out.",
}

const toSighting = (pod: Sighting['pod'], message: string, at: string | undefined): Sighting => {
  const { what, remedy } = causes.find(({ words }) => words.test(message)) ?? unknownCause
  const evidence = [`Evicted: ${message}`]
  return {
    pod,
    container: undefined,
    kind: 'eviction',
    certainty: 'certain',
    what,
    evidence,
    remedy,
    at,
  }
}

/** An event tells of a pod that has been removed since, too, whose name another one may have now. */
const fromEvent = (pods: readonly Pod[], event: Event): readonly Sighting[] => {
  const { namespace, kind, name, reason, message, at } = event
  if (kind !== 'Pod' || reason !== 'Evicted') return []
  const pod = pods.find((it) => it.namespace === namespace && it.name === name)
  return pod?.reason === 'Evicted' ? [] : [toSighting({ namespace, name }, message, at)]
}

/** The event is gone after an hour, and the pod stays. */
const fromPod = (pod: Pod, events: readonly Event[]): readonly Sighting[] => {
  if (pod.reason !== 'Evicted') return []
  const its = events.filter(
    ({ namespace, name, reason }) =>
      namespace === pod.namespace && name === pod.name && reason === 'Evicted',
  )
  const at = findNewest([...its, { at: pod.changedAt ?? pod.createdAt }])?.at
  return [toSighting(pod, pod.message ?? '', at)]
}

/** Pods that a kubelet put out of its node. */
export const findEvictions = (
  { pods, events }: Cluster,
  since: number | undefined,
): readonly Finding[] => {
  const sightings = [
    ...pods.flatMap((pod) => fromPod(pod, events)),
    ...events.flatMap((event) => fromEvent(pods, event)),
  ]
  return toFindings(sightings, since)
}
