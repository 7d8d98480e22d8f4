import type { LoadedImage } from './loaded-image.ts'
import type { Cluster } from './parse-cluster.ts'

/** All that findings about pods and images go by. */
export type ClusterFacts = {
  readonly cluster: Cluster
  /** What this job loaded. */
  readonly loaded: readonly LoadedImage[]
  /** Canonical names of the images that nodes have, by the nodes' names; what is not known is left out. */
  readonly nodeImages: ReadonlyMap<string, readonly string[]>
  /** The baseline's clock, ms since 1970: what is older, and not so now, is left out. */
  readonly since: number | undefined
  /** When the cluster was asked, ms since 1970. */
  readonly now: number
}
