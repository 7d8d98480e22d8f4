import type { NodeCapacity } from '../cluster/capacity.ts'
import { parseQuantity } from '../cluster/quantity.ts'
import type { Warning } from '../host/log.ts'
import { formatBytes } from '../text/format.ts'

/** Below this share an image with many small files may find no free space, whatever kubelet does. */
const fewInodes = 0.05

/** Below this a layer or a log may find no free space, also where kubelet minds nothing, as kind has it. */
const fewBytes = (totalBytes: number): number => Math.min(1e9, 0.05 * totalBytes)

type Disk = NonNullable<NodeCapacity['disk']>

/** `15%` of something, or an amount. */
const toAmount = (threshold: string | undefined, total: number): number => {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(threshold ?? '')?.[1]
  return percent === undefined
    ? (parseQuantity(threshold ?? '') ?? 0)
    : (total * Number(percent)) / 100
}

const percentOf = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(0)} %`

const checkBytes = (
  where: string,
  { totalBytes, freeBytes }: Disk,
  kubelet: NodeCapacity['kubelet'],
): readonly string[] => {
  const { evicts, collectsAbove } = kubelet ?? { evicts: {}, collectsAbove: 100 }
  const evictsBelow = Math.max(
    toAmount(evicts['nodefs.available'], totalBytes),
    toAmount(evicts['imagefs.available'], totalBytes),
  )
  const is = `${where} has ${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free (${percentOf(freeBytes, totalBytes)})`
  if (freeBytes < evictsBelow) {
    return [
      `${is}. The kubelet evicts pods below ${formatBytes(evictsBelow)}. Free disk space first.`,
    ]
  }
  // As kubelet counts: what only root may write to is used.
  if (100 - (100 * freeBytes) / totalBytes >= collectsAbove && collectsAbove < 100) {
    return [
      `${is}. Above ${collectsAbove} % use, the kubelet removes images that no pod runs, also freshly loaded ones. Free disk space first.`,
    ]
  }
  if (freeBytes >= fewBytes(totalBytes)) return []
  return [
    `${is}. Images, logs and pods write there, and fail with \`no space left on device\` once it is full. Free disk space first.`,
  ]
}

const checkInodes = (
  where: string,
  { totalInodes, freeInodes }: Disk,
  kubelet: NodeCapacity['kubelet'],
): readonly string[] => {
  const { evicts = {} } = kubelet ?? {}
  const evictsBelow = Math.max(
    toAmount(evicts['nodefs.inodesFree'], totalInodes),
    toAmount(evicts['imagefs.inodesFree'], totalInodes),
  )
  // Some filesystems have no number of them.
  if (totalInodes === 0 || freeInodes >= Math.max(evictsBelow, fewInodes * totalInodes)) return []
  const end =
    freeInodes < evictsBelow ? 'The kubelet evicts pods there.' : 'Images consist of many files.'
  return [
    `${where} has ${freeInodes} of ${totalInodes} inodes free (${percentOf(freeInodes, totalInodes)}). ${end} Delete folders with many small files.`,
  ]
}

/** Whether kubelet would evict pods or remove images at once, or there is hardly any room at all. */
export const checkDisks = (capacities: readonly NodeCapacity[]): readonly Warning[] => {
  const withDisk = capacities.flatMap(({ node, disk, kubelet }) =>
    disk ? [{ node, disk, kubelet }] : [],
  )
  const groups = Map.groupBy(withDisk, ({ disk }) => disk.device)
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const { disk, kubelet } = first
    const where = `The disk of ${group.map(({ node }) => node).join(' and ')}`
    const messages = [...checkBytes(where, disk, kubelet), ...checkInodes(where, disk, kubelet)]
    return messages.map((message) => ({ message, place: undefined }))
  })
}
