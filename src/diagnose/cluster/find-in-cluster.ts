import type { Finding } from '../finding/finding.ts'
import { findEvictions } from './evictions.ts'
import type { NodeImages } from './explain-loaded.ts'
import { findCollected, findPressure } from './find-in-nodes.ts'
import { findKilled } from './killed.ts'
import type { LoadedImage } from './loaded-image.ts'
import type { Cluster } from './parse-cluster.ts'
import { findPending } from './pending.ts'
import { findPullTroubles } from './pulls.ts'

/**
 * Says what Kubernetes tells of: pulls, kills, evictions, lack of room, lost images.
 *
 * @param nodeImages canonical names that nodes have, by the nodes' names; what is not known is left out
 * @param since the baseline's clock, ms since 1970; what is older, and not so now, is left out
 */
export const findInCluster = (
  cluster: Cluster,
  loaded: readonly LoadedImage[],
  nodeImages: NodeImages,
  since: number | undefined,
): readonly Finding[] => [
  ...findPullTroubles(cluster, loaded, nodeImages, since),
  ...findKilled(cluster, since),
  ...findEvictions(cluster, since),
  ...findPressure(cluster, since),
  ...findCollected(cluster, loaded, nodeImages, since),
  ...findPending(cluster, since),
]
