import { stat, statfs } from 'node:fs/promises'
import { type Disk, parseDisk } from '../cluster/capacity.ts'
import { executeIn } from '../cluster/in-node.ts'
import { isContainer, isMachine, type Node } from '../cluster/node.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import type { Engine } from '../docker/info.ts'
import { storeFolders } from '../docker/store-folders.ts'
import { toDevice } from '../host/device.ts'

/** What writes to a filesystem. */
export type Use =
  | { readonly kind: 'docker' }
  | { readonly kind: 'temp' }
  | { readonly kind: 'node'; readonly name: string }

/** A filesystem that builds or loads write to. */
export type Filesystem = Disk & {
  /** A folder on it, on the machine or else in a node. */
  readonly path: string
  readonly uses: readonly Use[]
}

type FilesystemState = Omit<Filesystem, 'uses'>

/** Undefined where the folder is not on this machine, or not for us to see. */
const inspectFolder = async (path: string): Promise<FilesystemState | undefined> => {
  try {
    const [{ dev }, at] = await Promise.all([stat(path), statfs(path)])
    return {
      device: toDevice(dev),
      path,
      totalBytes: at.blocks * at.bsize,
      freeBytes: at.bavail * at.bsize,
      totalInodes: at.files,
      freeInodes: at.ffree,
    }
  } catch {
    return undefined
  }
}

/** The volume that kind gives a node, and the folder of its containerd: mostly one filesystem. */
const foldersOf = ({ containerd }: Pick<Node, 'containerd'>) => ['/var', containerd.root] as const

const askNode = `for folder; do
  echo "$(stat -L -c %d "$folder")" "$(stat -f -c '%S %b %a %c %d' "$folder")"
done
ctr --namespace=k8s.io images list --quiet`

/** Reads the first lines that `askNode` prints. */
export const parseNodeFolders = (
  printed: string,
  isHere: boolean,
  folders: readonly string[],
): readonly (FilesystemState | undefined)[] =>
  folders.map((path, index) => {
    const disk = parseDisk(printed.split('\n')[index] ?? '', isHere)
    return disk && { ...disk, path }
  })

/** A node that cannot tell is no reason to fail: less is known, that is all. */
const inspectNode = async (api: EngineApi, node: Node, isHere: boolean) => {
  const folders = foldersOf(node)
  const argv = ['sh', '-c', askNode, 'sh', ...folders]
  const printed = await executeIn(api, node, argv, 10_000).catch(() => '')
  const [volume, containerd] = parseNodeFolders(printed, isHere || isMachine(node), folders)
  const images = printed.split('\n').slice(folders.length).filter(Boolean)
  return { node, volume, containerd, images }
}

type StateOfUse = { readonly state: FilesystemState | undefined; readonly use: Use }

/** One entry per filesystem, with all of its uses. */
export const toFilesystems = (states: readonly StateOfUse[]): readonly Filesystem[] => {
  const known = states.flatMap(({ state, use }) => (state === undefined ? [] : [{ state, use }]))
  return [...Map.groupBy(known, ({ state }) => state.device).values()].flatMap((group) => {
    const [first] = group
    return first === undefined ? [] : [{ ...first.state, uses: group.map(({ use }) => use) }]
  })
}

/** Which parts to inspect. */
type DiskScope = {
  readonly engine: Engine
  readonly nodes: readonly Node[]
  /** Whether the daemon is on this machine. */
  readonly isLocalDaemon: boolean
}

/**
 * Looks at the filesystems of Docker's data, of the temp folder and of the nodes.
 *
 * A node's volume is in Docker's folder, so what the node sees there is Docker's filesystem: also
 * where the daemon is elsewhere, and a folder of that name here would be another one.
 */
export const findFilesystems = async (
  api: EngineApi,
  { engine, nodes, isLocalDaemon }: DiskScope,
  tempDir: string,
) => {
  const { dataRoot } = engine
  const store = storeFolders(engine).at(-1) ?? dataRoot
  const [local, temp, ...inNodes] = await Promise.all([
    isLocalDaemon ? inspectFolder(store) : undefined,
    inspectFolder(tempDir),
    ...nodes.map((node) => inspectNode(api, node, isLocalDaemon)),
  ])
  const hasVolume = (node: Node): boolean =>
    isContainer(node) &&
    node.mounts.some(
      ({ destination, source }) => destination === '/var' && source.startsWith(`${dataRoot}/`),
    )
  // Volumes are where images are, unless these are in a containerd of the system's own.
  const volume =
    store === dataRoot ? inNodes.find(({ node }) => hasVolume(node))?.volume : undefined
  const docker = volume === undefined ? local : { ...volume, path: dataRoot }
  const filesystems = toFilesystems([
    { state: docker, use: { kind: 'docker' } },
    { state: temp, use: { kind: 'temp' } },
    ...inNodes.map(({ node, containerd }) => ({
      state: containerd,
      use: { kind: 'node', name: node.name } as const,
    })),
  ])
  /** Names of the images that each node has, by the nodes' names. */
  const nodeImages = new Map(inNodes.map(({ node, images }) => [node.name, images]))
  return { filesystems, nodeImages }
}

/** The one that a use is on. */
export const findUse = (
  filesystems: readonly Filesystem[],
  isMeant: (use: Use) => boolean,
): Filesystem | undefined => filesystems.find(({ uses }) => uses.some(isMeant))

export const findDockers = (filesystems: readonly Filesystem[]): Filesystem | undefined =>
  findUse(filesystems, ({ kind }) => kind === 'docker')

/** Where to ask what is free for Docker: with a containerd of the system's own not its own folder. */
export const toDockersFolder = ({
  filesystems,
  engine,
}: {
  readonly filesystems: readonly Filesystem[]
  readonly engine: Engine
}): string => findDockers(filesystems)?.path ?? engine.dataRoot
