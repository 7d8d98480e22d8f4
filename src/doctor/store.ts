import type { Engine } from '../docker/info.ts'
import { type EngineGate, renderBecause } from '../load/because.ts'
import { findGate } from '../load/plan-method.ts'
import { type Answer, no, ok } from './check.ts'
import type { Place } from './place.ts'

const restart = 'then restart Docker'

/** What a container's own folder is no good for is a volume's work. */
const giveVolume = (place: Place): string =>
  place === 'pod'
    ? "Mount an `emptyDir: {}` at `/var/lib/docker` of the dind container (in the chart's values under `template.spec`): the chart mounts nothing there."
    : 'Docker runs in a container itself: start that with a volume for its data, `--volume docker-data:/var/lib/docker`.'

const useLocalDisk = (place: Place): string =>
  place === 'pod'
    ? 'Mount an `emptyDir: {}` or a volume of local disks at `/var/lib/docker` of the dind container, in place of the one on NFS.'
    : `Set \`"data-root"\` in /etc/docker/daemon.json to a folder on a local disk, ${restart}.`

const useOverlay2 = `Set \`"storage-driver": "overlay2"\` in /etc/docker/daemon.json, ${restart}; images have to be built again.`

const remedies: Readonly<Record<EngineGate['kind'], string>> = {
  rootless: "Use the machine's own daemon, which runs as root: `docker context use default`.",
  'remapped-users': `Take \`userns-remap\` out of /etc/docker/daemon.json, ${restart}.`,
  'hidden-containerd': 'Update Docker to 28 or newer, which says where its containerd is.',
  redirects: `\`echo N | sudo tee /sys/module/overlay/parameters/redirect_dir\`, ${restart}.`,
  metacopy: `\`echo N | sudo tee /sys/module/overlay/parameters/metacopy\`, ${restart}.`,
  'storage-driver': useOverlay2,
  snapshotter: `Set \`"storage-driver": "overlayfs"\` in /etc/docker/daemon.json, ${restart}; images have to be built again.`,
}

const slower = 'Slipway streams images in place of linking them'

const isOverlay = (filesystem: string | undefined): boolean =>
  /^overlay(fs)?$/.test(filesystem ?? '')

const isNfs = (filesystem: string | undefined): boolean => /^nfs/.test(filesystem ?? '')

/** dockerd falls back to it where overlay cannot be mounted, and only the filesystem says why. */
const explainVfs = (filesystem: string | undefined, place: Place): Answer => {
  const what = 'the storage driver is vfs: each layer is a full copy of all below it'
  if (isNfs(filesystem))
    return no(`${what}. Docker's data is on NFS, which overlay cannot use`, useLocalDisk(place))
  if (isOverlay(filesystem) || (filesystem === undefined && place === 'pod'))
    return no(
      `${what}. Docker's data is on a container's own overlay, and overlay on overlay cannot be`,
      giveVolume(place),
    )
  return no(what, useOverlay2)
}

/**
 * What Docker keeps images in, and whether it can be linked from.
 *
 * @param filesystem of Docker's data, as Docker or `stat` calls it; undefined where nobody says
 */
export const explainStore = (
  engine: Engine,
  filesystem: string | undefined,
  place: Place,
): Answer => {
  const { driver, hasContainerdStore } = engine
  if (driver === 'vfs' || driver === 'native') return explainVfs(filesystem, place)
  const gate = findGate(engine)
  if (gate !== undefined) return no(`${renderBecause(gate)}: ${slower}`, remedies[gate.kind])
  const store = hasContainerdStore ? 'the containerd store, snapshotter overlayfs' : driver
  if (isOverlay(filesystem))
    return no(`${store} on another overlay: deleted files may come back`, giveVolume(place))
  if (isNfs(filesystem))
    return no(`${store} on NFS, which keeps no overlay's marks`, useLocalDisk(place))
  return ok(`${store}${filesystem === undefined ? '' : ` on ${filesystem}`}, ${engine.dataRoot}`)
}
