import { executeIn } from '../cluster/in-node.ts'
import type { Node } from '../cluster/node.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { containerdClient, joinScript } from './helper.ts'

/** What a node's containerd and CRI have, as far as some images need to know. */
export type NodeState = {
  /** Chain IDs of committed snapshots. */
  readonly chains: ReadonlySet<string>
  /** The top chain that a config holds on to, by the config's digest. */
  readonly held: ReadonlyMap<string, string>
  /** What an earlier load remembered of a name, where its layers still look as they did then. */
  readonly records: ReadonlyMap<string, NodeRecord>
  /** CRI's ID of an image, the digest of its config, by each of its names. */
  readonly criIds: ReadonlyMap<string, string>
}

/** Of a node that tells nothing: all is loaded then. */
export const emptyState: NodeState = {
  chains: new Set(),
  held: new Map(),
  records: new Map(),
  criIds: new Map(),
}

/** Written by helper/record.sh. Digests in hex. */
export type NodeRecord = {
  readonly image: string
  readonly config: string
  /** Numbers of the layers' snapshots, lowest first. */
  readonly folders: readonly string[]
}

/** As containerd counts: the others are views, and being written. */
const committedKind = '3'

const recordPattern = /^([0-9a-f]{64})\.([0-9a-f]{64})\.[0-9a-z]+([0-9.]*)$/

/** Reads what helper/inspect.sh prints: a line for each fact, tab-separated. */
export const parseNodeState = (text: string): NodeState => {
  const chains = new Set<string>()
  const held = new Map<string, string>()
  const records = new Map<string, NodeRecord>()
  const criIds = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [word, first = '', second = '', ...rest] = line.split('\t')
    if (word === 'snapshot' && second === committedKind) chains.add(first)
    if (word === 'held') held.set(first, second)
    if (word === 'image') for (const name of [first, second, ...rest]) criIds.set(name, first)
    if (word !== 'label') continue
    const [, image = '', config = '', folders = ''] = recordPattern.exec(second) ?? []
    records.set(first, { image, config, folders: folders.split('.').slice(1) })
  }
  return { chains, held, records, criIds }
}

/** A node that does not answer should not keep anybody waiting; its programs have deadlines, too. */
const timeoutMs = 30_000

/** Without bash and Perl all is told, and no record. */
const toInspection = (
  { userland, containerd: { snapshotter } }: Node,
  names: readonly string[],
): readonly string[] =>
  userland === 'busybox'
    ? ['sh', '-c', joinScript('lists', 'inspect-by-sh'), 'sh', snapshotter]
    : [
        ...['bash', '-c', joinScript('record', 'lists', 'client', 'inspect'), 'bash'],
        ...[containerdClient(), snapshotter],
        ...names,
      ]

/**
 * Asks a node for what it has. A name without a record answers the question whether the image is there, and
 * nothing else is said then.
 *
 * @param names for their records; none for all but records
 * @throws {Failure} when the node does not answer
 */
export const inspectNode = async (
  api: EngineApi,
  node: Node,
  names: readonly string[],
): Promise<NodeState> => {
  return parseNodeState(await executeIn(api, node, toInspection(node, names), timeoutMs))
}
