import type { Docker } from '../docker/docker.ts'
import { withEngineApi } from '../docker/engine-api.ts'
import { within } from '../host/deadline.ts'
import type { Cluster } from './cluster/cluster.ts'
import { findGhosts } from './cluster/find-in-cluster.ts'
import { findPullTroubles } from './cluster/pulls.ts'
import { type ClusterReading, readCluster } from './cluster/read-cluster.ts'
import { findClockJump, findNodeChanges } from './find-changes.ts'
import type { Finding, Told } from './finding/finding.ts'
import { mergeKills } from './merge.ts'
import {
  inspectNodes,
  type LookedNode,
  lookAtNodes,
  lookHere,
  nodeTimeoutMs,
} from './nodes/gather-nodes.ts'
import type { KnownContainer, NodeReport } from './nodes/node-report.ts'
import { findKills } from './oom-kills/find-oom-kills.ts'
import type { Baseline } from './recording/baseline.ts'
import { sortFindings } from './render.ts'

/** What came of looking; Docker is not there where it did not answer. */
export type Diagnosis = Told & { readonly isDockerThere: boolean }

export type DiagnosisOptions = {
  readonly docker: Docker
  readonly childEnv: Readonly<Record<string, string>>
  readonly clusterName: string
  /** Undefined where no step of this job noted how things were. */
  readonly baseline: Baseline | undefined
  /** Containers that were noted while they lived. */
  readonly noted: readonly KnownContainer[]
  /** Containers of nodes that are the job's; undefined: all that the cluster has now. */
  readonly nodeIds: readonly string[] | undefined
}

type Looked = {
  /** What bears the labels of the cluster's nodes, and is none. */
  readonly leftOut: readonly string[]
  readonly nodes: readonly LookedNode[]
  readonly reading: ClusterReading
}

/**
 * Each source has a time of its own, so that what one told is not lost for another. With this machine
 * itself, which is asked last, and what main may have waited, they make 15 s.
 */
const dockerPatienceMs = 3_000
const nodePatienceMs = nodeTimeoutMs + 500
const clusterPatienceMs = nodeTimeoutMs + 500

const noCluster: ClusterReading = { cluster: undefined, missing: 'it did not answer in time' }

type Members = Awaited<ReturnType<typeof inspectNodes>>

/** Undefined where Docker does not answer. */
const look = ({ docker, clusterName, nodeIds }: DiagnosisOptions): Promise<Looked | undefined> =>
  withEngineApi(docker, async (api) => {
    const asking: Promise<Members | undefined> = inspectNodes(api.ask, clusterName)
    const members = await within(asking, dockerPatienceMs, undefined)
    if (members === undefined) return undefined
    const { nodes: all, leftOut } = members
    const found = all.filter(({ id }) => nodeIds === undefined || nodeIds.includes(id))
    const running = found.filter(({ isRunning }) => isRunning)
    const silent = found.map((node) => ({ ...node, report: undefined }))
    const [nodes, reading] = await Promise.all([
      within<readonly LookedNode[]>(lookAtNodes(api, found, 'all'), nodePatienceMs, silent),
      within(readCluster(api, running), clusterPatienceMs, noCluster),
    ])
    return { nodes, reading, leftOut }
  }).catch(() => undefined)

/** From a node, or from this machine where that is the one under the nodes. */
const findMachine = async (
  nodes: readonly LookedNode[],
  { baseline, childEnv }: DiagnosisOptions,
): Promise<NodeReport | undefined> => {
  const asked = nodes.find(({ report }) => report !== undefined)?.report
  if (asked !== undefined || baseline === undefined) return asked
  const here = await lookHere(childEnv)
  return here?.bootId === baseline.bootId ? here : undefined
}

const merge = (
  noted: readonly KnownContainer[],
  nodes: readonly LookedNode[],
): readonly KnownContainer[] => {
  const reports = nodes.flatMap(({ report }) => report ?? [])
  const ends = new Map([
    ...noted.map(({ id, ended }) => [id, ended] as const),
    ...reports.flatMap(({ ended }) =>
      ended.map(({ id, exitCode, at }) => [id, { exitCode, atMs: Date.parse(at) }] as const),
    ),
  ])
  const now = reports.flatMap(({ containers }) =>
    containers.map((each) => ({ ...each, ended: ends.get(each.id) })),
  )
  return [...new Map([...noted, ...now].map((each) => [each.id, each])).values()]
}

/** Canonical names of the images that nodes have; of those that answer. */
const toNodeImages = (nodes: readonly LookedNode[]): ReadonlyMap<string, readonly string[]> =>
  new Map(
    nodes.flatMap(({ name, report }) =>
      report !== undefined && report.images.length > 0 ? [[name, report.images]] : [],
    ),
  )

const findInCluster = (
  cluster: Cluster | undefined,
  nodes: readonly LookedNode[],
  baseline: Baseline | undefined,
): readonly Finding[] => {
  if (cluster === undefined) return []
  const images = baseline?.images ?? []
  const nodeImages = toNodeImages(nodes)
  // A cluster may be older than the job, and others' old troubles are not the job's.
  const since = baseline?.clockMs
  return [
    ...findPullTroubles(cluster, images, nodeImages, since),
    ...findGhosts(cluster, images, nodeImages, since),
  ]
}

/** What the kernel's clock and its counters tell; a machine that was started anew has forgotten. */
const findInMachine = (
  machine: NodeReport | undefined,
  nodes: readonly LookedNode[],
  { baseline, noted }: DiagnosisOptions,
): Told => {
  if (machine === undefined) {
    const why = 'kills for memory not, as no node answers, and this machine cannot tell'
    return { findings: [], looked: [why] }
  }
  if (baseline !== undefined && baseline.bootId !== machine.bootId) {
    return { findings: [], looked: ['kills for memory not, as the machine was started anew'] }
  }
  const containers = merge(noted, nodes)
  const { findings, elsewhere } = findKills({ baseline, nodes, machine, containers })
  return {
    findings: [...findings, ...findClockJump(baseline, machine)],
    looked: [
      `kills for memory ${renderSince(baseline)}`,
      ...(elsewhere > 0 ? [renderElsewhere(elsewhere)] : []),
    ],
  }
}

const renderSince = (baseline: Baseline | undefined): string =>
  baseline === undefined
    ? 'as far back as the kernel remembers'
    : `since ${new Date(baseline.clockMs).toISOString().slice(11, 19)} UTC`

const renderNodes = (nodes: readonly LookedNode[], clusterName: string): string => {
  if (nodes.length === 0) return `the cluster ${clusterName}, which has no nodes (any more)`
  const silent = nodes.filter(({ report }) => report === undefined).map(({ name }) => name)
  const said = silent.length === 0 ? '' : ` (no answer from ${silent.join(', ')})`
  return `nodes ${nodes.map(({ name }) => name).join(', ')}${said}`
}

const renderElsewhere = (count: number): string =>
  `${count} ${count === 1 ? 'process' : 'processes'} killed for memory elsewhere on this machine, which is not this cluster's`

const renderReading = ({ cluster, missing }: ClusterReading): readonly string[] => [
  ...(cluster === undefined
    ? []
    : [`${cluster.pods.length} pods and ${cluster.events.length} events`]),
  ...(missing === undefined ? [] : [`not all of Kubernetes, as ${missing}`]),
]

/** Looks for what went wrong in a cluster. What cannot be asked is left out, and said. */
export const diagnose = async (options: DiagnosisOptions): Promise<Diagnosis> => {
  const { clusterName, baseline } = options
  const looked = await look(options)
  const nodes = looked?.nodes ?? []
  const inMachine = findInMachine(await findMachine(nodes, options), nodes, options)
  const inCluster = findInCluster(looked?.reading.cluster, nodes, baseline)
  return {
    findings: sortFindings([
      ...mergeKills(inMachine.findings, inCluster),
      ...findNodeChanges(baseline, nodes),
    ]),
    looked: [
      looked === undefined ? 'no node, as Docker does not answer' : renderNodes(nodes, clusterName),
      ...(looked?.leftOut ?? []).map((line) => line.replace(/\.$/, '')),
      ...(nodes.length === 0 || looked === undefined ? [] : renderReading(looked.reading)),
      ...inMachine.looked,
    ],
    isDockerThere: looked !== undefined,
  }
}
