import { toLine } from '../../text/to-line.ts'
import type { Finding } from '../finding/finding.ts'
import { findNewest, isNews } from '../finding/since.ts'
import type { Cluster, ClusterNode, Event, LoadedImage } from './cluster.ts'

type Pressure = Pick<Finding, 'kind' | 'remedy'> & {
  readonly short: string
  /** The event that tells when it began. */
  readonly event: string
}

const pressures: Readonly<Record<string, Pressure>> = {
  DiskPressure: {
    kind: 'disk-pressure',
    short: 'disk',
    event: 'NodeHasDiskPressure',
    remedy:
      "All nodes share the runner's disk. Free some before the images are built (free-disk), or take a larger runner.",
  },
  MemoryPressure: {
    kind: 'memory-pressure',
    short: 'memory',
    event: 'NodeHasInsufficientMemory',
    remedy:
      'All nodes share the memory of the runner. Run less at once, lower what pods use, or take a larger runner.',
  },
  PIDPressure: {
    kind: 'pid-pressure',
    short: 'process numbers',
    event: 'NodeHasInsufficientPID',
    remedy: 'Something starts processes without end: see which pod has the most.',
  },
}

const isOf = ({ name }: ClusterNode, event: Event): boolean =>
  event.kind === 'Node' && event.name === name

const renderEvent = ({ reason, message }: Event): string => toLine(`${reason}: ${message}`)

/** Nodes that are short of something now, since whenever, or were for a time. */
export const findPressure = (
  { nodes, events }: Cluster,
  since: number | undefined,
): readonly Finding[] =>
  nodes.flatMap((node) =>
    Object.entries(pressures).flatMap(([type, { kind, short, event, remedy }]) => {
      const now = node.troubles.find((trouble) => trouble.type === type)
      const began = findNewest(events.filter((it) => isOf(node, it) && it.reason === event))
      if (now === undefined && (began === undefined || !isNews(began.at, since))) return []
      const is = now === undefined ? 'was for a time' : 'is'
      const name = toLine(node.name)
      const cause = `The node ${name} ${is} short of ${short}: its kubelet takes no further pods and evicts some`
      const evidence = [
        ...(now === undefined ? [] : [toLine(`${type}: ${now.message}`)]),
        ...(began === undefined ? [] : [renderEvent(began)]),
      ]
      // What is so now has no time that could make it old.
      const at = now !== undefined || began?.at === undefined ? {} : { at: began.at }
      return { kind, certainty: 'certain', cause, evidence, remedy, node: name, ...at }
    }),
  )

/** As given, of those that were put into the node; several steps may have loaded the same one. */
const findLost = (
  loaded: readonly LoadedImage[],
  node: string,
  has: readonly string[] | undefined,
): readonly string[] => {
  if (has === undefined) return []
  const lost = loaded.filter(
    ({ canonical, nodes }) => nodes.includes(node) && !has.includes(canonical),
  )
  return [...new Set(lost.map(({ given }) => toLine(given)))]
}

/** What tells that a kubelet deletes images to make room. */
const collecting: ReadonlySet<string> = new Set(['FreeDiskSpaceFailed', 'ImageGCFailed'])

/**
 * Images that this job loaded and that a node does not have any more, and kubelets that fail to free
 * their disk.
 *
 * @param nodeImages canonical names that nodes have, by the nodes' names; what is not known is left out
 */
export const findCollected = (
  { nodes, events }: Cluster,
  loaded: readonly LoadedImage[],
  nodeImages: ReadonlyMap<string, readonly string[]>,
  since: number | undefined,
): readonly Finding[] =>
  [...new Set([...nodes.map(({ name }) => name), ...nodeImages.keys()])].flatMap((name) => {
    const lost = findLost(loaded, name, nodeImages.get(name))
    const tries = events.filter(
      (it) =>
        it.kind === 'Node' && it.name === name && collecting.has(it.reason) && isNews(it.at, since),
    )
    const at = lost.length > 0 ? undefined : findNewest(tries)?.at
    if (lost.length === 0 && tries.length === 0) return []
    const given = lost.join(', ')
    const isShort = nodes.some(
      (node) => node.name === name && node.troubles.some(({ type }) => type === 'DiskPressure'),
    )
    const wasCollected = tries.length > 0 || isShort
    return {
      kind: 'image-collected',
      certainty: lost.length === 0 || !wasCollected ? 'possible' : 'likely',
      cause:
        lost.length === 0
          ? `The disk of the node ${toLine(name)} is almost full, and its kubelet deletes images that no container uses`
          : wasCollected
            ? `The node ${toLine(name)} does not have ${given} any more: its disk is almost full, and its kubelet deletes images that no container uses`
            : `The node ${toLine(name)} does not have ${given} any more: something removed what this job loaded`,
      evidence: tries.map(renderEvent),
      remedy: wasCollected
        ? "Free some of the runner's disk before the images are built (free-disk), or take a larger runner; load again what is gone."
        : 'Load it again. See what else in the job removes images or makes the node anew.',
      node: toLine(name),
      ...(at !== undefined && { at }),
      ...(lost[0] !== undefined && { image: lost[0] }),
    }
  })
