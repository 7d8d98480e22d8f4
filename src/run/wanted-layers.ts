import type { Node } from '../cluster/node.ts'
import type { BlobImage } from '../image/contents/blobs/blob.ts'
import { toChainIds } from '../image/image.ts'
import { inspectNode, type NodeState } from '../load/node-state.ts'
import type { Ports } from './ports.ts'

type States = readonly (NodeState | undefined)[]

/** What nodes had when the first image of a step asked: what they get meanwhile, they get by this step. */
const known = new WeakMap<readonly Node[], Promise<States>>()

const findStates = (nodes: readonly Node[], { api }: Ports['docker']): Promise<States> => {
  const asked =
    known.get(nodes) ??
    Promise.all(nodes.map((node) => inspectNode(api, node, []).catch(() => undefined)))
  known.set(nodes, asked)
  return asked
}

/**
 * What of an image some node lacks, or none is there yet; of one that does not answer nobody knows, and the
 * load says why.
 *
 * @returns diff IDs
 */
export const findWanted = async (
  { layers }: Pick<BlobImage, 'layers'>,
  nodes: readonly Node[],
  { docker }: Pick<Ports, 'docker'>,
): Promise<ReadonlySet<string>> => {
  const states = await findStates(nodes, docker)
  const chainIds = toChainIds(layers.map(({ diffId }) => diffId))
  const lacking = layers.filter(
    (_, at) =>
      // Those that are yet to be made have nothing.
      states.length === 0 || states.some((state) => state?.chains.has(chainIds[at] ?? '') !== true),
  )
  return new Set(lacking.map(({ diffId }) => diffId))
}
