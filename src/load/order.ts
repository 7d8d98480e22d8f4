import type { Engine, KindNode } from '../facts/facts.ts'
import type { LocalImage } from '../facts/images.ts'
import type { Mounts } from './helper.ts'
import { type FolderWay, snapshotterRoot, toHostPath } from './plan-way.ts'

/** What the helper container is told: what it mounts, and lines for its standard input. */
export type HelperOrder = Mounts & { readonly lines: string }

/** The deepest folder that holds all the paths. */
export const commonFolder = (paths: readonly string[]): string => {
  const [first = '', ...others] = paths
  const parts = first.split('/')
  const isShared = (length: number): boolean => {
    const prefix = `${parts.slice(0, length).join('/')}/`
    return others.every((path) => `${path}/`.startsWith(prefix))
  }
  let length = parts.length
  while (length > 1 && !isShared(length)) length -= 1
  return parts.slice(0, length).join('/') || '/'
}

/**
 * All names under which a node should have an image. Only the containerd store keeps the manifest,
 * and so its digest, that a registry knows.
 */
export const namesOf = (engine: Engine, image: LocalImage): readonly string[] => [
  ...image.references.map(({ canonical }) => canonical),
  ...(engine.hasContainerdStore ? image.digestNames : []),
]

/** Where the socket of Docker's containerd is; undefined with a store that has none. */
export const socketFolderOf = ({ hasContainerdStore, containerd }: Engine): string | undefined =>
  hasContainerdStore ? containerd?.address.replace(/\/[^/]*$/, '') : undefined

type Rows = readonly (readonly string[])[]

const toHex = (digest: string): string => digest.replace(/^sha256:/, '')

const overlay2Rows = (engine: Engine, image: LocalImage): Rows => {
  const store = `${engine.dataRoot}/image/overlay2`
  return [
    ['overlay2', `${store}/imagedb/content/sha256/${toHex(image.id)}`],
    ...image.layers.map(({ diffId, chainId, folder = '' }) => {
      const size = `${store}/layerdb/sha256/${toHex(chainId)}/size`
      return ['layer', diffId, chainId, folder, size]
    }),
  ]
}

const containerdRows = ({ containerd }: Engine, image: LocalImage): Rows => [
  [
    'containerd',
    containerd?.address ?? '',
    containerd?.namespace ?? '',
    image.id,
    image.architecture,
  ],
  ...image.layers.map(({ diffId, chainId }) => ['layer', diffId, chainId]),
]

/** Where the store's folders are; a containerd of the system's own has a root of its own. */
const storeFolders = ({ containerd, dataRoot, hasContainerdStore }: Engine): readonly string[] => {
  const isSystems =
    containerd !== undefined && /^(\/var)?\/run\/containerd\//.test(containerd.address)
  return hasContainerdStore && isSystems ? [dataRoot, '/var/lib/containerd'] : [dataRoot]
}

/**
 * Writes the order for one image and nodes that are given it by their folders.
 *
 * @param runId names the snapshots while they are being made: `slipway/RUN/CHAIN`
 * @returns a string where the order cannot be written, saying why
 */
export const toHelperOrder = (
  engine: Engine,
  image: LocalImage,
  nodes: readonly KindNode[],
  wanted: FolderWay | 'auto',
  runId: string,
  deadlineMs: number,
): HelperOrder | string => {
  const hasFolders = image.layers.every(({ folder }) => folder !== undefined)
  if (!engine.hasContainerdStore && !hasFolders)
    return "Docker does not say where the image's layers are"
  // Where the node's snapshots are no part of a volume, the helper goes through the node itself.
  const roots = nodes.map((node) => toHostPath(node, snapshotterRoot) ?? '/')
  const folders = image.layers.flatMap(({ folder }) => folder ?? [])
  const reachable = roots.filter((root) => root !== '/')
  const mountedFolder = commonFolder([...storeFolders(engine), ...reachable, ...folders])
  const rows: Rows = [
    ['run', runId],
    ['deadline', String(Math.ceil(deadlineMs / 1_000))],
    ['way', wanted],
    ['mount', mountedFolder],
    ...namesOf(engine, image).map((name) => ['name', name]),
    ...nodes.map((node, index) => [
      'node',
      node.name,
      String(node.pid),
      snapshotterRoot,
      roots[index] ?? '/',
    ]),
    ...(engine.hasContainerdStore ? containerdRows(engine, image) : overlay2Rows(engine, image)),
    ['go'],
  ]
  return {
    mountedFolder,
    socketFolder: socketFolderOf(engine),
    lines: `${rows.map((row) => row.join('\t')).join('\n')}\n`,
  }
}
