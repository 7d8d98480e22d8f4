import type { ClusterFacts } from '../../../src/diagnose/cluster/cluster-facts.ts'

/** What findings in a cluster go by. */
export const toFacts = (
  cluster: ClusterFacts['cluster'],
  loaded: ClusterFacts['loaded'],
  nodeImages: ClusterFacts['nodeImages'],
  since: ClusterFacts['since'],
  now: number = Date.parse('2026-03-04T00:00:00Z'),
): ClusterFacts => ({ cluster, loaded, nodeImages, since, now })
