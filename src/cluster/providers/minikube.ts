import { execute } from '../../docker/container.ts'
import type { EngineApi } from '../../docker/engine-api.ts'
import { Failure } from '../../failure.ts'
import type { ContainerNode } from '../node.ts'
import type { ClusterProvider } from './labelled.ts'

/** minikube with its driver docker, by its labels (pkg/drivers/kic/oci/types.go). Its image began as kind's. */
export const minikube: ClusterProvider = {
  provider: 'minikube',
  userland: 'gnu',
  clusterLabel: 'name.minikube.sigs.k8s.io',
  roleLabel: 'role.minikube.sigs.k8s.io',
  runsPods: () => true,
  create: 'minikube start --driver=docker --container-runtime=containerd',
  toContainerd: () => ({
    namespace: 'k8s.io',
    root: '/var/lib/containerd',
    snapshotter: 'overlayfs',
  }),
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
