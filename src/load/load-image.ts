import type { Engine, KindNode } from '../facts/facts.ts'
import type { LocalImage } from '../facts/images.ts'
import { Failure, renderError } from '../failure.ts'
import type { Docker } from '../host/docker.ts'
import { isPresent } from './check.ts'
import { loadFolders } from './folders.ts'
import { loadWithKind } from './kind.ts'
import { emptyState, lookIntoNode, type NodeState } from './node-state.ts'
import { namesOf } from './order.ts'
import type { FolderWay, NodePlan, Way } from './plan-way.ts'
import { createProgress, type Progress } from './progress.ts'
import { streamImage } from './stream.ts'

/** How an image got into one node. */
export type NodeLoad = {
  readonly name: string
  /** `present`: the node had every layer already. */
  readonly way: Way | 'present'
  /** Why it was not the best way; undefined when it was. */
  readonly because: string | undefined
  /** Bytes of files that were copied or sent; what is linked costs none. */
  readonly copiedBytes: number
  readonly durationMs: number
}

export type ImageLoad = {
  readonly image: LocalImage
  readonly nodes: readonly NodeLoad[]
}

export type LoadContext = {
  readonly docker: Docker
  readonly engine: Engine
  readonly clusterName: string
  readonly runId: string
  readonly signal: AbortSignal
  readonly line: (text: string) => void
  readonly warn: (message: string) => void
}

/** One image on its way into nodes. */
type Task = LoadContext & {
  readonly image: LocalImage
  readonly progress: Progress
  /** What the nodes had before, by their names. */
  readonly states: ReadonlyMap<string, NodeState>
}

/** Waits for all before it fails with the first failure: no node's load may outlive the step. */
const allEnded = async <T>(works: readonly Promise<T>[]): Promise<readonly T[]> => {
  await Promise.allSettled(works)
  return Promise.all(works)
}

const timed = async (
  name: string,
  way: Way,
  because: string | undefined,
  body: () => Promise<number>,
): Promise<NodeLoad> => {
  const started = performance.now()
  const copiedBytes = await body()
  return { name, way, because, copiedBytes, durationMs: Math.round(performance.now() - started) }
}

const byKind = ({ docker, image, clusterName }: Task, node: KindNode, because: string) =>
  timed(node.name, 'kind', because, async () => {
    await loadWithKind(docker, image, node, clusterName)
    return image.sizeBytes
  })

/** Streams; where even that fails and nobody insisted on it, kind may do what we could not. */
const byStream = async (
  task: Task,
  node: KindNode,
  because: string,
  isWanted: boolean,
): Promise<NodeLoad> => {
  const { states, signal, warn } = task
  const before = states.get(node.name) ?? emptyState
  try {
    return await timed(node.name, 'stream', because, () => streamImage({ ...task, node, before }))
  } catch (error) {
    signal.throwIfAborted()
    if (isWanted) throw error
    warn(`${renderError(error)} Trying \`kind load\` as the last resort.`)
    // What kind says would hide what went wrong first.
    return byKind(task, node, 'streaming failed').catch(() => Promise.reject(error))
  }
}

/** By folders; streams to those nodes where that turned out not to work and was not insisted on. */
const byFolders = async (
  task: Task,
  nodes: readonly KindNode[],
  wanted: FolderWay | 'auto',
): Promise<readonly NodeLoad[]> => {
  const { docker, engine, image, runId, progress, signal, warn } = task
  const results = await loadFolders(docker, { engine, image, nodes, wanted, runId }, progress)
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
      warn(`Linking into ${node.name} failed, so the image is streamed: ${reason}`)
      return byStream(task, node, reason, false)
    }),
  )
}

/** Nodes that get the same helper: it is made from their own image, for their own containerd. */
const groupForHelpers = (plans: readonly NodePlan[]) =>
  [
    ...Map.groupBy(
      plans.flatMap(({ node, choice }) => (choice.kind === 'folders' ? [{ node, choice }] : [])),
      ({ node }) => node.imageId,
    ).values(),
  ].map((group) => ({
    nodes: group.map(({ node }) => node),
    wanted: group[0]?.choice.wanted ?? 'auto',
  }))

/** Nodes that do not answer are left to the loading, which says more when it fails. */
const lookIntoNodes = async (
  { docker, engine, signal }: LoadContext,
  image: LocalImage,
  nodes: readonly KindNode[],
): Promise<Task['states']> => {
  const states = new Map<string, NodeState>()
  await Promise.all(
    nodes.map(async (node) => {
      const state = await lookIntoNode(docker, node, namesOf(engine, image)).catch(() => undefined)
      if (state !== undefined) states.set(node.name, state)
    }),
  )
  signal.throwIfAborted()
  return states
}

/**
 * Puts one image into all nodes, side by side. Nothing is done to those that have it.
 *
 * @throws {Failure} when a node could not be given the image in any way
 */
export const loadImage = async (
  context: LoadContext,
  image: LocalImage,
  plans: readonly NodePlan[],
): Promise<ImageLoad> => {
  const started = performance.now()
  const nodes = plans.map(({ node }) => node)
  const states = await lookIntoNodes(context, image, nodes)
  const names = namesOf(context.engine, image)
  const isThere = ({ name }: KindNode): boolean => {
    const state = states.get(name)
    return state !== undefined && isPresent(image, names, state)
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
  const progress = createProgress(context.line, image.references[0]?.given ?? image.id)
  const task: Task = { ...context, image, progress, states }
  const loads = await allEnded<readonly NodeLoad[]>([
    ...groupForHelpers(lacking).map(({ nodes, wanted }) => byFolders(task, nodes, wanted)),
    ...lacking.map(async ({ node, choice }) => {
      if (choice.kind === 'folders') return []
      const isWanted = choice.because.startsWith('load-mode')
      if (choice.kind === 'kind') return [await byKind(task, node, choice.because)]
      return [await byStream(task, node, choice.because, isWanted)]
    }),
  ])
  const all = [...present, ...loads.flat()]
  return { image, nodes: all.sort((a, b) => a.name.localeCompare(b.name)) }
}
