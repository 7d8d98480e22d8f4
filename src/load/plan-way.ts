import type { Engine, KindNode } from '../facts/facts.ts'

/** How an image gets into a node: its files linked, or its tar streamed. */
export type Way = 'link' | 'stream'

/** A way and, where it is not the best one, why. */
export type WayChoice = { readonly way: Way; readonly because: string | undefined }

const stream = (because: string): WayChoice => ({ way: 'stream', because })
const link: WayChoice = { way: 'link', because: undefined }

/**
 * Says whether Docker's layer folders may be linked, from what the daemon says of itself. Where
 * linking would succeed and be wrong (other drivers, remapped users, layers that hold only
 * differences of metadata), nothing later would notice.
 */
export const planWay = (engine: Engine): WayChoice => {
  const has = (option: string): boolean =>
    engine.securityOptions.some((text) => text.split(',').includes(option))
  if (engine.driverStatus['driver-type']?.startsWith('io.containerd')) {
    return stream('Docker keeps images in the containerd image store')
  }
  if (engine.driver !== 'overlay2') return stream(`Docker's storage driver is ${engine.driver}`)
  if (has('name=rootless')) return stream('the daemon is rootless')
  if (has('name=userns')) return stream('the daemon remaps users')
  if (engine.driverStatus['Native Overlay Diff'] === 'false') {
    return stream('the layers may hold redirects (Native Overlay Diff is false)')
  }
  if (engine.driverStatus['Using metacopy'] === 'true') {
    return stream('the layers may hold metadata alone (metacopy is on)')
  }
  return link
}

/** Where containerd keeps overlayfs snapshots in a node. */
export const snapshotterRoot = '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs'

/** The folder of the daemon's host behind a folder of the node; undefined when it is no mount. */
export const toHostPath = (node: KindNode, path: string): string | undefined => {
  const mount = node.mounts
    .filter(({ destination }) => path === destination || path.startsWith(`${destination}/`))
    .sort((a, b) => b.destination.length - a.destination.length)[0]
  return mount && `${mount.source}${path.slice(mount.destination.length)}`
}

/** Says whether one node can take links, given that the engine can give them. */
export const planNodeWay = (node: KindNode, engineWay: WayChoice): WayChoice => {
  if (engineWay.way !== 'link') return engineWay
  if (node.snapshotter !== 'overlayfs') return stream(`its snapshotter is ${node.snapshotter}`)
  if (toHostPath(node, snapshotterRoot) === undefined) {
    return stream('its /var is not a volume')
  }
  return link
}
