import type { ClusterProvider } from './labelled.ts'

const flag = '--snapshotter='

/**
 * K3s in containers of Docker's, by k3d's labels (pkg/types/types.go). Its image is K3s and BusyBox: `ctr` and
 * `crictl` are K3s itself, and know its containerd.
 */
export const k3d: ClusterProvider = {
  provider: 'k3d',
  userland: 'busybox',
  clusterLabel: 'k3d.cluster',
  roleLabel: 'k3d.role',
  runsPods: (role) => role === 'server' || role === 'agent',
  create: 'k3d cluster create',
  toContainerd: ({ Config }) => {
    const chosen = Config.Cmd?.find((word) => word.startsWith(flag))
    return {
      namespace: 'k8s.io',
      root: '/var/lib/rancher/k3s/agent/containerd',
      snapshotter: chosen?.slice(flag.length) || 'overlayfs',
    }
  },
}
