import type { Node } from '../cluster/node.ts'
import type { ContainerImage } from '../image/image.ts'
import { hasLayer } from '../image/sources/oci-layout.ts'
import { byDirect, groupForHelpers } from './by-direct.ts'
import { byStream } from './by-stream.ts'
import { findInNode, type InNode } from './find-in-node.ts'
import { inLeastBusy } from './least-busy.ts'
import { inspectNode } from './node-state.ts'
import type { NodePlan } from './plan-method.ts'
import { allEnded, type BegunTask, type NodeLoad, type Task } from './task.ts'
import type { Unpacker } from './unpacker.ts'

/** Layers that some node lacks and the builder left out: no node lacked them when it began, or below others. */
const findLeftOut = async (
  { api, image }: BegunTask,
  plans: readonly NodePlan[],
): Promise<readonly string[]> => {
  const unwritten = image.layers.filter(
    ({ diffId }) => !hasLayer(image.layout?.folder ?? '', diffId),
  )
  // To ask nodes takes longer.
  if (unwritten.length === 0) return []
  const states = await Promise.all(
    plans.map(({ node }) => inspectNode(api, node, []).catch(() => undefined)),
  )
  return unwritten
    .filter(({ chainId }) => states.some((state) => state?.chains.has(chainId) !== true))
    .map(({ diffId }) => diffId)
}

/** So few bytes are unpacked in each node sooner than they are linked from the first one. */
export const fewBytes = 8_000_000

const sumWritten = ({ layers, layout }: ContainerImage): number =>
  layers.reduce((sum, { diffId }, index) => {
    const isWritten = hasLayer(layout?.folder ?? '', diffId)
    return sum + (isWritten ? (layout?.layerBytes[index] ?? 0) : 0)
  }, 0)

/** Links what has folders into nodes, as if it were Docker's; streams where links cannot be. */
const spread = async (
  task: BegunTask,
  found: InNode | undefined,
  plans: readonly NodePlan[],
): Promise<readonly NodeLoad[]> => {
  const stream = async ({ node }: NodePlan) => byStream(await task.begun, node)
  if (found === undefined) return allEnded(plans.map(stream))
  const { image, config } = found
  const begun = task.begun.then((whole): Task => ({ ...whole, image }))
  const loads = await allEnded<readonly NodeLoad[]>([
    ...groupForHelpers(plans).map((group) => byDirect({ ...task, image, begun }, group, config)),
    ...plans
      .filter(({ choice }) => choice.kind !== 'direct')
      .map(async (plan) => [await stream(plan)]),
  ])
  return loads.flat()
}

/**
 * Has an image unpacked before its load's turn comes. All of it came through the step's own registry or its store,
 * which compare digests before a layer has its name.
 */
export const beginUnpacking = (
  unpacker: Unpacker | undefined,
  image: ContainerImage,
  nodes: readonly Node[],
): void => {
  // The load hears of what goes wrong.
  if (sumWritten(image) > fewBytes) void unpacker?.unpack(image, nodes, 'proven').catch(() => {})
}

/** Unpacked once for all nodes, where links reach from there. */
const loadBeside = async (
  task: BegunTask,
  plans: readonly NodePlan[],
): Promise<readonly NodeLoad[] | undefined> => {
  const { unpacker, image } = task
  if (!plans.every(({ choice }) => choice.kind === 'direct')) return undefined
  const nodes = plans.map(({ node }) => node)
  const found = await unpacker?.unpack(image, nodes)
  if (found === undefined) return undefined
  const [one, ...others] = await spread(task, found, plans)
  if (one === undefined) return undefined
  const copiedBytes =
    one.way === 'link' || one.way === 'reflink'
      ? (unpacker?.countBytes(image) ?? 0)
      : one.copiedBytes
  return [{ ...one, copiedBytes }, ...others]
}

/**
 * Puts an image that a builder has written into a folder into nodes that lack it: unpacked once and linked
 * into all of them. Where nodes have layers of it already, it is unpacked in one and linked into the others;
 * what is small is unpacked in all of them, side by side.
 */
export const loadLayout = async (
  task: BegunTask,
  plans: readonly NodePlan[],
): Promise<readonly NodeLoad[]> => {
  if (task.exportLayers !== undefined) {
    const leftOut = await findLeftOut(task, plans)
    if (leftOut.length > 0) await task.exportLayers(leftOut)
  }
  const begun = await task.begun
  const isSmall = sumWritten(task.image) <= fewBytes
  const isBeside = !isSmall || task.unpacker?.hasBegun(task.image) === true
  const beside = isBeside ? await loadBeside(task, plans) : undefined
  if (beside !== undefined) return beside
  if (isSmall) return allEnded(plans.map(({ node }) => byStream(begun, node)))
  const first = await inLeastBusy(plans, async ({ node }) => ({
    node,
    unpacked: await byStream(begun, node),
  }))
  if (first === undefined) return []
  const others = plans.filter(({ node }) => node !== first.node)
  const found =
    others.length === 0
      ? undefined
      : await findInNode(task, task.image, first.node).catch(() => undefined)
  return [first.unpacked, ...(await spread(task, found, others))]
}
