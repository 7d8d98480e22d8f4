import { totalmem } from 'node:os'
import { attempt } from '../failure.ts'
import { readRegularFile } from '../host/read-file.ts'
import { type Filesystem, findDockers } from '../storage/filesystems.ts'
import { formatBytes } from '../text/format.ts'
import { type Answer, needed, no, ok, unknown } from './check.ts'
import type { Place } from './place.ts'

export const elsewhere = 'the daemon is on another machine'

/** @param version of the daemon's host */
export const explainCgroups = (version: string | undefined): Answer => {
  if (version === '2') return ok('version 2')
  if (version !== '1') return unknown('Docker does not say which version')
  return no(
    'version 1: kubelet of Kubernetes 1.35 and newer does not start',
    'Boot the machine with `systemd.unified_cgroup_hierarchy=1`, or take a node image of Kubernetes 1.34 or older.',
  )
}

/** kind's own advice: https://kind.sigs.k8s.io/docs/user/known-issues/. */
const wantedWatches = 524_288
const wantedInstances = 512

/** @param limits of the daemon's host */
export const explainInotify = (
  { watches, instances }: { readonly watches: number; readonly instances: number },
  place: Place,
): Answer => {
  if (Number.isNaN(watches + instances)) return unknown('the limits cannot be read')
  const found = `${watches} watches, ${instances} instances`
  if (watches >= wantedWatches && instances >= wantedInstances) return ok(found)
  const line = `sysctl fs.inotify.max_user_watches=${wantedWatches} fs.inotify.max_user_instances=${wantedInstances}`
  return no(
    `${found}: clusters of several nodes fail with "too many open files"`,
    place === 'pod'
      ? `On the machine of the pod, as root: \`${line}\`.`
      : `\`sudo ${line}\`; in /etc/sysctl.d it stays.`,
  )
}

const readNumber = (path: string): number =>
  Number(attempt(() => readRegularFile(path).toString()) ?? Number.NaN)

export const checkInotify = (place: Place): Answer =>
  explainInotify(
    {
      watches: readNumber('/proc/sys/fs/inotify/max_user_watches'),
      instances: readNumber('/proc/sys/fs/inotify/max_user_instances'),
    },
    place,
  )

/** What a control plane takes, before any pod of yours. */
const leastMemory = 1.5e9

/** @param availableBytes undefined where nobody can tell, as of another machine */
export const explainMemory = (totalBytes: number, availableBytes: number | undefined): Answer => {
  if (availableBytes === undefined) return ok(`${formatBytes(totalBytes)} in all; ${elsewhere}`)
  const found = `${formatBytes(availableBytes)} of ${formatBytes(totalBytes)} available`
  if (availableBytes >= leastMemory) return ok(found)
  return no(
    `${found}: a kind node alone takes about 1 GB`,
    'End what else runs (`docker stats`), or take a larger machine.',
  )
}

export const checkMemory = (isLocalDaemon: boolean, engineBytes: number): Answer => {
  const text = attempt(() => readRegularFile('/proc/meminfo').toString()) ?? ''
  const kib = /^MemAvailable: +(\d+) kB$/m.exec(text)?.[1]
  const isHere = isLocalDaemon && kib !== undefined
  return isHere
    ? explainMemory(totalmem(), Number(kib) * 1024)
    : explainMemory(engineBytes, undefined)
}

/** Of which less is left, a build or a load fails. */
const leastDisk = 1e9

/** kubelet begins to remove images at 85% of use, and to evict pods at 90%. */
const leastShare = 0.15
const leastInodes = 0.05

export const explainDisk = (filesystems: readonly Filesystem[], place: Place): Answer => {
  const docker = findDockers(filesystems)
  if (docker === undefined) return unknown("nobody here can see Docker's filesystem")
  const { path, freeBytes, totalBytes, freeInodes, totalInodes } = docker
  const found = `${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free at ${path}`
  const remedy =
    place === 'hosted'
      ? 'Give the step `free-disk: always`.'
      : 'See what takes it with `docker system df`; `docker builder prune` and `docker image prune` free some.'
  // Filesystems such as btrfs have no fixed number.
  if (totalInodes > 0 && freeInodes < leastInodes * totalInodes)
    return no(`${freeInodes} of ${totalInodes} inodes are free at ${path}`, remedy)
  if (freeBytes < leastDisk) return needed(`${found}: the disk is full`, remedy)
  if (freeBytes < leastShare * totalBytes)
    return no(`${found}: kubelet removes images and evicts pods when so little is left`, remedy)
  return ok(found)
}
