import type { Node } from '../cluster/node.ts'
import type { ContainerImage } from '../image/image.ts'
import { createProgress } from '../text/progress.ts'
import { byDirect, groupForHelpers } from './by-direct.ts'
import { byKind, byStream } from './by-stream.ts'
import { hasImage } from './check.ts'
import { loadLayout } from './from-layout.ts'
import { namesOf } from './helper-request.ts'
import { findManifestMaker } from './manifest.ts'
import { inspectNode, type NodeState } from './node-state.ts'
import type { NodePlan } from './plan-method.ts'
import {
  allEnded,
  type BegunTask,
  type ImageLoad,
  type LoadContext,
  type NodeLoad,
  type Task,
} from './task.ts'

/** Nodes that do not answer are left to the loading, which says more when it fails. */
const inspectNodes = async (
  { api, engine, signal }: LoadContext,
  image: ContainerImage,
  nodes: readonly Node[],
): Promise<ReadonlyMap<string, NodeState>> => {
  const states = new Map<string, NodeState>()
  await Promise.all(
    nodes.map(async (node) => {
      const state = await inspectNode(api, node, namesOf(engine, image)).catch(() => undefined)
      if (state !== undefined) states.set(node.name, state)
    }),
  )
  signal.throwIfAborted()
  return states
}

const loadFromDocker = async (
  task: BegunTask,
  plans: readonly NodePlan[],
): Promise<readonly NodeLoad[]> => {
  const loads = await allEnded<readonly NodeLoad[]>([
    ...groupForHelpers(plans).map((group) => byDirect(task, group)),
    ...plans.map(async ({ node, choice }) => {
      if (choice.kind === 'direct') return []
      const load = choice.kind === 'kind' ? byKind : byStream
      return [await load(await task.begun, node, choice.because)]
    }),
  ])
  return loads.flat()
}

/** A helper starts meanwhile: both take a while. */
const begin = (task: Omit<Task, 'toManifest'>): BegunTask => {
  const { api, engine, image, hold } = task
  const holding = image.layout === undefined ? hold(image) : image
  const begun = Promise.all([holding, findManifestMaker(api.get, engine, image)]).then(
    ([held, toManifest]) => ({ ...task, image: held, toManifest }),
  )
  begun.catch(() => {})
  return { ...task, begun }
}

/**
 * Puts one image into all nodes, side by side. Nothing is done to those that have it.
 *
 * @throws {Failure} when a node could not be given the image in any way
 */
export const loadImage = async (
  context: LoadContext,
  image: ContainerImage,
  plans: readonly NodePlan[],
): Promise<ImageLoad> => {
  const started = performance.now()
  const nodes = plans.map(({ node }) => node)
  const states = await inspectNodes(context, image, nodes)
  const names = namesOf(context.engine, image)
  const isThere = (node: Node): boolean => {
    const state = states.get(node.name)
    return state !== undefined && hasImage(node, image, names, state)
  }
  const durationMs = Math.round(performance.now() - started)
  const present = nodes.filter(isThere).map(
    ({ name }): NodeLoad => ({
      name,
      way: 'present',
      because: undefined,
      copiedBytes: 0,
      durationMs,
    }),
  )
  const lacking = plans.filter(({ node }) => !isThere(node))
  if (lacking.length === 0) return { image, nodes: present }
  const name = image.references[0]?.given ?? image.id
  const progress = createProgress(context.line, name, context.bar)
  const task = begin({ ...context, image, progress })
  const load = image.layout === undefined ? loadFromDocker : loadLayout
  const loads = await load(task, lacking).finally(() => {
    for (const { node } of lacking) context.bar?.clear(`${name}, ${node.name}`)
  })
  const all = [...present, ...loads]
  const { image: held } = await task.begun
  return { image: held, nodes: all.sort((a, b) => a.name.localeCompare(b.name)) }
}
