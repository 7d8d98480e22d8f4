import { readFileSync } from 'node:fs'
import { execute } from '../../docker/container.ts'
import type { EngineApi } from '../../docker/engine-api.ts'
import { renderError } from '../../failure.ts'
import { within } from '../../host/deadline.ts'
import { toLine } from '../../text/to-line.ts'
import { parseCluster } from './parse-cluster.ts'

/** A node's container, and what kind calls its role. */
export type AskedNode = { readonly id: string; readonly name: string; readonly role: string }

/**
 * The program in the node gives up before; this is for a node that hangs as a whole, and for Docker's answers.
 * Shorter than the whole diagnosis waits for all of them, which would lose what others told.
 */
const timeoutMs = 4_400

const readPart = (name: string): string =>
  readFileSync(new URL(`./kubectl/${name}`, import.meta.url), 'utf8')

const kinds = ['pods', 'events', 'nodes'] as const

/** The last words: kubectl begins with what its library says of every try. */
const toProblem = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined
  const said = (cause instanceof Error && cause.message) || renderError(error)
  // kubectl repeats the whole template here.
  if (/: executing "\w+" at </.test(said)) return 'they have an unexpected form'
  return toLine(said.trim().split('\n').at(-1) ?? '')
}

const ask = (api: EngineApi, { id, name }: AskedNode, kind: (typeof kinds)[number]) => {
  const template = readPart(`${kind}.gotemplate`)
  const known = readPart('known-words.txt')
  const command = ['bash', '-c', readPart('ask.sh'), 'slipway', kind, template, name, known]
  type Said = { readonly kind: typeof kind; readonly text: string; readonly problem?: string }
  const asked = execute(api, id, command, timeoutMs).then(
    (text): Said => ({ kind, text }),
    (error: unknown): Said => ({ kind, text: '', problem: toProblem(error) }),
  )
  return within(asked, timeoutMs, {
    kind,
    text: '',
    problem: `the API server of ${name} does not answer`,
  })
}

const readFrom = async (api: EngineApi, node: AskedNode) => {
  const answers = await Promise.all(kinds.map((kind) => ask(api, node, kind)))
  const failed = answers.filter(({ problem }) => problem !== undefined)
  const isSilent = failed.length === answers.length
  const what = isSilent ? 'Kubernetes' : failed.map(({ kind }) => kind).join(', ')
  // Mostly all have the same.
  const why = [...new Set(failed.map(({ problem }) => problem))].join('; ')
  return {
    /** Undefined where nothing answered; what alone did not answer is empty in it. */
    cluster: isSilent ? undefined : parseCluster(answers.map(({ text }) => text).join('\n')),
    /** What it did not tell, and why, such as `events (the API server of a does not answer)`. */
    unchecked: failed.length === 0 ? [] : [`${what} (${why})`],
  }
}

/** What the Kubernetes API told. */
export type ClusterReading = Readonly<Awaited<ReturnType<typeof readFrom>>>

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
  if (readings.length === 0) {
    return { cluster: undefined, unchecked: ['Kubernetes (no control-plane node is running)'] }
  }
  const first = readings.find(({ cluster }) => cluster !== undefined)
  return first ?? { cluster: undefined, unchecked: readings.flatMap(({ unchecked }) => unchecked) }
}
