import type { EngineApi, Get } from '../../docker/engine-api.ts'
import type { ClusterKind, Node } from '../node.ts'
import { k3d } from './k3d.ts'
import { kind } from './kind.ts'
import {
  type ClusterProvider,
  listMembers,
  type Members,
  refuseCluster,
  toNodes,
} from './labelled.ts'
import { minikube, requireContainerd } from './minikube.ts'

/** kind comes first: who has it waits for nobody else's. */
const providers: readonly ClusterProvider[] = [kind, k3d, minikube]

const toProviders = (wanted: ClusterKind): readonly ClusterProvider[] =>
  wanted === 'auto' ? providers : providers.filter(({ provider }) => provider === wanted)

/** The first provider that has a cluster of this name; all that only claim to be of one are left out. */
const findCluster = async (get: Get, clusterName: string, asked: readonly ClusterProvider[]) => {
  const leftOut: string[] = []
  for (const provider of asked) {
    const members = await listMembers(get, provider, clusterName)
    leftOut.push(...members.leftOut)
    if (members.nodes.length > 0) return { provider, nodes: members.nodes, leftOut }
  }
  return { provider: undefined, nodes: [], leftOut }
}

/** Finds the nodes of a cluster, running or not; none where there is no such cluster. */
export const findMembers = async (get: Get, clusterName: string): Promise<Members> => {
  const { nodes, leftOut } = await findCluster(get, clusterName, providers)
  return { nodes: [...nodes], leftOut }
}

type Wish = { readonly clusterName: string; readonly cluster?: ClusterKind }

/**
 * Finds the nodes of a cluster, whoever made it.
 *
 * @param wanted names or roles; empty means all
 * @returns `leftOut`: a line for each machine that only claims to be a node
 * @throws {Failure} when there is no such cluster or node, or one cannot be used
 */
export const findNodes = async (
  api: EngineApi,
  { clusterName, cluster = 'auto' }: Wish,
  wanted: readonly string[] = [],
): Promise<{ readonly nodes: readonly Node[]; readonly leftOut: readonly string[] }> => {
  const asked = toProviders(cluster)
  const { provider, nodes: members, leftOut } = await findCluster(api.get, clusterName, asked)
  if (provider === undefined) return refuseCluster(api.get, asked, clusterName, leftOut)
  const nodes = toNodes(members, provider, wanted)
  if (provider === minikube) await requireContainerd(api, nodes)
  return { nodes, leftOut }
}
