import type { ImageReference } from '../image/reference.ts'

/** Where files for nodes come from, as the step says it. */
export type FilesOrigin =
  /** A folder or file of this machine. */
  | { readonly kind: 'local'; readonly path: string }
  /** The same, with what Git LFS keeps elsewhere. */
  | { readonly kind: 'lfs'; readonly path: string }
  /** An artifact or an image in a registry. */
  | { readonly kind: 'oci'; readonly reference: ImageReference }
  /** A folder of an image that Docker's store has. */
  | { readonly kind: 'image'; readonly reference: ImageReference; readonly path: string }

/** Files that nodes are to have at a path. */
export type NodeFiles = {
  /** The line as it was written. */
  readonly given: string
  readonly origin: FilesOrigin
  /** Absolute, without a slash at its end. */
  readonly target: string
  /** Each node has a copy of its own, that its pods may write to. */
  readonly isWritable: boolean
}

/** Of nodes' paths: what a shell, a manifest and a record take as it is. */
const targetPattern = /^(?:\/[A-Za-z0-9_@+.-]+)+$/

/** Other programs' own, or memory. */
const foreign = [
  '/var/lib/containerd',
  '/var/lib/kubelet',
  '/var/lib/etcd',
  '/var/lib/docker',
  '/var/lib/cni',
  '/var/lib/slipway-files',
  '/var/run',
  '/var/lock',
  '/var/log',
]

const roots = ['bin', 'boot', 'dev', 'etc', 'kind', 'lib', 'lib64', 'proc', 'root', 'run']
const systemPattern = new RegExp(
  `^/(?:${[...roots, 'sbin', 'sys', 'tmp', 'usr'].join('|')})(?:/|$)`,
)

const isWithin = (path: string, folder: string): boolean => `${path}/`.startsWith(`${folder}/`)

/** Why files cannot be put at a path of a node, whatever the node is; undefined where they can. */
export const findTargetObjection = (target: string): string | undefined => {
  const names = target.split('/').slice(1)
  if (!targetPattern.test(target) || names.some((name) => /^\.{1,2}$/.test(name)))
    return 'the path on the node must be absolute, of letters, digits and _ @ + . -, as in /var/local/models'
  if (target.length > 200 || (names.at(-1) ?? '').length > 80)
    return 'the path on the node is too long: at most 200 characters, its last name 80'
  if (systemPattern.test(target))
    return "that path is in the node's own image or in its memory, where nothing stays. Take one below /var, such as /var/local/models"
  const owner = foreign.find((folder) => isWithin(target, folder) || isWithin(folder, target))
  if (owner !== undefined)
    return `${owner} belongs to the node's own programs and its pods. Take another path, such as /var/local/models`
  return undefined
}

/** Pairs of which one is the other, or is in it. */
export const findOverlap = (
  all: readonly NodeFiles[],
  { target }: NodeFiles,
): NodeFiles | undefined =>
  all.find((other) => isWithin(target, other.target) || isWithin(other.target, target))
