/** What all of a node's pods share, and in which words a kubelet says that it runs out. */
export const nodeResources = [
  {
    name: 'memory',
    kind: 'memory-pressure',
    /** The node's while it is short. */
    condition: 'MemoryPressure',
    /** It tells when that began. */
    event: 'NodeHasInsufficientMemory',
    /** In what a kubelet writes into a pod that it evicts (pkg/kubelet/eviction). */
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
] as const
