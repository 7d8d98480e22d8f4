import { createDocker } from '../docker/docker.ts'
import { withEngineApi } from '../docker/engine-api.ts'
import type { Env } from '../host/command.ts'
import { within } from '../host/deadline.ts'
import { formatCount } from '../text/format.ts'
import { findInCluster } from './cluster/find-in-cluster.ts'
import { findPulled } from './cluster/pulled.ts'
import { type ClusterReading, readCluster } from './cluster/read-cluster.ts'
import { findClockJump, findNodeChanges, findUnmounted } from './find-changes.ts'
import type { Checks, Diagnosis } from './finding/diagnosis.ts'
import type { Finding } from './finding/finding.ts'
import { mergeKills, sortFindings } from './finding/merge.ts'
import {
  type ClusterNodes,
  gatherHere,
  gatherNodes,
  inspectNodes,
  type NodeNow,
  nodeTimeoutMs,
} from './nodes/gather-nodes.ts'
import type { KnownContainer, NodeReport } from './nodes/node-report.ts'
import { findOomKills } from './oom-kills/find-oom-kills.ts'
import type { Baseline } from './recording/baseline.ts'

export type DiagnosisOptions = {
  readonly childEnv: Env
  readonly clusterName: string
  /** Undefined where no step of this job recorded how things were. */
  readonly baseline: Baseline | undefined
  /** Containers that were recorded while they lived. */
  readonly recorded: readonly KnownContainer[]
  /** Containers of nodes that are the job's; undefined: all that the cluster has now. */
  readonly nodeIds: readonly string[] | undefined
}

type Gathered = ClusterNodes & { readonly reading: ClusterReading }

/**
 * Each source has a time of its own, so that what one told is not lost for another. With this machine
 * itself, which is asked last, and what main may have waited, they make 15 s.
 */
const dockerPatienceMs = 3_000
const nodePatienceMs = nodeTimeoutMs + 500

const noCluster: ClusterReading = {
  cluster: undefined,
  unchecked: ['Kubernetes (no answer in time)'],
}

/** Undefined where Docker does not answer. */
const gather = ({ childEnv, clusterName, nodeIds }: DiagnosisOptions) =>
  withEngineApi(createDocker(childEnv), async (api): Promise<Gathered | undefined> => {
    const inspecting = inspectNodes(api.get, clusterName)
    const members = await within<ClusterNodes | undefined>(inspecting, dockerPatienceMs, undefined)
    if (members === undefined) return undefined
    const found = members.nodes.filter(({ id }) => nodeIds?.includes(id) ?? true)
    const running = found.filter(({ state }) => state.Running)
    const [nodes, reading] = await Promise.all([
      within<readonly NodeNow[]>(gatherNodes(api, found, 'all'), nodePatienceMs, found),
      within(readCluster(api, running), nodePatienceMs, noCluster),
    ])
    return { ...members, nodes, reading }
  }).catch(() => undefined)

/** From a node, or from this machine where that is the one under the nodes. */
const findMachine = async (
  nodes: readonly NodeNow[],
  { baseline, childEnv }: DiagnosisOptions,
): Promise<NodeReport | undefined> => {
  const asked = nodes.find(({ report }) => report !== undefined)?.report
  if (asked !== undefined || baseline === undefined) return asked
  const here = await gatherHere(childEnv)
  return here?.bootId === baseline.bootId ? here : undefined
}

/** Those that were recorded, and those that are there now. */
const joinContainers = (
  recorded: readonly KnownContainer[],
  nodes: readonly NodeNow[],
): readonly KnownContainer[] => {
  const reports = nodes.flatMap(({ report }) => report ?? [])
  const ended = reports.flatMap((report) => report.ended)
  const ends = new Map<string, KnownContainer['ended']>([
    ...recorded.map((each) => [each.id, each.ended] as const),
    ...ended.map(({ id, exitCode, at }) => [id, { exitCode, atMs: Date.parse(at) }] as const),
  ])
  const all = [...recorded, ...reports.flatMap(({ containers }) => containers)]
  const byId = new Map(all.map((each) => [each.id, each]))
  return [...byId.values()].map((each) => ({ ...each, ended: ends.get(each.id) }))
}

type InMachine = Checks & { readonly findings: readonly Finding[] }

/** What the kernel's clock and its counters tell; a machine that was started anew has forgotten. */
const findInMachine = (
  machine: NodeReport | undefined,
  nodes: readonly NodeNow[],
  { baseline, recorded }: DiagnosisOptions,
): InMachine => {
  const refuse = (why: string): InMachine => {
    return { findings: [], checked: [], unchecked: [`OOM kills (${why})`] }
  }
  if (machine === undefined) {
    return refuse('no node answered; the kernel log is not readable here')
  }
  if (baseline !== undefined && baseline.bootId !== machine.bootId) {
    return refuse('the machine was restarted')
  }
  const containers = joinContainers(recorded, nodes)
  const { findings, elsewhere } = findOomKills({ baseline, nodes, machine, containers })
  const others = elsewhere === 0 ? '' : ` (${elsewhere} elsewhere on this machine)`
  return {
    findings: [...findings, ...findClockJump(baseline, machine)],
    checked: [`OOM kills ${renderSince(baseline)}${others}`],
    unchecked: [],
  }
}

const renderSince = (baseline: Baseline | undefined): string =>
  baseline === undefined
    ? 'as far back as the kernel log reaches'
    : `since ${new Date(baseline.clockMs).toISOString().slice(11, 16)} UTC`

const checkNodes = (gathered: Gathered | undefined, clusterName: string): Checks => {
  if (gathered === undefined) return { checked: [], unchecked: ['nodes (Docker does not answer)'] }
  const { nodes, reading } = gathered
  if (nodes.length === 0) {
    return { checked: [], unchecked: [`nodes (cluster ${clusterName} has none)`] }
  }
  const { pods, events } = reading.cluster ?? {}
  const answering = nodes.filter(({ report }) => report !== undefined)
  const silent = nodes.filter(({ report }) => report === undefined)
  return {
    checked: [
      ...(answering.length === 0 ? [] : [formatCount(answering.length, 'node')]),
      ...(pods ? [formatCount(pods.length, 'pod')] : []),
      ...(events ? [formatCount(events.length, 'event')] : []),
    ],
    unchecked: [...silent.map(({ name }) => `node ${name} (no answer)`), ...reading.unchecked],
  }
}

/** Finds what went wrong in a cluster. What cannot be asked is left out, and said. */
export const diagnose = async (options: DiagnosisOptions): Promise<Diagnosis> => {
  const { clusterName, baseline } = options
  const gathered = await gather(options)
  const nodes = gathered?.nodes ?? []
  const cluster = gathered?.reading.cluster
  const inMachine = findInMachine(await findMachine(nodes, options), nodes, options)
  // Nodes that do not tell of their images are left out.
  const nodeImages = new Map(
    nodes.flatMap(({ name, report }) => (report?.images.length ? [[name, report.images]] : [])),
  )
  const loaded = baseline?.images ?? []
  // A cluster may be older than the job, and others' old troubles are not the job's.
  const times = { since: baseline?.clockMs, now: Date.now() }
  const facts = cluster && { cluster, loaded, nodeImages, ...times }
  const inCluster = facts && findInCluster(facts)
  const inNodes = checkNodes(gathered, clusterName)
  return {
    findings: sortFindings([
      ...mergeKills(inMachine.findings, inCluster ?? []),
      ...findNodeChanges(baseline, nodes),
      ...findUnmounted(nodes),
    ]),
    pulled: facts === undefined ? [] : findPulled(facts),
    checked: [...inNodes.checked, ...inMachine.checked],
    unchecked: [...inNodes.unchecked, ...inMachine.unchecked],
    remarks: gathered?.leftOut ?? [],
    isDockerThere: gathered !== undefined,
  }
}
