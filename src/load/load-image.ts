import type { Engine, KindNode } from '../facts/facts.ts'
import type { LocalImage } from '../facts/images.ts'
import type { Docker } from '../host/docker.ts'
import { linkImage } from './link.ts'
import { planNodeWay, type WayChoice } from './plan-way.ts'
import { streamImage } from './stream.ts'

/** How an image got into one node. */
export type NodeLoad = {
  readonly name: string
  /** `present`: the node had every layer already. */
  readonly way: 'link' | 'stream' | 'present'
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
  readonly runId: string
  readonly warn: (message: string) => void
}

const stream = async (
  { docker }: LoadContext,
  image: LocalImage,
  node: KindNode,
  because: string | undefined,
): Promise<NodeLoad> => {
  const started = performance.now()
  const copiedBytes = await streamImage(docker, image, node)
  const durationMs = Math.round(performance.now() - started)
  return { name: node.name, way: 'stream', because, copiedBytes, durationMs }
}

/** Links, and streams to those nodes where linking turned out not to work. */
const link = async (
  context: LoadContext,
  image: LocalImage,
  nodes: readonly KindNode[],
): Promise<readonly NodeLoad[]> => {
  const { docker, engine, runId, warn } = context
  const results = await linkImage(docker, engine, image, nodes, runId)
  return Promise.all(
    nodes.map(async (node) => {
      const result = results.get(node.name)
      if (result?.kind === 'loaded') {
        const way = result.layers === 0 ? 'present' : 'link'
        const { copiedBytes, durationMs } = result
        return { name: node.name, way, because: undefined, copiedBytes, durationMs } as const
      }
      const reason = result?.reason ?? 'no result'
      docker.command([]).signal?.throwIfAborted()
      warn(`Linking into ${node.name} failed, so the image is streamed: ${reason}`)
      return stream(context, image, node, reason)
    }),
  )
}

/**
 * Puts one image into all nodes, side by side.
 *
 * @throws {Failure} when a node could not be given the image in any way
 */
export const loadImage = async (
  context: LoadContext,
  image: LocalImage,
  nodes: readonly KindNode[],
  engineWay: WayChoice,
): Promise<ImageLoad> => {
  const choices = nodes.map((node) => ({ node, choice: planNodeWay(node, engineWay) }))
  const linked = choices.filter(({ choice }) => choice.way === 'link').map(({ node }) => node)
  // The helper is made from the nodes' own image, which has what it needs for that node's containerd.
  const groups = [...Map.groupBy(linked, ({ imageId }) => imageId).values()]
  const loads = await Promise.all([
    ...groups.map((group) => link(context, image, group)),
    ...choices
      .filter(({ choice }) => choice.way === 'stream')
      .map(async ({ node, choice }) => [await stream(context, image, node, choice.because)]),
  ])
  const byName = loads.flat().sort((a, b) => a.name.localeCompare(b.name))
  return { image, nodes: byName }
}
