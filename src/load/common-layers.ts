import { executeIn } from '../cluster/in-node.ts'
import type { Node } from '../cluster/node.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { attempt } from '../failure.ts'
import { isDigest } from '../image/digest.ts'
import { toChainIds } from '../image/image.ts'
import { inspectNode } from './node-state.ts'

/** A node that does not answer has nothing that could be left out. */
const timeoutMs = 30_000

/**
 * Configs of all images that a node's containerd has, null-terminated; blobs are named by their digests.
 * Compressed layers are larger, or do not have the word in them.
 */
const listConfigs = `cd "$1/io.containerd.content.v1.content/blobs/sha256" || exit 0
find . -maxdepth 1 -type f -size -2048k -exec grep --files-with-matches --null --fixed-strings '"diff_ids"' {} + |
  while IFS= read -r -d '' blob; do cat "$blob" && printf '\\0'; done`

type Config = { readonly rootfs?: { readonly diff_ids?: unknown } }

const toDiffIds = (text: string): readonly string[] => {
  const config = attempt(() => JSON.parse(text) as Config | null)
  const diffIds = config?.rootfs?.diff_ids
  // Their names become those of files.
  return Array.isArray(diffIds) && diffIds.every(isDigest) ? diffIds : []
}

/**
 * The layers of a node: those of images whose snapshots are there.
 *
 * @param configs texts of images' configs; anything else is passed over
 * @param chains chain IDs of the node's snapshots
 */
export const toPresentLayers = (
  configs: readonly string[],
  chains: ReadonlySet<string>,
): ReadonlySet<string> =>
  new Set(
    configs.flatMap((text) => {
      const diffIds = toDiffIds(text)
      const chainIds = toChainIds(diffIds)
      return diffIds.filter((_, index) => chains.has(chainIds[index] ?? ''))
    }),
  )

/** What a node has, or all nodes have. */
export type NodeLayers = {
  /** Of layers that are part of some image. */
  readonly diffIds: ReadonlySet<string>
  /** Of snapshots. */
  readonly chainIds: ReadonlySet<string>
}

const nothing: NodeLayers = { diffIds: new Set(), chainIds: new Set() }

const findLayers = async (api: EngineApi, node: Node): Promise<NodeLayers> => {
  const argv = ['bash', '-c', listConfigs, 'bash', node.containerd.root]
  const [printed, { chains }] = await Promise.all([
    executeIn(api, node, argv, timeoutMs),
    inspectNode(api, node, []),
  ])
  return { diffIds: toPresentLayers(printed.split('\0'), chains), chainIds: chains }
}

/**
 * The layers that all nodes have. A builder need not send them: mostly they are there below the same layers,
 * too, and where they are not, the load asks for them.
 */
export const findCommonLayers = async (
  api: EngineApi,
  nodes: readonly Node[],
): Promise<NodeLayers> => {
  const found = await Promise.all(nodes.map((node) => findLayers(api, node).catch(() => nothing)))
  const [first = nothing, ...others] = found
  const pick = (of: keyof NodeLayers): ReadonlySet<string> =>
    new Set([...first[of]].filter((id) => others.every((other) => other[of].has(id))))
  return { diffIds: pick('diffIds'), chainIds: pick('chainIds') }
}
