import { isMachine, type Node } from '../cluster/node.ts'
import { saysNoSpace } from '../docker/disk-full.ts'
import { Failure } from '../failure.ts'
import { formatBytes, formatDuration } from '../text/format.ts'
import type { Because } from './because.ts'
import { byStream } from './by-stream.ts'
import { type DirectFailure, loadDirectly } from './direct.ts'
import type { DirectMethod, NodePlan } from './plan-method.ts'
import { allEnded, type BegunTask, type NodeLoad, type Task } from './task.ts'

/** Nodes that one helper is for: it is made from their own image, for their own containerd; or a machine. */
export type Group = {
  readonly nodes: readonly Node[]
  readonly wanted: DirectMethod | 'auto'
}

export const groupForHelpers = (plans: readonly NodePlan[]): readonly Group[] =>
  [
    ...Map.groupBy(
      plans.flatMap(({ node, choice }) => (choice.kind === 'direct' ? [{ node, choice }] : [])),
      ({ node }) => (isMachine(node) ? node.name : node.imageId),
    ).values(),
  ].map((group) => ({
    nodes: group.map(({ node }) => node),
    wanted: group[0]?.choice.wanted ?? 'auto',
  }))

/**
 * What to say of a node that did not get its image by folders. A failure that nobody foresaw is a fault of
 * ours where the image got there otherwise; where it did not, the node is not well.
 *
 * @param load how it got the image then; undefined when it has not, or not yet
 */
export const renderFallback = (
  node: string,
  { reason, isForeseen }: Omit<DirectFailure, 'kind'>,
  load: NodeLoad | undefined,
): string => {
  if (isForeseen || load === undefined)
    return `Linking into ${node} failed, so the image is streamed: ${reason}`
  const who = load.way === 'kind' ? 'kind loaded the image' : 'The image was streamed'
  const cost = `${formatBytes(load.copiedBytes)} in ${formatDuration(load.durationMs)}`
  return `Linking into ${node} failed unexpectedly: ${reason}. ${who} instead: ${cost}. Please report this as an issue of Slipway's repository, with this message, the step's log, \`docker version\` and \`docker exec ${node} ctr version\`.`
}

/** Streams after a failure. What one that nobody foresaw has cost is told as soon as it is known. */
const fallBack = async (task: Task, node: Node, failure: DirectFailure): Promise<NodeLoad> => {
  const report = (load?: NodeLoad): void => task.warn(renderFallback(node.name, failure, load))
  if (failure.isForeseen) report()
  const streaming = byStream(task, node, { kind: 'direct-failed', reason: failure.reason })
  if (!failure.isForeseen) await streaming.then(report, () => report())
  return streaming
}

/**
 * By folders; streams to those nodes where that turned out not to work and was not insisted on.
 *
 * @param config see `DirectLoad`
 */
export const byDirect = async (
  task: BegunTask,
  { nodes, wanted }: Group,
  config?: string,
): Promise<readonly NodeLoad[]> => {
  const { api, engine, image, runId, progress, signal, warn, begun } = task
  const toManifest = begun.then((whole) => whole.toManifest)
  // Whoever gets that far hears of it from what has begun.
  toManifest.catch(() => {})
  const request = { engine, image, nodes, wanted, runId, config, toManifest }
  const results = await loadDirectly(api, request, progress, signal)
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
        const because: Because | undefined =
          wanted === 'auto' && way === 'copy' ? { kind: 'out-of-reach' } : undefined
        return { name: node.name, way, because, copiedBytes, durationMs }
      }
      const failure = result ?? { kind: 'failed', reason: 'no result', isForeseen: false }
      const { reason } = failure
      if (wanted !== 'auto') {
        throw new Failure(`load-mode: ${wanted} does not work with ${node.name}: ${reason}`, {
          remedy: 'Use load-mode: auto, which takes another way then.',
        })
      }
      if (saysNoSpace(reason)) throw new Failure(`${node.name} could not take the image: ${reason}`)
      return fallBack(await begun, node, failure)
    }),
  )
}
