import type { Finding } from '../finding/finding.ts'
import { toLimit, toPlace } from '../kernel/cgroup.ts'
import type { Kill } from '../kernel/kernel-log.ts'
import type { LookedNode } from '../nodes/gather-nodes.ts'
import type { KnownContainer, NodeReport } from '../nodes/node-report.ts'
import { explainKills, type KillGroup } from './explain.ts'
import type { KillFacts, KnownNode } from './facts.ts'
import { countedInNodes, killedByCri, sumByCri, toPossible } from './unlogged.ts'

export type FoundKills = {
  readonly findings: readonly Finding[]
  /** Killed elsewhere on the machine: no business of this cluster. */
  readonly elsewhere: number
}

/** Those of the baseline come first; a cluster that was made anew has others of the same names. */
const knownNodes = ({ baseline, nodes }: KillFacts): readonly KnownNode[] => {
  const before = (baseline?.nodes ?? []).map(({ id, name, startedAt, kills }) => {
    const now = nodes.find((node) => node.id === id)
    // A node that was started anew begins to count anew.
    const isSame = now === undefined || now.startedAt === startedAt
    return { id, name, killsBefore: isSame ? kills : 0 }
  })
  const isNew = ({ id }: LookedNode): boolean => before.every((node) => node.id !== id)
  return [...before, ...nodes.filter(isNew).map(({ id, name }) => ({ id, name, killsBefore: 0 }))]
}

/** Whether each node has counted since the baseline, and is there to say so. */
const doAllCount = ({ baseline, nodes }: KillFacts, known: readonly KnownNode[]): boolean =>
  known.length > 0 &&
  known.every(({ id, killsBefore }) => {
    const now = nodes.find((node) => node.id === id)
    const before = baseline?.nodes.find((node) => node.id === id)
    const isSame = before === undefined || before.startedAt === now?.startedAt
    return isSame && killsBefore !== undefined && now?.report?.nodeKills !== undefined
  })

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
    const limit = toLimit(kill, ids)
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
const findGap = ({ baseline, machine }: KillFacts, recent: readonly Kill[]): string | undefined => {
  if (typeof machine.log === 'string') return `the kernel's log cannot be read (${machine.log})`
  const since = baseline?.logLastS
  if (since !== undefined && machine.log.firstS > since) {
    return "the kernel's log has begun anew since, so older lines are gone"
  }
  return recent.some(({ cgroup }) => cgroup === undefined)
    ? "the kernel's log does not say where, as when more than ten kills come within 5 s"
    : undefined
}

/** What the kernel's counters make of them. */
const sumCounted = (kills: readonly Kill[]): number =>
  kills.reduce((sum, { counted }) => sum + counted, 0)

/**
 * Finds what was killed for memory in a cluster's nodes. A kill is the cluster's only when something
 * says so; what may be nobody knows is `possible`, and what is known to be elsewhere is only counted.
 */
export const findKills = (facts: KillFacts): FoundKills => {
  const { baseline, nodes, machine, containers } = facts
  const since = baseline === undefined ? undefined : machine.kills - baseline.kills
  if (since !== undefined && since <= 0) return { findings: [], elsewhere: 0 }
  const known = knownNodes(facts)
  const from = baseline?.logLastS ?? baseline?.uptimeS ?? 0
  const logged = typeof machine.log === 'string' ? [] : machine.log.kills
  const recent = logged.filter(({ stampS }) => stampS > from)
  const gap = findGap(facts, recent)
  const groups = groupKills(recent, known, containers)
  const ours = groups.flatMap(({ kills }) => kills)
  const explained = groups.map((group) => explainKills(group, toTimes(machine)))
  const byCri = killedByCri(facts, (id) => ours.some(({ cgroup }) => cgroup?.includes(id)))
  const loggedIn = (node: string): number =>
    sumCounted(groups.filter(({ nodeName }) => nodeName === node).flatMap(({ kills }) => kills))
  const counted = countedInNodes(facts, known, byCri, gap, loggedIn)
  const findings = [...explained, ...byCri, ...counted.map(({ finding }) => finding)]
  const isOurs = new Set(ours)
  const others = recent.filter((kill) => kill.cgroup !== undefined && !isOurs.has(kill))
  const unlogged = [
    ...nodes.map((node) => sumByCri(byCri, node)),
    ...counted.map(({ count }) => count),
  ]
  const told = unlogged.reduce((sum, count) => sum + count, sumCounted([...ours, ...others]))
  const rest = (since ?? 0) - told
  const elsewhere = baseline === undefined ? 0 : others.length
  if (rest <= 0) return { findings, elsewhere }
  // Where every node counts its own, and all are there, the rest is known to be elsewhere.
  if (gap === undefined || doAllCount(facts, known)) {
    return { findings, elsewhere: elsewhere + rest }
  }
  return { findings: [...findings, toPossible(rest, gap)], elsewhere }
}
