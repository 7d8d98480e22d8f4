import type { EngineApi } from '../../docker/engine-api.ts'
import { readStream } from '../../host/bounds.ts'
import type { ContainerNode } from '../node.ts'

const file = '/etc/containerd/config.toml'

/** Where CRI's snapshotter is named, by the version of containerd's configuration (kind: pkg/cluster/nodeutils). */
const tableOf = (version: string | undefined): string =>
  Number(version) > 2
    ? 'plugins.io.containerd.cri.v1.images'
    : 'plugins.io.containerd.grpc.v1.cri.containerd'

/** The snapshotter that a node's containerd is configured with; undefined where the text names none. */
export const parseSnapshotter = (config: string): string | undefined => {
  const wanted = tableOf(/^version *= *(\d+)/m.exec(config)?.[1])
  let table = ''
  for (const line of config.split('\n')) {
    const header = /^\s*\[([^[\]]+)\]/.exec(line)?.[1]
    if (header !== undefined) table = header.replace(/["'\s]/g, '')
    const named = /^\s*snapshotter *= *["']([a-z0-9._-]+)["']/.exec(line)?.[1]
    if (named !== undefined && table === wanted) return named
  }
  return undefined
}

/** Out of an archive of this one file, which is in it as it is. */
const readConfig = async ({ download }: EngineApi, node: ContainerNode): Promise<string> => {
  const path = `/containers/${node.containerId}/archive?path=${encodeURIComponent(file)}`
  const archive = await download(path)
  if (archive === undefined) return ''
  // The first line stands right behind the archive's head.
  return (await readStream(archive, `${file} of ${node.name}`)).replaceAll('\0', '\n')
}

/**
 * Finds which snapshotter nodes of kind and minikube really use: their entrypoint, which minikube has from kind,
 * takes another one than overlayfs on ZFS, on FUSE and in user namespaces that cannot mount overlayfs, and
 * `containerdConfigPatches` may name any. A node whose configuration cannot be read keeps what its variables say.
 */
export const withSnapshotters = (
  api: EngineApi,
  nodes: readonly ContainerNode[],
): Promise<readonly ContainerNode[]> =>
  Promise.all(
    nodes.map(async (node) => {
      const config = await readConfig(api, node).catch(() => '')
      const { snapshotter: said } = node.containerd
      const snapshotter = parseSnapshotter(config) ?? said
      return { ...node, containerd: { ...node.containerd, snapshotter } }
    }),
  )
