import type { NodeCapacity } from '../cluster/capacity.ts'
import type { Warning } from '../host/log.ts'
import { checkPlacement } from './check-file-nodes.ts'
import { type EntryKind, type Found, findAtPath, type NodePaths, tidyPath } from './given-files.ts'
import type { HostPath, PodMount, PodVolume } from './read-pod-files.ts'
import type { Claim, Manifests, PersistentVolume, Workload } from './workload.ts'

const makes = (type: string | undefined): boolean => /OrCreate$/.test(type ?? '')

const waits = 'The pod would wait for it (FailedMount).'

/** What comes of a path that is not there. */
const consequence = ({ type }: HostPath, isLocal: boolean): string =>
  isLocal || (type !== undefined && !makes(type))
    ? waits
    : 'Kubernetes would make something empty there.'

/** Types that Kubernetes takes for what is there. */
const fitting: Readonly<Record<'file' | 'folder', readonly string[]>> = {
  file: ['File', 'FileOrCreate'],
  folder: ['Directory', 'DirectoryOrCreate'],
}

const checkType = (what: string, { path, type }: HostPath, is: EntryKind | undefined) => {
  if (type === undefined || (is !== 'file' && is !== 'folder') || fitting[is].includes(type))
    return undefined
  return `${what} has type: ${type}, and ${path} is a ${is}. ${waits} Write type: ${fitting[is][0]}.`
}

const checkFound = (
  what: string,
  host: HostPath,
  found: Found,
  isLocal: boolean,
): string | undefined => {
  if (found.kind === 'foreign') return undefined
  const { path } = host
  const { files } = found
  const { target } = files
  if (found.kind === 'ours') {
    if (isLocal && found.is === 'file')
      return `${what} is ${path}, a file, and Kubernetes takes only folders for local volumes. Write hostPath with type: File, or give node-files the folder that it is in.`
    return isLocal ? undefined : checkType(what, host, found.is)
  }
  const end = consequence(host, isLocal)
  if (found.kind === 'near')
    return `${what} is ${path}, where this step puts nothing; it puts files at ${target}. ${end} Write path: ${target}.`
  const remedy =
    found.nearest === undefined
      ? 'Write a path that it has.'
      : `The nearest is ${found.nearest}. Write path: ${found.nearest}.`
  return `${what} is ${path}, and nothing of that name is in what node-files puts at ${target}. ${end} ${remedy}`
}

const checkHost = (
  { file }: { readonly file: string },
  what: string,
  host: HostPath,
  paths: NodePaths,
  isLocal: boolean,
): readonly Warning[] => {
  const found = findAtPath(host.path, paths, makes(host.type))
  const message = checkFound(what, host, found, isLocal)
  if (message === undefined) return []
  const line = found.kind === 'ours' && !isLocal ? host.typeLine : host.line
  return [{ message, location: { file, line } }]
}

const isOneNamespace = (a: string | undefined, b: string | undefined): boolean =>
  (a ?? b ?? 'default') === (b ?? a ?? 'default')

/** The PersistentVolume that a claim is, or is to be, bound to; undefined for one that is made on demand. */
const findBound = (
  name: string,
  { namespace }: Workload,
  { claims, persistentVolumes }: Pick<Manifests, 'claims' | 'persistentVolumes'>,
): PersistentVolume | undefined => {
  const own = claims.find((each) => each.name === name && isOneNamespace(each.namespace, namespace))
  return persistentVolumes.find(
    (volume) =>
      volume.name === (own as Claim | undefined)?.volumeName ||
      (volume.claim?.name === name && isOneNamespace(volume.claim.namespace, namespace)),
  )
}

/** A volume of a pod whose files are a node's. */
export type Used = PodVolume & { readonly at: HostPath; readonly isLocal: boolean }

const toUsed = (
  workload: Workload,
  manifests: Pick<Manifests, 'claims' | 'persistentVolumes'>,
): readonly Used[] =>
  workload.files.volumes.flatMap((volume) => {
    if (volume.host !== undefined) return [{ ...volume, at: volume.host, isLocal: false }]
    const bound = findBound(volume.claim ?? '', workload, manifests)
    return bound === undefined ? [] : [{ ...volume, at: bound.host, isLocal: bound.isLocal }]
  })

/** Where a mount leads in the node; undefined where that is not known. */
const toMounted = ({ subPath = '' }: PodMount, { at }: Used): string | undefined =>
  /[$]/.test(subPath) ? undefined : tidyPath(`${at.path}/${subPath}`)

const checkMount = (mount: PodMount, used: Used, paths: NodePaths): string | undefined => {
  const path = toMounted(mount, used) ?? used.at.path
  const found = findAtPath(path, paths, true)
  const { container, subPath } = mount
  if (found.kind === 'missing' && subPath !== undefined) {
    const nearest = found.nearest === undefined ? '' : ` The nearest is ${found.nearest}.`
    return `The container ${container} mounts subPath: ${subPath}, and ${path} is not in what node-files puts at ${found.files.target}.${nearest} Write a path that it has.`
  }
  const isReadOnly = mount.isReadOnly || used.isReadOnly
  if (found.kind !== 'ours' || found.files.isWritable || isReadOnly) return undefined
  return `The container ${container} mounts ${path} without readOnly: true, and all nodes share these files. As root it would change them for all; any other user gets "Permission denied". Write readOnly: true, or :rw behind ${found.files.target} in node-files.`
}

const checkFsGroup = (
  { file, files: { fsGroupLine } }: Workload,
  used: readonly Used[],
  paths: NodePaths,
): readonly Warning[] => {
  if (fsGroupLine === undefined) return []
  const changed = used.find(({ isLocal, isReadOnly, at }) => {
    const found = findAtPath(at.path, paths, true)
    return isLocal && !isReadOnly && found.kind === 'ours' && !found.files.isWritable
  })
  if (changed === undefined) return []
  const message = `With fsGroup, the kubelet changes group and mode of every file of ${changed.at.path}, which all nodes share: it is a local PersistentVolume. Write readOnly: true below persistentVolumeClaim of the volume ${changed.name}, or use hostPath, where fsGroup does nothing.`
  return [{ message, location: { file, line: fsGroupLine } }]
}

const checkWorkload = (
  workload: Workload,
  manifests: Manifests,
  capacities: readonly NodeCapacity[],
  paths: NodePaths,
): readonly Warning[] => {
  const { file, kind, name, files } = workload
  const used = toUsed(workload, manifests)
  const own = used.flatMap(({ host, name: volume }) =>
    host === undefined
      ? []
      : checkHost(workload, `The volume ${volume} of the ${kind} ${name}`, host, paths, false),
  )
  const mounts = files.mounts.flatMap((mount) => {
    const volume = used.find((each) => each.name === mount.volume)
    const message = volume && checkMount(mount, volume, paths)
    return message === undefined ? [] : [{ message, location: { file, line: mount.line } }]
  })
  const hosts = used.flatMap(({ host }) => (host === undefined ? [] : [host.path]))
  return [
    ...own,
    ...mounts,
    ...checkFsGroup(workload, used, paths),
    ...checkPlacement(workload, hosts, capacities, paths),
  ]
}

/** What manifests mount of nodes' files, compared with what `node-files` puts there. */
export const checkFiles = (
  manifests: Manifests,
  capacities: readonly NodeCapacity[],
  paths: NodePaths,
): readonly Warning[] => {
  if (paths.files.length === 0) return []
  const volumes = manifests.persistentVolumes.flatMap((volume) => [
    ...checkHost(volume, `The PersistentVolume ${volume.name}`, volume.host, paths, volume.isLocal),
    ...checkPlacement(
      { ...volume, kind: 'PersistentVolume', files: { placement: volume.placement } },
      [volume.host.path],
      capacities,
      paths,
    ),
  ])
  const pods = manifests.workloads.flatMap((each) =>
    checkWorkload(each, manifests, capacities, paths),
  )
  return [...volumes, ...pods]
}
