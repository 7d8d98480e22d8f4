import type { Finding } from '../finding/finding.ts'
import type { Cluster, LoadedImage } from './cluster.ts'
import { findEvictions } from './evictions.ts'
import { findKilled } from './killed.ts'
import { findPending } from './pending.ts'
import { findCollected, findPressure } from './pressure.ts'

/**
 * Says what the machine did to pods while nobody looked: kills, evictions, lack of room, lost images.
 *
 * @param nodeImages canonical names that nodes have, by the nodes' names; what is not known is left out
 * @param since the baseline's clock, ms since 1970; what is older, and not so now, is left out
 */
export const findGhosts = (
  cluster: Cluster,
  loaded: readonly LoadedImage[],
  nodeImages: ReadonlyMap<string, readonly string[]>,
  since: number | undefined,
): readonly Finding[] => [
  ...findKilled(cluster, since),
  ...findEvictions(cluster, since),
  ...findPressure(cluster, since),
  ...findCollected(cluster, loaded, nodeImages, since),
  ...findPending(cluster, since),
]
