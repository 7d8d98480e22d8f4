import { readFileSync } from 'node:fs'
import { execute } from '../../docker/container.ts'
import type { EngineApi } from '../../docker/engine-api.ts'
import { renderError } from '../../failure.ts'
import { toLine } from '../../text/to-line.ts'
import type { Cluster } from './cluster.ts'
import { parseEvents, parseNodes, parsePods } from './parse-cluster.ts'

/** What the Kubernetes API told, and in words what it did not. */
export type ClusterReading = {
  /** Undefined where nothing answered; what alone did not answer is empty in it. */
  readonly cluster: Cluster | undefined
  readonly missing: string | undefined
}

/** A node's container, and what kind calls its role. */
export type AskedNode = { readonly id: string; readonly name: string; readonly role: string }

/** The program in the node gives up before; this is for a node that hangs as a whole. */
const timeoutMs = 5_000

const readPart = (name: string): string =>
  readFileSync(new URL(`./kubectl/${name}`, import.meta.url), 'utf8')

type Kind = 'pods' | 'events' | 'nodes'
type Told = { readonly text: string } | { readonly problem: string }

/** The last words: kubectl begins with what its library says of every try. */
const toProblem = (error: unknown): string => {
  const [, said = ''] = /exit code \d+ (.*)$/s.exec(renderError(error)) ?? ['', renderError(error)]
  // kubectl repeats the whole template here.
  if (/: executing "\w+" at </.test(said)) return 'they have another form than expected'
  return toLine(said.trim().split('\n').at(-1) ?? '')
}

const ask = async (api: EngineApi, node: AskedNode, kind: Kind): Promise<Told> => {
  const template = readPart(`${kind}.gotemplate`)
  const command = ['bash', '-c', readPart('ask.sh'), 'slipway', kind, template]
  try {
    return { text: await execute(api, node.id, command, timeoutMs) }
  } catch (error) {
    return { problem: toProblem(error) }
  }
}

const toText = (told: Told): string => ('text' in told ? told.text : '')

/** In words, each problem once: mostly all have the same. */
const toMissing = ({ name }: AskedNode, told: Readonly<Record<Kind, Told>>): string | undefined => {
  const problems = Object.entries(told).flatMap(([kind, it]) =>
    'problem' in it ? [{ kind, problem: it.problem }] : [],
  )
  if (problems.length === 0) return undefined
  const kinds = problems.map(({ kind }) => kind).join(', ')
  const said = [...new Set(problems.map(({ problem }) => problem))].join('; ')
  return `${name} does not tell of ${kinds}: ${said}`
}

const readFrom = async (api: EngineApi, node: AskedNode): Promise<ClusterReading> => {
  const [pods, events, nodes] = await Promise.all([
    ask(api, node, 'pods'),
    ask(api, node, 'events'),
    ask(api, node, 'nodes'),
  ])
  const missing = toMissing(node, { pods, events, nodes })
  if (![pods, events, nodes].some((told) => 'text' in told)) return { cluster: undefined, missing }
  const cluster = {
    pods: parsePods(toText(pods)),
    events: parseEvents(toText(events)),
    nodes: parseNodes(toText(nodes)),
  }
  return { cluster, missing }
}

/**
 * Asks the control-plane nodes' own kubectl, side by side, as each may hang. The first one that tells
 * something is believed.
 */
export const readCluster = async (
  api: EngineApi,
  nodes: readonly AskedNode[],
): Promise<ClusterReading> => {
  const asked = nodes
    .filter(({ role }) => role === 'control-plane')
    .toSorted((a, b) => a.name.localeCompare(b.name))
  const readings = await Promise.all(asked.map((node) => readFrom(api, node)))
  const first = readings.find(({ cluster }) => cluster !== undefined)
  if (first !== undefined) return first
  const problems = readings.flatMap(({ missing }) => missing ?? [])
  const missing = problems.join('. ') || 'no control-plane node of the cluster is known'
  return { cluster: undefined, missing }
}
