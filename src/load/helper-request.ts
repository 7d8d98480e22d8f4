import { isContainer, isMachine, type Node, snapshotsOf, toHostPath } from '../cluster/node.ts'
import type { Engine } from '../docker/info.ts'
import { storeFolders } from '../docker/store-folders.ts'
import { commonFolder } from '../host/common-folder.ts'
import { toHex } from '../image/digest.ts'
import type { ContainerImage } from '../image/image.ts'
import { toImmutable, toNodeNames } from '../image/reference.ts'
import { type Mounts, mountPoint } from './helper.ts'
import type { DirectMethod } from './plan-method.ts'

/**
 * All names under which a node should have an image: as it was given first, then by its content. Only
 * the containerd store keeps the manifest, and so its digest, that a registry knows.
 */
export const namesOf = (engine: Engine, image: ContainerImage): readonly string[] => [
  ...new Set([
    ...image.references.flatMap(({ canonical }) => toNodeNames(canonical)),
    ...image.references.map((reference) => toImmutable(reference, image.id).canonical),
    ...(engine.hasContainerdStore || image.layout ? image.digestNames : []),
  ]),
]

/** What Docker is asked for: never a name that somebody may have given to another image meanwhile. */
export const toSource = ({ heldAs, id }: ContainerImage): string => heldAs ?? id

/** Where the socket of Docker's containerd is; undefined with a store that has none. */
export const socketFolderOf = ({ hasContainerdStore, containerd }: Engine): string | undefined =>
  hasContainerdStore ? containerd?.address.replace(/\/[^/]*$/, '') : undefined

type Rows = readonly (readonly string[])[]

/** Of a store whose folders are known, and which keeps no manifest for the helper to read. */
const folderRows = (image: ContainerImage, config: string): Rows => {
  return [
    ['overlay2', config, image.id],
    ...image.layers.map(({ diffId, chainId, folder = '' }) => ['layer', diffId, chainId, folder]),
  ]
}

const containerdRows = ({ containerd }: Engine, image: ContainerImage): Rows => [
  [
    'containerd',
    containerd?.address ?? '',
    containerd?.namespace ?? '',
    image.id,
    image.architecture,
  ],
  ...image.layers.map(({ diffId, chainId }) => ['layer', diffId, chainId]),
]

const sourceRows = (engine: Engine, image: ContainerImage, config: string | undefined): Rows => {
  if (config !== undefined) return folderRows(image, config)
  if (engine.hasContainerdStore) return containerdRows(engine, image)
  return folderRows(
    image,
    `${engine.dataRoot}/image/overlay2/imagedb/content/sha256/${toHex(image.id)}`,
  )
}

/** Where the node's snapshots are; no part of a volume where the helper must go through the node. */
export const rootOf = (node: Node): string =>
  isMachine(node) ? snapshotsOf(node) : (toHostPath(node, snapshotsOf(node)) ?? '/')

/** A helper in a container sees one folder of the host in another place; on a machine, all where it is. */
const toMountRow = (node: Node | undefined, { mountedFolder }: Mounts): readonly string[] =>
  node !== undefined && isMachine(node) ? ['mount', '/'] : ['mount', mountedFolder, mountPoint]

/** Whether links reach the nodes from a volume of Docker's. */
export const areBeside = ({ dataRoot }: Engine, nodes: readonly Node[]): boolean =>
  nodes.every(
    (node) =>
      isContainer(node) &&
      node.userland === 'gnu' &&
      node.containerd.snapshotter === 'overlayfs' &&
      rootOf(node).startsWith(`${dataRoot}/volumes/`),
  )

/**
 * Chooses what a helper has to see of the daemon's host for one image and some nodes.
 *
 * @returns a string where it could not see enough, saying why
 */
export const toMounts = (
  engine: Engine,
  image: ContainerImage,
  nodes: readonly Node[],
): Mounts | string => {
  const isInDocker = image.layout === undefined
  if (
    isInDocker &&
    !engine.hasContainerdStore &&
    image.layers.some(({ folder }) => folder === undefined)
  )
    return "Docker does not say where the image's layers are"
  const folders = image.layers.flatMap(({ folder }) => folder ?? [])
  const reachable = nodes.map(rootOf).filter((root) => root !== '/')
  return {
    mountedFolder: commonFolder([
      ...(isInDocker ? storeFolders(engine) : []),
      ...reachable,
      ...folders,
    ]),
    socketFolder: isInDocker ? socketFolderOf(engine) : undefined,
  }
}

/**
 * Writes the request for one image and nodes that are given it by their folders.
 *
 * @param runId names the snapshots while they are being made: `slipway/RUN/CHAIN`
 * @param config the image's, on the daemon's host, where another node has the image and not Docker
 */
export const toHelperRequest = (
  engine: Engine,
  image: ContainerImage,
  nodes: readonly Node[],
  wanted: DirectMethod | 'auto',
  runId: string,
  deadlineMs: number,
  mounts: Mounts,
  config?: string,
): string => {
  const rows: Rows = [
    ['run', runId],
    ['deadline', String(Math.ceil(deadlineMs / 1_000))],
    ['method', wanted],
    toMountRow(nodes[0], mounts),
    ...namesOf(engine, image).map((name) => ['name', name]),
    ...nodes.map((node) => {
      const pid = isMachine(node) ? 'self' : String(node.pid)
      return ['node', node.name, pid, snapshotsOf(node), rootOf(node)]
    }),
    ...sourceRows(engine, image, config),
    ['go'],
  ]
  return `${rows.map((row) => row.join('\t')).join('\n')}\n`
}
