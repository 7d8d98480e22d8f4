import type { KindNode } from '../cluster/node.ts'
import { execute } from '../docker/container.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { toSections } from '../text/sections.ts'
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
  readonly layers: number
}

const recordPattern = /\bdev\.slipway\/record=(([0-9a-f]{64})\.([0-9a-f]{64})\.[0-9a-z]+([0-9.]*))/

const firstWord = (line: string): string => line.split(/\s/, 1)[0] ?? ''

const toRecords = (images: string, sound: ReadonlySet<string>): NodeState['records'] =>
  new Map(
    images.split('\n').flatMap((line) => {
      const [, record = '', image = '', config = '', folders = ''] = recordPattern.exec(line) ?? []
      if (!sound.has(record)) return []
      return [[firstWord(line), { image, config, layers: folders.split('.').length - 1 }]]
    }),
  )

const toHeld = (content: string): NodeState['held'] =>
  new Map(
    content.split('\n').flatMap((line) => {
      const top = /containerd\.io\/gc\.ref\.snapshot\.[\w-]+=(sha256:[0-9a-f]{64})/.exec(line)?.[1]
      return top === undefined ? [] : [[firstWord(line), top]]
    }),
  )

type CriImages = {
  readonly images?: readonly {
    readonly id: string
    readonly repoTags?: readonly string[] | null
    readonly repoDigests?: readonly string[] | null
  }[]
}

/** As crictl prints them; none where it printed something else. */
const parseCriJson = (json: string): readonly (readonly string[])[] => {
  try {
    const { images = [] } = JSON.parse(json) as CriImages
    return images.map(({ id, repoTags, repoDigests }) => [
      id,
      ...(repoTags ?? []),
      ...(repoDigests ?? []),
    ])
  } catch {
    return []
  }
}

/** As helper/containerd.pl prints them. */
const parseCriLines = (text: string): readonly (readonly string[])[] =>
  text.split('\n').flatMap((line) => {
    const [word, ...image] = line.split('\t')
    return word === 'image' ? [image] : []
  })

const toCriIds = (text: string): NodeState['criIds'] => {
  const images = text.startsWith('{') ? parseCriJson(text) : parseCriLines(text)
  return new Map(
    images.flatMap(([id = '', ...names]) => [id, ...names].map((name) => [name, id] as const)),
  )
}

/** Reads what helper/look.sh prints. */
export const parseNodeState = (text: string): NodeState => {
  const sections = toSections(text)
  const section = (name: string): string => sections.get(name) ?? ''
  const committed = section('snapshots')
    .split('\n')
    .filter((line) => /\sCommitted\s*$/.test(line))
  return {
    chains: new Set(committed.map(firstWord)),
    held: toHeld(section('content')),
    records: toRecords(section('images'), new Set(section('sound').split('\n'))),
    criIds: toCriIds(section('cri')),
  }
}

/** A node that does not answer should not keep anybody waiting; its programs have deadlines, too. */
const timeoutMs = 30_000

/** @throws {Failure} when the node does not answer */
export const lookIntoNode = async (
  api: EngineApi,
  node: KindNode,
  names: readonly string[],
): Promise<NodeState> => {
  const script = joinScript('record', 'look')
  const command = ['bash', '-c', script, 'bash', containerdClient(), ...names]
  return parseNodeState(await execute(api, node.name, command, timeoutMs))
}
