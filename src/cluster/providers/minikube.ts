import { execute } from '../../docker/container.ts'
import type { EngineApi, Get } from '../../docker/engine-api.ts'
import { Failure } from '../../failure.ts'
import type { ContainerNode } from '../node.ts'
import { type ClusterProvider, listAll } from './labelled.ts'

/** A cluster's nodes beyond the first have labels of their own: `minikube-m02` (pkg/minikube/config/config.go). */
const clusterOf = (machine: string): string | undefined => /^(.+)-m\d{2,}$/.exec(machine)?.[1]

/** minikube with its driver docker, by its labels (pkg/drivers/kic/oci/types.go). Its image began as kind's. */
export const minikube: ClusterProvider = {
  provider: 'minikube',
  userland: 'gnu',
  clusterLabel: 'name.minikube.sigs.k8s.io',
  roleLabel: 'role.minikube.sigs.k8s.io',
  // Labels name no roles. A cluster may be called like a further node, too: it has a network of its own, and a node
  // that of its cluster.
  findOwner: (machine, network) => {
    const cluster = clusterOf(machine)
    if (network === cluster) return { cluster, role: 'worker' }
    const isFirst = cluster === undefined || network === machine
    return isFirst ? { cluster: machine, role: 'control-plane' } : undefined
  },
  runsPods: () => true,
  create: 'minikube start --driver=docker --container-runtime=containerd',
  // Its image has containerd disabled (deploy/kicbase/Dockerfile), and nothing enables it or kubelet.
  restart: (cluster) => `minikube start --profile=${cluster}`,
  toContainerd: () => ({
    namespace: 'k8s.io',
    root: '/var/lib/containerd',
    snapshotter: 'overlayfs',
  }),
}

/**
 * minikube puts all nodes into another network where `--network` names one.
 *
 * @param wanted names or roles; empty means all
 * @throws {Failure} for what is called like a node of the cluster and may be none
 */
export const refuseUnclear = async (
  get: Get,
  cluster: string,
  wanted: readonly string[],
): Promise<void> => {
  const { nodes } = await listAll(get, minikube)
  const known = nodes.filter((node) => node.cluster === cluster)
  const names = known.map(({ name }) => name)
  if (wanted.length > 0 && wanted.every((word) => names.includes(word))) return
  const networks = known.map(({ network }) => network)
  const unclear = nodes.find(
    ({ label, network }) =>
      clusterOf(label) === cluster &&
      networks.includes(network) &&
      ![cluster, label].includes(network),
  )
  if (unclear === undefined) return
  const { name, network } = unclear
  throw new Failure(`Slipway cannot tell whether ${name} is a node of the cluster ${cluster}`, {
    remedy: `Its network is ${network}, and not ${cluster}. Start minikube without --network, or load with \`minikube image load\`.`,
  })
}

const timeoutMs = 10_000

/** By this `crictl` finds the runtime that minikube has chosen. */
export const isOnContainerd = (crictlConfig: string): boolean =>
  /^ *runtime-endpoint: *"?unix:\/\/(?:\/var)?\/run\/containerd\/containerd\.sock"?\s*$/m.test(
    crictlConfig,
  )

/**
 * Another runtime has a store of its own, in which an image of containerd's is not there.
 *
 * @throws {Failure} for nodes whose pods do not come from containerd
 */
export const requireContainerd = async (
  api: EngineApi,
  nodes: readonly ContainerNode[],
): Promise<void> => {
  await Promise.all(
    nodes.map(async ({ name, containerId }) => {
      const config = await execute(api, containerId, ['cat', '/etc/crictl.yaml'], timeoutMs)
      if (isOnContainerd(config)) return
      throw new Failure(`${name} does not run its pods with containerd`, {
        remedy:
          'Start it with `minikube start --container-runtime=containerd`, or load with `minikube image load`.',
      })
    }),
  )
}
