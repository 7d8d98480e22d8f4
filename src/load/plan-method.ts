import { isMachine, type Node } from '../cluster/node.ts'
import type { Engine } from '../docker/info.ts'
import { Failure } from '../failure.ts'
import type { LoadMode } from '../inputs/choices.ts'
import { type Because, type EngineGate, type Gate, renderBecause } from './because.ts'

/** A method that works on folders: Docker's layers become the node's snapshots, without a tar. */
export type DirectMethod = 'reflink' | 'link' | 'copy'

/** How an image gets into a node. */
export type LoadMethod = DirectMethod | 'stream' | 'kind'

/**
 * What will be tried. `direct` leaves the choice to `choose_method` of helper/stage.sh, unless one method is wanted;
 * `because` says why it is not the best method. What fails on the way is streamed (by-direct.ts), then left to
 * kind (by-stream.ts); images in folders are loadLayout's (from-layout.ts).
 */
export type MethodChoice =
  | { readonly kind: 'direct'; readonly wanted: DirectMethod | 'auto' }
  | { readonly kind: 'stream' | 'kind'; readonly because: Because }

/** What is planned for one node. */
export type NodePlan = { readonly node: Node; readonly choice: MethodChoice }

/**
 * Says why Docker's layer folders must not be used, from what the daemon says of itself. With other
 * drivers, remapped users or layers that hold only differences of metadata, it would succeed and be
 * wrong, and nothing later would notice.
 */
export const findGate = (engine: Engine): EngineGate | undefined => {
  const has = (option: string): boolean =>
    engine.securityOptions.some((text) => text.split(',').includes(option))
  if (has('name=rootless')) return { kind: 'rootless' }
  if (has('name=userns')) return { kind: 'remapped-users' }
  if (engine.hasContainerdStore) {
    if (engine.driver !== 'overlayfs') return { kind: 'snapshotter', name: engine.driver }
    return engine.containerd === undefined ? { kind: 'hidden-containerd' } : undefined
  }
  if (engine.driver !== 'overlay2') return { kind: 'storage-driver', name: engine.driver }
  if (engine.driverStatus['Native Overlay Diff'] === 'false') return { kind: 'redirects' }
  if (engine.driverStatus['Using metacopy'] === 'true') return { kind: 'metacopy' }
  return undefined
}

const findNodeGate = (node: Node, isLocalDaemon: boolean): Gate | undefined => {
  const { userland, containerd } = node
  const { snapshotter: name } = containerd
  if (isMachine(node) && !isLocalDaemon) return { kind: 'elsewhere' }
  if (userland === 'busybox') return { kind: isMachine(node) ? 'not-ours' : 'busybox' }
  return name === 'overlayfs' ? undefined : { kind: 'node-snapshotter', name }
}

/**
 * Chooses how to load into one node.
 *
 * @param isLocalDaemon whether Docker's daemon is on this machine; what a machine links has to be there
 * @throws {Failure} when a method is wanted that cannot work
 */
export const planMethod = (
  engine: Engine,
  node: Node,
  mode: LoadMode,
  isLocalDaemon: boolean,
): MethodChoice => {
  if (mode === 'kind' && node.provider !== 'kind') {
    throw new Failure(`load-mode: kind cannot work with ${node.name}: ${node.provider} made it`, {
      remedy: 'Use load-mode: auto.',
    })
  }
  if (mode === 'stream' || mode === 'kind')
    return { kind: mode, because: { kind: 'load-mode', mode } }
  const gate = findGate(engine) ?? findNodeGate(node, isLocalDaemon)
  if (gate === undefined) return { kind: 'direct', wanted: mode }
  if (mode === 'auto') return { kind: 'stream', because: gate }
  throw new Failure(`load-mode: ${mode} cannot work with ${node.name}: ${renderBecause(gate)}`, {
    remedy:
      'Use load-mode: auto, which streams the image then; `mode: doctor` says what would mend it.',
  })
}
