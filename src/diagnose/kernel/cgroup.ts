import type { OomKill } from './kernel-log.ts'

/** Whose limit was hit. */
export type Limit = 'container' | 'pod' | 'node' | 'kubelet' | 'above' | 'machine' | 'unknown'

// `pod0d3f1c5e-1111-...`, with systemd `...-pod0d3f1c5e_1111_....slice`; of a static pod a hash.
const podPattern = /\bpod([0-9a-f]{8}(?:[-_]?[0-9a-f]{4}){3}[-_]?[0-9a-f]{12})(?:\.slice)?(?:\/|$)/
const containerPattern = /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?:\/|$)/

/** What is in the node of the cgroup's name; undefined when it is of none of these nodes. */
const withinNode = (path: string, nodeIds: readonly string[]) => {
  const nodeId = nodeIds.find((id) => path.includes(id))
  if (nodeId === undefined) return undefined
  const end = path.indexOf(nodeId) + nodeId.length
  return { nodeId, rest: path.slice(end).replace(/^\.scope/, '') }
}

/**
 * Finds the node, the pod and the container of a cgroup, as the kernel names it from the machine's
 * root: `/docker/ID/kubelet/kubepods/burstable/podUID/ID`, or systemd's `docker-ID.scope` and slices.
 */
export const parseCgroup = (path: string | undefined, nodeIds: readonly string[]) => {
  const found = path === undefined ? undefined : withinNode(path, nodeIds)
  if (found === undefined) return undefined
  const { nodeId, rest } = found
  return {
    /** The node container's ID. */
    nodeId,
    /** Undefined for the node's own processes, such as its kubelet. */
    podUid: podPattern.exec(rest)?.[1]?.replaceAll('_', '-'),
    /** ID of the container as CRI knows it. */
    containerId: containerPattern.exec(rest)?.[1],
  }
}

/** Where in a node a process was, as far as the name of its cgroup tells. */
export type Cgroup = Readonly<NonNullable<ReturnType<typeof parseCgroup>>>

/** Says whose limit was hit. */
export const toLimit = (
  { isOfMachine, limitCgroup }: Pick<OomKill, 'isOfMachine' | 'limitCgroup'>,
  nodeIds: readonly string[],
): Limit => {
  if (isOfMachine || limitCgroup === '/') return 'machine'
  if (limitCgroup === undefined) return 'unknown'
  const found = withinNode(limitCgroup, nodeIds)
  if (found === undefined) return 'above'
  if (containerPattern.test(found.rest)) return 'container'
  if (podPattern.test(found.rest)) return 'pod'
  return found.rest === '' || found.rest === '/' ? 'node' : 'kubelet'
}
