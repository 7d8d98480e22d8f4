import { formatBytes } from '../../text/format.ts'
import type { Finding } from '../finding/finding.ts'
import { killed } from '../finding/oom-killed.ts'
import type { Cgroup, Limit } from '../kernel/cgroup.ts'
import type { OomKill } from '../kernel/kernel-log.ts'
import { type KnownContainer, toWhom } from '../nodes/node-report.ts'

/** Kills of one container, or of one of the node's own processes; at least one. */
export type KillGroup = {
  readonly kills: readonly (OomKill & {
    /** ISO 8601. */
    readonly at: string
  })[]
  readonly cgroup: Cgroup
  readonly limit: Limit
  /** The container; its pod where only that is known; nothing when nobody recorded either. */
  readonly known: Partial<KnownContainer>
  readonly nodeName: string
}

/** The end of a container follows its kill at once; one that ends later was stopped. */
const atOnceMs = 3_000

const renderVictim = ({ known, cgroup, nodeName, kills }: KillGroup): string => {
  const { name, pod, namespace, isRunning, ended } = known
  const last = kills.at(-1)
  const times = kills.length === 1 ? '' : ` ${kills.length} times`
  if (pod === undefined && cgroup.podUid === undefined) {
    return `Process ${last?.process} of node ${nodeName} was OOM-killed${times}`
  }
  const whose =
    pod === undefined
      ? `an unknown pod (UID ${cgroup.podUid}) in node ${nodeName}`
      : `pod ${namespace}/${pod}`
  const victim = `${name === undefined ? 'A container' : `Container ${name}`} of ${whose}`
  if (isRunning) return `${victim} lost process ${last?.process}${times}`
  const sinceKillMs = (ended?.atMs ?? 0) - Date.parse(last?.at ?? '')
  const endedThen = ended?.exitCode === killed && Math.abs(sinceKillMs) < atOnceMs
  return endedThen || kills.some(({ others }) => others > 0)
    ? `${victim} was OOM-killed${times}`
    : `Process ${last?.process} in ${victim.replace(/^./, (first) => first.toLowerCase())} was OOM-killed${times}`
}

/** @param size empty, or such as ` of 50 MB` */
const reasons: Readonly<Record<Limit, (size: string) => string>> = {
  container: (size) => `it exceeded its memory limit${size}`,
  pod: (size) => `its pod exceeded its memory limit${size}`,
  kubelet: (size) => `all pods together exceeded the kubelet's memory limit${size}`,
  node: (size) => `the node's container exceeded its memory limit${size}`,
  above: (size) => `a memory limit${size} above the node was reached`,
  machine: () => 'the machine ran out of memory',
  unknown: () => 'a memory limit was reached',
}

const remedies: Readonly<Record<Limit, string>> = {
  container:
    'Raise resources.limits.memory of this container (of its pod, if only that has it), or let the program use less, such as by fewer workers or a smaller batch.',
  pod: 'Raise the memory limit of the pod, or those of its containers if it has none of its own, or let their programs use less.',
  kubelet: 'Use less memory in all pods together, or give the node more.',
  node: 'Give the node more memory (`docker update --memory`), or run less in it.',
  above: 'Raise the memory limit of what runs the runner or Docker, or run less at once.',
  machine:
    'Run less at once, give pods smaller limits, or take a larger runner. Pods whose requests fit the machine do not start together.',
  unknown: 'Raise resources.limits.memory of what was killed, or let its programs use less.',
}

const renderKill = (kill: KillGroup['kills'][number]): string => {
  const { process, pid, processBytes, usedBytes, others, at } = kill
  const size = processBytes === undefined ? '' : `, with ${formatBytes(processBytes)} in memory`
  const all = usedBytes === undefined ? '' : `; all under the limit used ${formatBytes(usedBytes)}`
  const rest = others === 0 ? '' : `; ${others} more of the same container were killed with it`
  return `Kernel log, ${at.slice(11, 19)} UTC: ${process} (process ${pid}) was killed${size}${all}${rest}`
}

/** More than these of one container say nothing new. */
const shownKills = 3

/** Says what the kernel did. */
export const explainKills = (group: KillGroup): Finding => {
  const { kills, limit, cgroup, known, nodeName } = group
  const last = kills.at(-1)
  const size = last?.limitBytes === undefined ? '' : ` of ${formatBytes(last.limitBytes)}`
  const before = kills.length - shownKills
  return {
    kind: 'oom-kill',
    certainty: 'certain',
    cause: `${renderVictim(group)}: ${reasons[limit](size)}`,
    evidence: [
      ...kills.slice(-shownKills).map(renderKill),
      before > 0 ? `and ${before} before` : '',
      known.isRunning ? `The container still runs: only ${last?.process} in it was killed` : '',
    ],
    remedy: remedies[limit],
    node: nodeName,
    ...toWhom(known),
    podUid: cgroup.podUid,
    containerId: cgroup.containerId,
    at: last?.at,
  }
}
