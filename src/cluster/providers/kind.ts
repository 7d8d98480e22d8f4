import type { ClusterProvider } from './labelled.ts'

const variable = 'KIND_EXPERIMENTAL_CONTAINERD_SNAPSHOTTER='

/** Containers that kind made have these labels, by which it finds them, and so do we. */
export const kind: ClusterProvider = {
  provider: 'kind',
  userland: 'gnu',
  clusterLabel: 'io.x-k8s.kind.cluster',
  roleLabel: 'io.x-k8s.kind.role',
  runsPods: (role) => role !== 'external-load-balancer',
  create: 'kind create cluster',
  toContainerd: ({ Config }) => {
    const chosen = Config.Env?.find((entry) => entry.startsWith(variable))
    return {
      namespace: 'k8s.io',
      root: '/var/lib/containerd',
      snapshotter: chosen?.slice(variable.length) || 'overlayfs',
    }
  },
}
