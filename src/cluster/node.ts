/** A node's container, running: privileged, and with kind's labels of its own. */
export type KindNode = {
  readonly name: string
  /** Such as `control-plane` or `worker`. */
  readonly role: string
  readonly containerId: string
  /** ID of the image that the node runs. */
  readonly imageId: string
  /** Process of the node's init, in the daemon's host's process namespace. */
  readonly pid: number
  /** Where the node's folders are on the daemon's host. */
  readonly mounts: readonly { readonly destination: string; readonly source: string }[]
  /** Another snapshotter than overlayfs, where kind was told to use one. */
  readonly snapshotter: string
}

/** Where containerd keeps overlayfs snapshots in a node. */
export const snapshotterRoot = '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs'

/** The folder of the daemon's host behind a folder of the node; undefined when it is no mount. */
export const toHostPath = (node: KindNode, path: string): string | undefined => {
  const mount = node.mounts
    .filter(({ destination }) => path === destination || path.startsWith(`${destination}/`))
    .sort((a, b) => b.destination.length - a.destination.length)[0]
  return mount && `${mount.source}${path.slice(mount.destination.length)}`
}

/** Names that kind takes for clusters. */
export const clusterPattern = /^[a-z0-9.-]+$/
