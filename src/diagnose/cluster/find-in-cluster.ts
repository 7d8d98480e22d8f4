import type { Finding } from '../finding/finding.ts'
import { isSince } from '../finding/since.ts'
import type { ClusterFacts } from './cluster-facts.ts'
import { findCrashed } from './crashed.ts'
import { findEvictions } from './evictions.ts'
import { findCollected, findPressure } from './find-in-nodes.ts'
import { findKilled } from './killed.ts'
import { findNoPods } from './no-pods.ts'
import { findNotReady } from './not-ready.ts'
import { findNotStarted } from './not-started.ts'
import { findPending } from './pending.ts'
import { type PodFinding, toFindings } from './pod-finding.ts'
import { findPullTroubles } from './pulls.ts'

/** What befell a container, by what explains most; that it is not ready, either, says no more. */
const findInContainers = (facts: ClusterFacts): readonly PodFinding[] => {
  const found = [findKilled, findNotStarted, findCrashed, findNotReady].flatMap((find) =>
    find(facts),
  )
  const seen = new Set<string>()
  return found.filter(({ pod, container, at }) => {
    // What is older than the job does not hide what is so since.
    if (container === undefined || !isSince(at, facts.since)) return true
    const key = [pod.namespace, pod.name, container.name].join('/')
    const isFirst = !seen.has(key)
    seen.add(key)
    return isFirst
  })
}

/** Says what Kubernetes tells of: pulls, kills, crashes, evictions, pods that never began, lost images. */
export const findInCluster = (facts: ClusterFacts): readonly Finding[] => [
  ...findPullTroubles(facts),
  ...toFindings(
    [...findInContainers(facts), ...findEvictions(facts), ...findPending(facts)],
    facts.since,
  ),
  ...findNoPods(facts),
  ...findPressure(facts),
  ...findCollected(facts),
]
