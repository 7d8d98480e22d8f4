import type { Node } from '../cluster/node.ts'
import type { NodeFiles } from '../inputs/node-files.ts'
import { filesImages } from '../ownership.ts'
import { shorten } from '../text/shorten.ts'

/** A volume of a pod, and how its containers mount it; in the words of Kubernetes. */
export type FilesVolume = {
  /** The path on the nodes. */
  readonly target: string
  readonly nodes: readonly string[]
  /** Of `volumes`. */
  readonly volume: {
    readonly name: string
    /** The type is empty, which Kubernetes takes for any, where only what is fetched will tell. */
    readonly hostPath: { readonly path: string; readonly type: 'Directory' | 'File' | '' }
  }
  /** Of a container's `volumeMounts`; its own path is the author's to choose. */
  readonly volumeMount: {
    readonly name: string
    readonly mountPath: string
    readonly readOnly: boolean
  }
  /** Of `volumes`, in place of `hostPath`, for pods that mount the files as an image; undefined where there is none. */
  readonly image?: { readonly reference: string; readonly pullPolicy: 'Never' }
  /**
   * For pods that may not mount folders of nodes; none of single files, which the kubelet does not take. A pod
   * with `fsGroup` has to name the claim with `readOnly: true`, or the kubelet changes every file's group.
   */
  readonly persistentVolumes: readonly unknown[]
}

/**
 * A name that Kubernetes takes for objects and labels, and that no other path has: `/var/local/NAME` is NAME, and
 * what does not say all of a path has digits behind it.
 */
export const toObjectName = (target: string): string => {
  const name =
    target
      .toLowerCase()
      .replace(/^\/var\/(?:local\/|lib\/)?/, '')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'files'
  const saysAll = target === `/var/local/${name}` && name.length <= 40
  return saysAll ? name : shorten(name, 40, target)
}

/** What the image of a path's files is called in the nodes. */
export const toFilesImage = (target: string, id: string): string =>
  `${filesImages}/${toObjectName(target)}:${id}`

const accessOf = (isWritable: boolean): string => (isWritable ? 'ReadWriteOnce' : 'ReadOnlyMany')

/** A local volume is on one node, and a claim takes one volume: each node has its own of both. */
const toPersistent = (
  name: string,
  { target, isWritable }: NodeFiles,
  node: string,
  bytes: number,
): readonly unknown[] => {
  const accessModes = [accessOf(isWritable)]
  const storage = `${Math.max(1, Math.ceil(bytes / 2 ** 20))}Mi`
  const whole = `${name}-${node}`
  // Nodes of one cluster differ at their ends.
  const own = whole.length > 63 ? shorten(whole, 63, `${target}\0${node}`) : whole
  const required = {
    nodeSelectorTerms: [
      { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] },
    ],
  }
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: own },
      spec: {
        capacity: { storage },
        accessModes,
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: '',
        claimRef: { namespace: 'default', name: own },
        local: { path: target },
        nodeAffinity: { required },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: own, namespace: 'default' },
      spec: {
        accessModes,
        storageClassName: '',
        volumeName: own,
        resources: { requests: { storage } },
      },
    },
  ]
}

/** How pods use files that nodes have. */
export const toVolume = (
  files: NodeFiles,
  isFile: boolean | undefined,
  sizeBytes: number,
  nodes: readonly Pick<Node, 'name'>[],
  image?: string,
): FilesVolume => {
  const { target, isWritable } = files
  const name = toObjectName(target)
  const type = isFile === undefined ? '' : isFile ? 'File' : 'Directory'
  return {
    target,
    nodes: nodes.map((node) => node.name),
    volume: { name, hostPath: { path: target, type } },
    volumeMount: { name, mountPath: target, readOnly: !isWritable },
    ...(image !== undefined && { image: { reference: image, pullPolicy: 'Never' } }),
    persistentVolumes: isFile
      ? []
      : nodes.flatMap((node) => toPersistent(name, files, node.name, sizeBytes)),
  }
}
