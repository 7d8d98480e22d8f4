import type { Env } from '../host/command.ts'

/** Who made a cluster; `auto` finds out. */
export type ClusterKind = 'auto' | Node['provider']

type Common = {
  readonly name: string
  /** Such as `control-plane` or `worker`. */
  readonly role: string
  /** `busybox`: no bash, no Perl, no `cp` that keeps whiteouts, or no right to use them. */
  readonly userland: 'gnu' | 'busybox'
  /** Its own containerd, as its CRI uses it. */
  readonly containerd: {
    readonly namespace: string
    readonly root: string
    readonly snapshotter: string
  }
}

/** A running container of Docker's that is a machine to Kubernetes. */
export type ContainerNode = Common & {
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
}

/** This machine, which has a containerd of its own. */
export type MachineNode = Common & {
  readonly provider: 'containerd'
  /** Its socket. */
  readonly address: string
  /** Of its containerd. */
  readonly version: string
  /** What programs are started through, such as sudo; empty where this user may use the socket. */
  readonly startedBy: readonly string[]
  /** All variables that programs get, or sudo. */
  readonly env: Env
}

/** A machine of a cluster, as far as images are put there. */
export type Node = ContainerNode | MachineNode

export const isMachine = (node: Node): node is MachineNode => node.provider === 'containerd'

export const isContainer = (node: Node): node is ContainerNode => !isMachine(node)

/** An image with the programs that read others; undefined where no node has one. */
export const findToolImage = (nodes: readonly Node[]): string | undefined =>
  nodes.filter(isContainer).find(({ userland }) => userland !== 'busybox')?.imageId

/** Where a node's containerd keeps overlayfs snapshots, in the node. */
export const snapshotsOf = ({ containerd }: Common): string =>
  `${containerd.root}/io.containerd.snapshotter.v1.overlayfs`

/** The folder of the daemon's host behind a folder of the node; undefined when it is no mount. */
export const toHostPath = (node: ContainerNode, path: string): string | undefined => {
  const mount = node.mounts
    .filter(({ destination }) => path === destination || path.startsWith(`${destination}/`))
    .sort((a, b) => b.destination.length - a.destination.length)[0]
  return mount && `${mount.source}${path.slice(mount.destination.length)}`
}

/** Names that kind takes for clusters. */
export const clusterPattern = /^[a-z0-9.-]+$/
