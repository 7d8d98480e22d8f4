import type { EngineApi, Get } from '../../docker/engine-api.ts'
import type { Env } from '../../host/command.ts'
import type { ClusterKind, ContainerNode, Node } from '../node.ts'
import { findMachine } from './containerd.ts'
import { k3d } from './k3d.ts'
import { kind } from './kind.ts'
import {
  type ClusterProvider,
  listMembers,
  type Members,
  refuseCluster,
  toNodes,
} from './labelled.ts'
import { minikube, refuseUnclear, requireContainerd } from './minikube.ts'
import { withSnapshotters } from './node-snapshotter.ts'

/** kind comes first: who has it waits for nobody else's. */
const providers: readonly ClusterProvider[] = [kind, k3d, minikube]

const toProviders = (wanted: ContainersWish['cluster']): readonly ClusterProvider[] =>
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

/** Found by the labels of its containers. */
type ContainersWish = {
  readonly clusterName: string
  readonly cluster?: Exclude<ClusterKind, 'containerd'>
}

type Found<N extends Node> = {
  readonly nodes: readonly N[]
  /** A line for each container that only claims to be a node. */
  readonly leftOut: readonly string[]
}

/**
 * Finds the nodes of a cluster in Docker's containers, whoever made it.
 *
 * @param wanted names or roles; empty means all
 * @throws {Failure} when there is no such cluster or node, or one cannot be used
 */
export const findContainers = async (
  api: EngineApi,
  { clusterName, cluster = 'auto' }: ContainersWish,
  wanted: readonly string[] = [],
): Promise<Found<ContainerNode>> => {
  const asked = toProviders(cluster)
  const { provider, nodes: members, leftOut } = await findCluster(api.get, clusterName, asked)
  if (provider === undefined) return refuseCluster(api.get, asked, clusterName, leftOut)
  if (provider === minikube) await refuseUnclear(api.get, clusterName, wanted)
  const nodes = toNodes(members, provider, wanted)
  if (provider === minikube) await requireContainerd(api, nodes)
  // k3d says it in the command of the node's container.
  return { nodes: provider === k3d ? nodes : await withSnapshotters(api, nodes), leftOut }
}

/** Which cluster is meant, whatever it runs in. */
export type ClusterWish = {
  readonly clusterName: string
  readonly cluster: ClusterKind
  /** Where this machine's containerd listens; for `containerd` alone. */
  readonly containerdAddress: string
}

/**
 * Finds the nodes of a cluster, whoever made it.
 *
 * @param env what programs inherit
 * @param wanted names or roles; empty means all
 * @throws {Failure} when there is no such cluster or node, or one cannot be used
 */
export const findNodes = async (
  api: EngineApi,
  { clusterName, cluster, containerdAddress: address }: ClusterWish,
  env: Env,
  wanted: readonly string[] = [],
): Promise<Found<Node>> => {
  if (cluster !== 'containerd') return findContainers(api, { clusterName, cluster }, wanted)
  const node = await findMachine({ address, env, signal: api.cancelled })
  return { nodes: [node], leftOut: [] }
}
