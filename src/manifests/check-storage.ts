import type { NodeCapacity } from '../cluster/capacity.ts'
import type { Warning } from '../host/log.ts'
import { formatBytes } from '../text/format.ts'
import { listFiles, takesPods } from './check-capacity.ts'
import { type Disk, groupDisks } from './check-disk.ts'
import { toPodSets, withoutTwins } from './pod-sets.ts'
import { sum } from './read-storage.ts'
import type { Claim, Manifests, Workload } from './workload.ts'

const toWriters = (workloads: readonly Workload[], claims: readonly Claim[], nodes: number) => [
  ...toPodSets(workloads).map(({ kind, name, file, line, request, volumes, ...set }) => ({
    what: `A pod of the ${kind} ${name}`,
    file,
    line,
    /** Of one pod, in bytes: what it requests, which is all that Kubernetes looks at. */
    requested: request.storage,
    /** Requested or not. Kubernetes counts emptyDirs in what a pod asked for: no sum of the two. */
    ephemeral: Math.max(request.storage, volumes.emptyDirs),
    claims: volumes.claims,
    count: set.countIn(nodes),
    isOccasional: set.isOccasional,
  })),
  ...withoutTwins(claims).map(({ name, file, line, bytes }) => ({
    what: `The PersistentVolumeClaim ${name}`,
    file,
    line,
    requested: 0,
    ephemeral: 0,
    claims: bytes,
    count: 1,
    isOccasional: false,
  })),
]

/** What may write to a node's disk: pods that are alike, or a claim, whoever uses it. */
type Writer = ReturnType<typeof toWriters>[number]

/** `the disk of kind-worker and kind-worker2 has 4.0 GB of 100 GB free`. */
const renderFree = (disks: readonly Disk[]): string => {
  const names = disks.flatMap(({ nodes }) => nodes).join(' and ')
  const free = formatBytes(sum(disks.map(({ freeBytes }) => freeBytes)))
  const total = formatBytes(sum(disks.map(({ totalBytes }) => totalBytes)))
  const have = disks.length === 1 ? 'the disk of' : 'the disks of'
  return `${have} ${names} ${disks.length === 1 ? 'has' : 'have'} ${free} of ${total} free`
}

/** `14 GB to disk (4.0 GB of ephemeral storage, 10 GB of volumes)`. */
const renderAmount = (ephemeral: number, claims: number): string => {
  const parts = [
    ...(ephemeral > 0 ? [`${formatBytes(ephemeral)} of ephemeral storage`] : []),
    ...(claims > 0 ? [`${formatBytes(claims)} of volumes`] : []),
  ]
  return `${formatBytes(ephemeral + claims)} to disk (${parts.join(', ')})`
}

/** Kubelet says that each node has the whole disk, whatever is on it and whoever shares it. */
const consequence = (requested: number, believed: number): string =>
  requested > believed
    ? 'Some stay Pending (Insufficient ephemeral-storage). Request less.'
    : "Kubernetes compares requests with the disk's size, not with its free space, and does not count kind's volumes at all. So it starts all pods, and writing fails for every pod (no space left on device) once the disk is full. Request less, or free disk space first."

const checkTotal = (writers: readonly Writer[], disks: readonly Disk[]): readonly Warning[] => {
  const lasting = writers.filter(({ isOccasional }) => !isOccasional)
  const bytesOf = ({ ephemeral, claims, count }: Writer): number => (ephemeral + claims) * count
  const asking = lasting.filter((writer) => bytesOf(writer) > 0)
  const [most] = asking.toSorted((a, b) => bytesOf(b) - bytesOf(a))
  if (most === undefined) return []
  const ephemeral = sum(asking.map((writer) => writer.ephemeral * writer.count))
  const claims = sum(asking.map((writer) => writer.claims * writer.count))
  const requested = sum(asking.map((writer) => writer.requested * writer.count))
  const believed = sum(disks.map(({ totalBytes, nodes }) => totalBytes * nodes.length))
  if (ephemeral + claims <= sum(disks.map(({ freeBytes }) => freeBytes))) return []
  const message = `The pods and claims of ${listFiles([most, ...asking])} may write ${renderAmount(ephemeral, claims)}; ${renderFree(disks)}. ${consequence(requested, believed)}`
  return [{ message, location: { file: most.file, line: most.line } }]
}

/** Those that are too large by themselves: a pod and its volumes are in one node. */
const checkLargest = (writers: readonly Writer[], largest: Disk): readonly Warning[] =>
  writers
    .filter(({ ephemeral, claims }) => ephemeral + claims > largest.freeBytes)
    .map(({ what, file, line, requested, ephemeral, claims }) => ({
      message: `${what} may write ${renderAmount(ephemeral, claims)}; ${renderFree([largest])}. ${consequence(requested, largest.totalBytes)}`,
      location: { file, line },
    }))

/** Limits above what is free; one that is asked for as well has been told of. */
const checkLimits = (workloads: readonly Workload[], largest: Disk): readonly Warning[] =>
  workloads.flatMap(({ file, containers }) =>
    containers.flatMap(({ name, limits, requests, line }) => {
      const limit = limits.storage ?? 0
      if (limit <= largest.freeBytes || requests.storage === limit) return []
      const message = `The container ${name} may write ${renderAmount(limit, 0)} before it reaches its limit; ${renderFree([largest])}. Once that is full, writing fails for all pods there (no space left on device). Lower the limit, or free disk space first.`
      return [{ message, location: { file, line } }]
    }),
  )

/** Whether what the manifests may write to the nodes' disks finds the room for it. */
export const checkStorage = (
  { workloads, claims }: Pick<Manifests, 'workloads' | 'claims'>,
  capacities: readonly NodeCapacity[],
): readonly Warning[] => {
  const nodes = takesPods(capacities)
  // Unless all nodes told of theirs, what may be elsewhere is not known to be too much.
  const disks = nodes.every(({ disk }) => disk) ? groupDisks(nodes) : []
  const [largest] = disks.toSorted((a, b) => b.freeBytes - a.freeBytes)
  if (largest === undefined) return []
  const writers = toWriters(workloads, claims, nodes.length)
  // On one disk, what is too large by itself is in the sum.
  const alone = disks.length > 1 ? writers : writers.filter(({ isOccasional }) => isOccasional)
  const tooLarge = checkLargest(alone, largest)
  const total = checkTotal(writers, disks)
  return [
    ...(disks.length > 1 && tooLarge.length > 0 ? tooLarge : [...tooLarge, ...total]),
    ...checkLimits(workloads, largest),
  ]
}
