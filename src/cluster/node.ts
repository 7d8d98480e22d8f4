/** Who made a cluster; `auto` finds out. */
export type ClusterKind = 'auto' | Node['provider']

/** A machine of a cluster, as far as images are put there: today a container of Docker's, running. */
export type Node = {
  readonly name: string
  /** Such as `control-plane` or `worker`. */
  readonly role: string
  readonly containerId: string
  /** ID of the image that the node runs. */
  readonly imageId: string
  /** Process of the node's init, in the daemon's host's process namespace. */
  readonly pid: number
  /** Where the node's folders are on the daemon's host. */
  readonly mounts: readonly {
    readonly destination: string
    readonly source: string
    readonly isReadOnly?: boolean
  }[]
  /** Who made the cluster. */
  readonly provider: 'kind' | 'k3d' | 'minikube'
  /** `busybox`: no bash, no Perl, no `cp` that keeps whiteouts. */
  readonly userland: 'gnu' | 'busybox'
  /** Its own containerd, as its CRI uses it. */
  readonly containerd: {
    readonly namespace: string
    readonly root: string
    readonly snapshotter: string
  }
}

/** Where a node's containerd keeps overlayfs snapshots, in the node. */
export const snapshotsOf = ({ containerd }: Node): string =>
  `${containerd.root}/io.containerd.snapshotter.v1.overlayfs`

/** The folder of the daemon's host behind a folder of the node; undefined when it is no mount. */
export const toHostPath = (node: Node, path: string): string | undefined => {
  const mount = node.mounts
    .filter(({ destination }) => path === destination || path.startsWith(`${destination}/`))
    .sort((a, b) => b.destination.length - a.destination.length)[0]
  return mount && `${mount.source}${path.slice(mount.destination.length)}`
}

/** Names that kind takes for clusters. */
export const clusterPattern = /^[a-z0-9.-]+$/
