import { saysNoSpace } from '../disk/no-space.ts'
import type { KindNode } from '../facts/facts.ts'
import { Failure } from '../failure.ts'
import { byStream } from './by-stream.ts'
import { loadFolders } from './folders.ts'
import type { FolderWay, NodePlan } from './plan-way.ts'
import { allEnded, type NodeLoad, type Task } from './task.ts'

/** Nodes that one helper is for: it is made from their own image, for their own containerd. */
export type Group = { readonly nodes: readonly KindNode[]; readonly wanted: FolderWay | 'auto' }

export const groupForHelpers = (plans: readonly NodePlan[]): readonly Group[] =>
  [
    ...Map.groupBy(
      plans.flatMap(({ node, choice }) => (choice.kind === 'folders' ? [{ node, choice }] : [])),
      ({ node }) => node.imageId,
    ).values(),
  ].map((group) => ({
    nodes: group.map(({ node }) => node),
    wanted: group[0]?.choice.wanted ?? 'auto',
  }))

/** By folders; streams to those nodes where that turned out not to work and was not insisted on. */
export const byFolders = async (
  task: Task,
  { nodes, wanted }: Group,
): Promise<readonly NodeLoad[]> => {
  const { api, engine, image, runId, progress, signal, warn } = task
  const order = { engine, image, nodes, wanted, runId }
  const results = await loadFolders(api, order, progress, signal)
  signal.throwIfAborted()
  return allEnded(
    nodes.map(async (node) => {
      const result = results.get(node.name)
      if (result?.kind === 'loaded') {
        const { way, copiedBytes, durationMs, repairedLayers } = result
        if (repairedLayers > 0) {
          warn(
            `${node.name} had ${repairedLayers} broken layers of the image; they are whole again.`,
          )
        }
        const because =
          wanted === 'auto' && way === 'copy' ? 'links cannot reach the node' : undefined
        return { name: node.name, way, because, copiedBytes, durationMs }
      }
      const reason = result?.reason ?? 'no result'
      if (wanted !== 'auto') {
        throw new Failure(`load-mode: ${wanted} does not work with ${node.name}: ${reason}`, {
          remedy: 'Use load-mode: auto, which takes another way then.',
        })
      }
      if (saysNoSpace(reason)) throw new Failure(`${node.name} could not take the image: ${reason}`)
      warn(`Linking into ${node.name} failed, so the image is streamed: ${reason}`)
      return byStream(task, node, reason, false)
    }),
  )
}
