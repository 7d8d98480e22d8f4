import type { Node } from '../cluster/node.ts'
import type { BlobImage } from '../image/contents/blobs/blob.ts'
import { toChainIds } from '../image/image.ts'
import { inspectNode } from '../load/node-state.ts'
import type { Ports } from './ports.ts'

/** Layers, by their diff IDs, that some node lacks; of one that does not answer nobody knows, and the load says why. */
export const findWanted = async (
  { layers }: BlobImage,
  nodes: readonly Node[],
  { docker: { api } }: Pick<Ports, 'docker'>,
): Promise<ReadonlySet<string>> => {
  const states = await Promise.all(
    nodes.map((node) => inspectNode(api, node, []).catch(() => undefined)),
  )
  const chainIds = toChainIds(layers.map(({ diffId }) => diffId))
  const lacking = layers.filter((_, at) =>
    states.some((state) => state?.chains.has(chainIds[at] ?? '') !== true),
  )
  return new Set(lacking.map(({ diffId }) => diffId))
}
