import type { Target } from '../build/target.ts'
import type { ImageReference } from '../inputs/image-reference.ts'
import type { Manifests } from '../manifests/workload.ts'
import type { Filesystem } from './filesystems.ts'
import type { Freeable } from './freeable.ts'
import type { LocalImage } from './images.ts'
import type { NodeRoom } from './node-rooms.ts'
import type { Sizes } from './sizes.ts'

/** What we found on the machine before anything was done. */
export type Facts = {
  readonly engine: Engine
  readonly nodes: readonly KindNode[]
  /** A line for each container that has the labels of this cluster's nodes, and is none. */
  readonly leftOut: readonly string[]
  /** What is to be built. */
  readonly targets: readonly Target[]
  /** Images to load that exist already. */
  readonly images: readonly LocalImage[]
  /** Whether the daemon is on this machine. */
  readonly isLocalDaemon: boolean
  /** Undefined when nothing is built, or nobody knows. */
  readonly builder: Builder | undefined
  /** Of Docker's data, the temp folder and the nodes; those that nobody could look at are missing. */
  readonly filesystems: readonly Filesystem[]
  /** Names of the images that nodes have, by the nodes' names; of those that were asked. */
  readonly nodeImages: ReadonlyMap<string, readonly string[]>
  readonly isHostedRunner: boolean
  /** What of the catalog is there; nothing on machines that are not GitHub's. */
  readonly freeable: readonly Freeable[]
  /** Of the images to build, when they were built last; undefined when nobody remembers. */
  readonly lastSizes: Sizes | undefined
  /** What Docker holds of images and build cache, and builds may find; 0 where nobody had to ask. */
  readonly heldBytes: number
  /** Empty where none were named. */
  readonly manifests: Manifests
  /** Of all nodes of the cluster; empty where there are no manifests to compare with. */
  readonly nodeRooms: readonly NodeRoom[]
}

export type Builder = {
  /** Such as `docker` or `docker-container`, as buildx calls them. */
  readonly driver: string
  /** Whether its cache is with the daemon of this machine. */
  readonly isLocal: boolean
}

export type Engine = {
  readonly version: string
  /** Such as `overlay2`; `overlayfs` is a snapshotter of the containerd store. */
  readonly driver: string
  /** Name to value, as in `docker info`: `Backing Filesystem`, `Native Overlay Diff` and others. */
  readonly driverStatus: Readonly<Record<string, string>>
  readonly dataRoot: string
  /** Of the daemon's host. */
  readonly cores: number
  readonly memoryBytes: number
  /** Such as `name=rootless` or `name=userns`. */
  readonly securityOptions: readonly string[]
  readonly operatingSystem: string
  /** The containerd behind the daemon, as it calls it; undefined where it does not say. */
  readonly containerd: { readonly address: string; readonly namespace: string } | undefined
  /** Images are in the containerd store, not in that of a graph driver. */
  readonly hasContainerdStore: boolean
}

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

/** The names that the nodes are to get: of what is built for them, and of what was there before. */
export const toWanted = ({
  targets,
  images,
}: Pick<Facts, 'targets' | 'images'>): readonly ImageReference[] => [
  ...targets.filter(({ isWanted }) => isWanted).flatMap(({ tags }) => tags),
  ...images.flatMap(({ references }) => references),
]
