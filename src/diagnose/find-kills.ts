import type { Baseline } from './baseline.ts'
import { explainKills, type KillGroup } from './explain-kill.ts'
import type { Finding } from './finding.ts'
import type { Kill } from './kernel-log.ts'
import type { LookedNode } from './look-nodes.ts'
import type { KnownContainer, NodeReport } from './node-report.ts'
import { toLimit, toPlace } from './place.ts'
import { countedInNodes, killedByCri, toPossible } from './unlogged-kills.ts'

/** All that tells of kills; nodes and containers that are gone may be missing. */
export type KillFacts = {
  /** Undefined where no step of this job noted how things were. */
  readonly baseline: Baseline | undefined
  readonly nodes: readonly LookedNode[]
  /** The machine under the nodes, from whoever could be asked. */
  readonly machine: NodeReport
  /** Containers that were noted while they lived, and those that are still there. */
  readonly containers: readonly KnownContainer[]
}

export type FoundKills = {
  readonly findings: readonly Finding[]
  /** Killed elsewhere on the machine: no business of this cluster. */
  readonly elsewhere: number
}

/** A node, by the ID that the kernel's log names it by. */
export type KnownNode = {
  readonly id: string
  readonly name: string
  readonly killsBefore?: number
}

/** Those of the baseline come first; a cluster that was made anew has others of the same names. */
const knownNodes = ({ baseline, nodes }: KillFacts): readonly KnownNode[] => {
  const before = (baseline?.nodes ?? []).map(({ id, name, kills }) => ({
    id,
    name,
    ...(kills !== undefined && { killsBefore: kills }),
  }))
  const isNew = ({ id }: LookedNode): boolean => before.every((node) => node.id !== id)
  return [...before, ...nodes.filter(isNew).map(({ id, name }) => ({ id, name, killsBefore: 0 }))]
}

const toTimes =
  ({ clockMs, uptimeS }: NodeReport) =>
  (stampS: number): string =>
    new Date(clockMs - (uptimeS - stampS) * 1_000).toISOString()

const groupKills = (
  kills: readonly Kill[],
  known: readonly KnownNode[],
  containers: readonly KnownContainer[],
): readonly KillGroup[] => {
  const ids = known.map(({ id }) => id)
  const located = kills.flatMap((kill) => {
    const place = toPlace(kill.cgroup, ids)
    if (place === undefined) return []
    const container = containers.find(({ id }) => id === place.containerId)
    const pod = containers.find(({ podUid }) => podUid === place.podUid && podUid !== '')
    const nodeName = known.find(({ id }) => id === place.nodeId)?.name ?? place.nodeId
    const limit = toLimit(kill.limitCgroup, ids)
    return [{ kill, place, container, pod, nodeName, limit }]
  })
  // A container that is started again has another ID each time.
  const whose = ({ place, container, kill }: (typeof located)[number]): string =>
    container === undefined
      ? `${place.nodeId} ${place.containerId ?? kill.process}`
      : `${container.podUid} ${container.name}`
  return [...Map.groupBy(located, whose).values()].flatMap((group) => {
    const last = group.at(-1)
    return last === undefined ? [] : [{ ...last, kills: group.map(({ kill }) => kill) }]
  })
}

/** Why the log may not tell of every kill since; undefined when it tells of all. */
const findGap = ({ baseline, machine }: KillFacts): string | undefined => {
  if (typeof machine.log === 'string') return `the kernel's log cannot be read (${machine.log})`
  const since = baseline?.logLastS
  return since !== undefined && machine.log.firstS > since
    ? "the kernel's log has begun anew since, so older lines are gone"
    : undefined
}

/**
 * Finds what was killed for memory in a cluster's nodes. A kill is the cluster's only when something
 * says so; what may be nobody knows is `possible`, and what is known to be elsewhere is only counted.
 */
export const findKills = (facts: KillFacts): FoundKills => {
  const { baseline, nodes, machine, containers } = facts
  const since = baseline === undefined ? undefined : machine.kills - baseline.kills
  if (since !== undefined && since <= 0) return { findings: [], elsewhere: 0 }
  const known = knownNodes(facts)
  const gap = findGap(facts)
  const from = baseline?.logLastS ?? baseline?.uptimeS ?? 0
  const logged = typeof machine.log === 'string' ? [] : machine.log.kills
  const groups = groupKills(
    logged.filter(({ stampS }) => stampS > from),
    known,
    containers,
  )
  const explained = groups.map((group) => explainKills(group, toTimes(machine)))
  const ids = new Set(groups.flatMap(({ kills }) => kills).flatMap(({ cgroup }) => cgroup ?? []))
  const byCri = killedByCri(facts, (id) => [...ids].some((cgroup) => cgroup.includes(id)))
  const loggedIn = (node: string): number =>
    groups
      .filter(({ nodeName }) => nodeName === node)
      .reduce((sum, { kills }) => sum + kills.length, 0)
  const counted = countedInNodes(facts, known, byCri, gap, loggedIn)
  const findings = [...explained, ...byCri, ...counted.map(({ finding }) => finding)]
  const ours =
    groups.reduce((sum, { kills }) => sum + kills.length, 0) +
    byCri.length +
    counted.reduce((sum, { count }) => sum + count, 0)
  const rest = (since ?? 0) - ours
  if (rest <= 0) return { findings, elsewhere: 0 }
  // Where every node counts its own, and all are there, the rest is known to be elsewhere.
  const areCounted =
    known.length > 0 &&
    known.every(({ id }) => nodes.find((node) => node.id === id)?.report?.nodeKills !== undefined)
  if (gap === undefined || areCounted) return { findings, elsewhere: rest }
  return { findings: [...findings, toPossible(rest, gap)], elsewhere: 0 }
}
