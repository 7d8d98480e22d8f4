import type { NodeCapacity } from '../cluster/capacity.ts'
import { parseQuantity } from '../cluster/quantity.ts'
import type { Warning } from '../host/log.ts'
import { formatBytes } from '../text/format.ts'

/** Below this share an image with many small files may find no free space, whatever kubelet does. */
const fewInodes = 0.05

/** Below this a layer or a log may find no free space, also where kubelet minds nothing, as kind has it. */
const fewBytes = (totalBytes: number): number => Math.min(1e9, 0.05 * totalBytes)

/** A filesystem, with all its nodes: those of one machine mostly share it. */
export const groupDisks = (capacities: readonly NodeCapacity[]) => {
  const seen = capacities.flatMap(({ node, disk, kubelet }) =>
    disk ? [{ ...disk, node, kubelet }] : [],
  )
  return [...Map.groupBy(seen, ({ device }) => device).values()].flatMap((group) => {
    const [first] = group
    return first ? [{ ...first, nodes: group.map(({ node }) => node) }] : []
  })
}

export type Disk = ReturnType<typeof groupDisks>[number]

/** `15%` of something, or an amount. */
const toAmount = (threshold: string | undefined, total: number): number => {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(threshold ?? '')?.[1]
  return percent === undefined
    ? (parseQuantity(threshold ?? '') ?? 0)
    : (total * Number(percent)) / 100
}

/** Below how much kubelet evicts pods, by the names that it has for the node's disk and for images'. */
const findEvictsBelow = ({ kubelet }: Disk, what: 'available' | 'inodesFree', total: number) => {
  const thresholds = ['nodefs', 'imagefs'].map((disk) => kubelet?.evicts[`${disk}.${what}`])
  return Math.max(...thresholds.map((threshold) => toAmount(threshold, total)))
}

const percentOf = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(0)} %`

const checkBytes = (where: string, disk: Disk): string | undefined => {
  const { totalBytes, freeBytes, kubelet } = disk
  const collectsAbove = kubelet?.collectsAbove ?? 100
  const evictsBelow = findEvictsBelow(disk, 'available', totalBytes)
  const is = `${where} has ${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free (${percentOf(freeBytes, totalBytes)})`
  if (freeBytes < evictsBelow) {
    return `${is}. The kubelet evicts pods below ${formatBytes(evictsBelow)}. Free disk space first.`
  }
  // As kubelet counts: what only root may write to is used.
  if (100 - (100 * freeBytes) / totalBytes >= collectsAbove && collectsAbove < 100) {
    return `${is}. Above ${collectsAbove} % use, the kubelet removes images that no pod runs, also freshly loaded ones. Free disk space first.`
  }
  if (freeBytes >= fewBytes(totalBytes)) return undefined
  return `${is}. Images, logs and pods write there, and fail with \`no space left on device\` once it is full. Free disk space first.`
}

const checkInodes = (where: string, disk: Disk): string | undefined => {
  const { totalInodes, freeInodes } = disk
  const evictsBelow = findEvictsBelow(disk, 'inodesFree', totalInodes)
  // Some filesystems have no number of them.
  if (totalInodes === 0 || freeInodes >= Math.max(evictsBelow, fewInodes * totalInodes)) {
    return undefined
  }
  const end =
    freeInodes < evictsBelow ? 'The kubelet evicts pods there.' : 'Images consist of many files.'
  return `${where} has ${freeInodes} of ${totalInodes} inodes free (${percentOf(freeInodes, totalInodes)}). ${end} Delete folders with many small files.`
}

/** Whether kubelet would evict pods or remove images at once, or there is hardly any room at all. */
export const checkDisks = (capacities: readonly NodeCapacity[]): readonly Warning[] =>
  groupDisks(capacities).flatMap((disk) => {
    const where = `The disk of ${disk.nodes.join(' and ')}`
    return [checkBytes(where, disk), checkInodes(where, disk)].flatMap((message) =>
      message === undefined ? [] : [{ message, location: undefined }],
    )
  })
