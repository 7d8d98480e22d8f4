import type { Finding } from '../finding/finding.ts'
import type { ClusterFacts } from './cluster-facts.ts'
import { findEvictions } from './evictions.ts'
import { findCollected, findPressure } from './find-in-nodes.ts'
import { findKilled } from './killed.ts'
import { findPending } from './pending.ts'
import { toFindings } from './pod-finding.ts'
import { findPullTroubles } from './pulls.ts'

/** Says what Kubernetes tells of: pulls, kills, evictions, lack of room, lost images. */
export const findInCluster = (facts: ClusterFacts): readonly Finding[] => [
  ...findPullTroubles(facts),
  ...toFindings(
    [...findKilled(facts), ...findEvictions(facts), ...findPending(facts)],
    facts.since,
  ),
  ...findPressure(facts),
  ...findCollected(facts),
]
