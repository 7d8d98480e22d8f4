import type { Finding } from '../finding/finding.ts'

/** What all of a node's pods share, and in which words a kubelet says that it runs out. */
type NodeResource = {
  readonly name: string
  readonly kind: Finding['kind']
  /** The node's condition while it is short. */
  readonly condition: string
  /** The event that tells when that began. */
  readonly event: string
  /** In what a kubelet writes into a pod that it evicts (pkg/kubelet/eviction). */
  readonly inEviction: RegExp
  readonly remedy: string
}

export const nodeResources: readonly NodeResource[] = [
  {
    name: 'memory',
    kind: 'memory-pressure',
    condition: 'MemoryPressure',
    event: 'NodeHasInsufficientMemory',
    inEviction: /low on resource: memory\b|MemoryPressure/,
    remedy:
      "All nodes share the runner's memory. Run less at once, lower what pods use, or take a larger runner; pods above their requests.memory go first.",
  },
  {
    name: 'disk',
    kind: 'disk-pressure',
    condition: 'DiskPressure',
    event: 'NodeHasDiskPressure',
    inEviction: /low on resource: (ephemeral-storage|inodes)\b|DiskPressure/,
    remedy:
      "All nodes share the runner's disk. Free some before the images are built (free-disk), or take a larger runner.",
  },
  {
    name: 'process IDs',
    kind: 'pid-pressure',
    condition: 'PIDPressure',
    event: 'NodeHasInsufficientPID',
    inEviction: /low on resource: pids\b|PIDPressure/,
    remedy: 'A program starts processes without end: see which pod has the most.',
  },
]
