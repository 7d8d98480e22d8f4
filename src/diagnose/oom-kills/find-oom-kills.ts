import { type Finding, toPlain } from '../finding/finding.ts'
import { parseCgroup, toLimit } from '../kernel/cgroup.ts'
import type { OomKill } from '../kernel/kernel-log.ts'
import type { NodeNow } from '../nodes/gather-nodes.ts'
import type { KnownContainer, NodeReport } from '../nodes/node-report.ts'
import type { Baseline } from '../recording/baseline.ts'
import { explainKills, type KillGroup } from './explain.ts'
import { type KnownNode, toKnownNodes } from './node-counts.ts'
import { findByContainerd, toCounted, toPossible } from './unlogged.ts'

/** All that tells of OOM kills; nodes and containers that are gone may be missing. */
export type OomFacts = {
  /** Undefined where no step of this job recorded how things were. */
  readonly baseline: Baseline | undefined
  readonly nodes: readonly NodeNow[]
  /** The machine under the nodes, from whoever could be asked. */
  readonly machine: NodeReport
  /** Containers that were recorded while they lived, and those that are still there. */
  readonly containers: readonly KnownContainer[]
}

export type FoundOomKills = {
  readonly findings: readonly Finding[]
  /** Killed elsewhere on the machine: no business of this cluster. */
  readonly elsewhere: number
}

const groupKills = (
  kills: readonly OomKill[],
  known: readonly KnownNode[],
  { containers, machine: { clockMs, uptimeS } }: OomFacts,
): readonly KillGroup[] => {
  const ids = known.map(({ id }) => id)
  const located = kills.flatMap((kill) => {
    const cgroup = parseCgroup(kill.cgroup, ids)
    if (cgroup === undefined) return []
    const at = new Date(clockMs - (uptimeS - kill.stampS) * 1_000).toISOString()
    const container = containers.find(({ id }) => id === cgroup.containerId)
    const sibling = containers.find(({ podUid }) => podUid === cgroup.podUid && podUid !== '')
    const pod = sibling && { pod: sibling.pod, namespace: sibling.namespace }
    const of: Partial<KnownContainer> = container ?? pod ?? {}
    const nodeName = known.find(({ id }) => id === cgroup.nodeId)?.name ?? cgroup.nodeId
    const limit = toLimit(kill, ids)
    return [{ kills: [{ ...kill, at }], cgroup, known: of, nodeName, limit }]
  })
  // A container that is started again has another ID each time.
  const whose = ({ cgroup, known, kills: [kill] }: KillGroup): string =>
    known.id === undefined
      ? `${cgroup.nodeId} ${cgroup.containerId ?? kill?.process}`
      : `${known.podUid} ${known.name}`
  return [...Map.groupBy(located, whose).values()].flatMap((group) => {
    const last = group.at(-1)
    return last === undefined ? [] : [{ ...last, kills: group.flatMap(({ kills }) => kills) }]
  })
}

/** Why the log may not tell of every kill since; undefined when it tells of all. */
const findGap = (
  { baseline, machine: { log } }: OomFacts,
  recent: readonly OomKill[],
): string | undefined => {
  if (typeof log === 'string') return `the kernel's log cannot be read (${log})`
  if (baseline?.logLastS !== undefined && log.firstS > baseline.logLastS) {
    return "the kernel's log has begun anew since, so older lines are gone"
  }
  return recent.some(({ cgroup }) => cgroup === undefined)
    ? "the kernel's log does not say where, as when more than ten kills come within 5 s"
    : undefined
}

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0)

/** What the kernel's counters make of them. */
const sumCounted = (kills: readonly OomKill[]): number => sum(kills.map(({ counted }) => counted))

/**
 * What the kernel's log does not tell of a node.
 *
 * @returns also what the machine's counter makes of it, at least
 */
const findUnlogged = (
  node: NodeNow,
  counted: number | undefined,
  groups: readonly KillGroup[],
  { baseline, containers }: OomFacts,
  gap: string | undefined,
): { readonly findings: readonly Finding[]; readonly count: number } => {
  const logged = groups.flatMap(({ kills }) => kills)
  const isLogged = (id: string): boolean => logged.some(({ cgroup }) => cgroup?.includes(id))
  const byContainerd = findByContainerd(node, containers, baseline?.clockMs, isLogged)
  // A container that is killed as a whole counts twice.
  const told = byContainerd.length * ((node.report?.nodeGroupKills ?? 0) > 0 ? 2 : 1)
  const here = groups.filter(({ cgroup }) => cgroup.nodeId === node.id)
  const rest = (counted ?? 0) - sum(here.map(({ kills }) => sumCounted(kills))) - told
  if (counted === undefined || rest <= 0) return { findings: byContainerd, count: told }
  return {
    findings: [...byContainerd, toCounted(node.name, counted, rest, gap)],
    count: told + rest,
  }
}

/**
 * Finds what was OOM-killed in a cluster's nodes. A kill is the cluster's only when something says so;
 * what may be nobody knows is `possible`, and what is known to be elsewhere is only counted.
 */
export const findOomKills = (facts: OomFacts): FoundOomKills => {
  const { baseline, nodes, machine } = facts
  const since = baseline === undefined ? undefined : machine.kills - baseline.kills
  if (since !== undefined && since <= 0) return { findings: [], elsewhere: 0 }
  const known = toKnownNodes(baseline, nodes)
  const from = baseline?.logLastS ?? baseline?.uptimeS ?? 0
  const logged = typeof machine.log === 'string' ? [] : machine.log.kills
  const recent = logged.filter(({ stampS }) => stampS > from)
  const gap = findGap(facts, recent)
  const groups = groupKills(recent, known, facts)
  const unlogged = nodes.map((node) => {
    const counted = known.find(({ id }) => id === node.id)?.counted
    return findUnlogged(node, counted, groups, facts, gap)
  })
  const findings = [...groups.map(explainKills), ...unlogged.flatMap((each) => each.findings)].map(
    toPlain,
  )
  const ids = known.map(({ id }) => id)
  const isElsewhere = ({ cgroup }: OomKill): boolean =>
    cgroup !== undefined && parseCgroup(cgroup, ids) === undefined
  const elsewhere = baseline === undefined ? 0 : recent.filter(isElsewhere).length
  const told = sumCounted(recent.filter(({ cgroup }) => cgroup !== undefined))
  const rest = (since ?? 0) - told - sum(unlogged.map(({ count }) => count))
  if (rest <= 0) return { findings, elsewhere }
  // Where every node counts its own, and all are there, the rest is known to be elsewhere.
  const doAllCount = known.length > 0 && known.every(({ countsAll }) => countsAll)
  if (gap === undefined || doAllCount) return { findings, elsewhere: elsewhere + rest }
  return { findings: [...findings, toPlain(toPossible(rest, gap))], elsewhere }
}
