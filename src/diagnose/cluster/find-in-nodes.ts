import { type Finding, toPlain } from '../finding/finding.ts'
import { findNewest, isSince } from '../finding/since.ts'
import type { ClusterFacts } from './cluster-facts.ts'
import type { LoadedImage } from './loaded-image.ts'
import { nodeResources } from './node-resources.ts'
import type { Cluster, Event } from './parse-cluster.ts'

const renderEvent = ({ reason, message }: Event): string => `${reason}: ${message}`

const eventsOf = ({ events }: Cluster, node: string, ...reasons: readonly string[]) =>
  events.filter(
    ({ kind, name, reason }) => kind === 'Node' && name === node && reasons.includes(reason),
  )

/** Nodes that are short of something now, since whenever, or were for a time. */
export const findPressure = ({ cluster, since }: ClusterFacts): readonly Finding[] =>
  cluster.nodes.flatMap(({ name: node, troubles }) =>
    nodeResources.flatMap(({ kind, name, condition, event, remedy }) => {
      const now = troubles.find(({ type }) => type === condition)
      const began = findNewest(eventsOf(cluster, node, event))
      if (now === undefined && (began === undefined || !isSince(began.at, since))) return []
      const is = now === undefined ? 'was for a time' : 'is'
      const cause = `Node ${node} ${is} short of ${name}: its kubelet accepts no pods and evicts some`
      const evidence = [
        now === undefined ? '' : `${condition}: ${now.message}`,
        began === undefined ? '' : renderEvent(began),
      ]
      // What is so now has no time that could make it old.
      const at = now === undefined ? began?.at : undefined
      return toPlain({ kind, certainty: 'certain', cause, evidence, remedy, node, at })
    }),
  )

/** A kubelet whose disk is short deletes images first, and writes of that no more than that it tries. */
const isForDisk = ({ reason, message }: Event): boolean =>
  reason !== 'EvictionThresholdMet' || /reclaim (ephemeral-storage|inodes)\b/.test(message)

/** Why loaded images are gone from a node, or may be next. */
const explainLost = (node: string, given: string, wasCollected: boolean) => {
  const deletes = 'its disk is almost full, and its kubelet deletes unused images'
  const isGone = `Node ${node} does not have ${given} any more`
  if (!wasCollected) {
    return {
      cause: `${isGone}: something removed what this job loaded`,
      remedy: 'Load it again. Find out what else in the job removes images or recreates the node.',
    }
  }
  return {
    cause: given === '' ? `Node ${node}: ${deletes}` : `${isGone}: ${deletes}`,
    remedy:
      "Free some of the runner's disk before the images are built (free-disk), or take a larger runner; load lost images again.",
  }
}

/**
 * Images that this job loaded and that a node does not have any more, and kubelets that fail to free
 * their disk.
 */
export const findCollected = ({
  cluster,
  loaded,
  nodeImages,
  since,
}: ClusterFacts): readonly Finding[] =>
  [...new Set([...cluster.nodes.map(({ name }) => name), ...nodeImages.keys()])].flatMap((node) => {
    const has = nodeImages.get(node)
    const isLost = ({ canonical, nodes }: LoadedImage): boolean =>
      has !== undefined && nodes.includes(node) && !has.includes(canonical)
    // As given; several steps may have loaded the same one.
    const lost = [...new Set(loaded.filter(isLost).map(({ given }) => given))]
    const recent = (...reasons: readonly string[]): readonly Event[] =>
      eventsOf(cluster, node, ...reasons).filter(({ at }) => isSince(at, since))
    const failed = recent('FreeDiskSpaceFailed', 'ImageGCFailed')
    const shortages = recent('EvictionThresholdMet', 'NodeHasDiskPressure').filter(isForDisk)
    if (lost.length === 0 && failed.length === 0) return []
    // A want of disk without a loss is findPressure's to tell.
    const tries = failed.length > 0 ? failed : shortages
    const troubles = cluster.nodes.find(({ name }) => name === node)?.troubles ?? []
    const wasCollected = tries.length > 0 || troubles.some(({ type }) => type === 'DiskPressure')
    return toPlain({
      kind: 'image-collected',
      certainty: lost.length === 0 || !wasCollected ? 'possible' : 'likely',
      ...explainLost(node, lost.join(', '), wasCollected),
      evidence: tries.map(renderEvent),
      node,
      at: lost.length === 0 ? findNewest(tries)?.at : undefined,
      image: lost[0],
    })
  })
