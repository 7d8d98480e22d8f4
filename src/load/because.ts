import type { LoadMode } from '../inputs/choices.ts'

/** Why Docker's layer folders must not be used, from what the daemon says of itself. */
export type EngineGate =
  | {
      readonly kind: 'rootless' | 'remapped-users' | 'hidden-containerd' | 'redirects' | 'metacopy'
    }
  | { readonly kind: 'storage-driver' | 'snapshotter'; readonly name: string }

/** The same from what is known of the node, too. */
export type Gate =
  | EngineGate
  | { readonly kind: 'busybox' | 'elsewhere' | 'not-ours' }
  | { readonly kind: 'node-snapshotter'; readonly name: string }

/** Why an image got into a node by another method than the best one. */
export type Because =
  | Gate
  | { readonly kind: 'load-mode'; readonly mode: LoadMode }
  | { readonly kind: 'out-of-reach' | 'streaming-failed' }
  /** `reason`: in the words of the tool that failed. */
  | { readonly kind: 'direct-failed'; readonly reason: string }

/** The words of it, for people. */
export const renderBecause = (because: Because): string => {
  switch (because.kind) {
    case 'rootless':
      return 'the daemon is rootless'
    case 'remapped-users':
      return 'the daemon remaps users'
    case 'hidden-containerd':
      return 'Docker does not say where its containerd is'
    case 'redirects':
      return 'the layers may hold redirects (Native Overlay Diff is false)'
    case 'metacopy':
      return 'the layers may hold metadata alone (metacopy is on)'
    case 'storage-driver':
      return `Docker's storage driver is ${because.name}`
    case 'snapshotter':
      return `Docker's snapshotter is ${because.name}`
    case 'node-snapshotter':
      return `its snapshotter is ${because.name}`
    case 'busybox':
      return 'its image has BusyBox in place of bash and GNU cp'
    case 'elsewhere':
      return "Docker's daemon is on another machine"
    case 'not-ours':
      return 'only root may write into its containerd'
    case 'load-mode':
      return `load-mode is ${because.mode}`
    case 'out-of-reach':
      return 'links cannot reach the node'
    case 'streaming-failed':
      return 'streaming failed'
    case 'direct-failed':
      return because.reason
  }
}
