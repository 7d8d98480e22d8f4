import type { Get } from '../docker/engine-api.ts'
import type { Node } from './node.ts'

/** Knows one way in which clusters are made; what comes after it asks only for {@link Node}. */
export type ClusterProvider = {
  /**
   * Finds the nodes of a cluster.
   *
   * @param wanted names or roles; empty means all
   * @returns `leftOut`: a line for each machine that only claims to be a node
   * @throws {Failure} when there is no such cluster or node, or one is not running
   */
  readonly findNodes: (
    get: Get,
    clusterName: string,
    wanted: readonly string[],
  ) => Promise<{ readonly nodes: readonly Node[]; readonly leftOut: readonly string[] }>
}
