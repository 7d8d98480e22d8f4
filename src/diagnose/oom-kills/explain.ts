import { formatBytes } from '../../text/format.ts'
import type { Finding } from '../finding/finding.ts'
import type { Cgroup, Limit } from '../kernel/cgroup.ts'
import type { OomKill } from '../kernel/kernel-log.ts'
import type { KnownContainer } from '../nodes/node-report.ts'

/** Kills of one container, or of one of the node's own processes; at least one. */
export type KillGroup = {
  readonly kills: readonly (OomKill & {
    /** ISO 8601. */
    readonly at: string
  })[]
  readonly cgroup: Cgroup
  readonly limit: Limit
  /** Undefined when nobody recorded the container while it lived. */
  readonly container: KnownContainer | undefined
  /** The pod, where only that is known. */
  readonly pod: Pick<KnownContainer, 'pod' | 'namespace'> | undefined
  readonly nodeName: string
}

/** 128 and SIGKILL's 9. */
const killed = 137

/** The end of a container follows its kill at once; one that ends later was stopped. */
const atOnceMs = 3_000

const renderVictim = ({ container, pod, cgroup, nodeName, kills }: KillGroup): string => {
  const last = kills.at(-1)
  const times = kills.length === 1 ? '' : ` ${kills.length} times`
  const whose = container ?? pod
  if (whose === undefined && cgroup.podUid === undefined) {
    return `Process ${last?.process} of node ${nodeName} was OOM-killed${times}`
  }
  const name = container === undefined ? 'A container' : `Container ${container.name}`
  const victim =
    whose === undefined
      ? `${name} of an unknown pod (UID ${cgroup.podUid}) in node ${nodeName}`
      : `${name} of pod ${whose.namespace}/${whose.pod}`
  if (container?.isRunning) return `${victim} lost process ${last?.process}${times}`
  const end = container?.ended
  const sinceKillMs = (end?.atMs ?? 0) - Date.parse(last?.at ?? '')
  const endedThen = end?.exitCode === killed && Math.abs(sinceKillMs) < atOnceMs
  return endedThen || kills.some(({ others }) => others > 0)
    ? `${victim} was OOM-killed${times}`
    : `Process ${last?.process} in ${victim[0]?.toLowerCase()}${victim.slice(1)} was OOM-killed${times}`
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
    'Raise resources.limits.memory of this container, or let the program use less, such as by fewer workers or a smaller batch.',
  pod: "Raise the memory limits of the pod's containers, or let their programs use less.",
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
  const { kills, limit, cgroup, container, pod, nodeName: node } = group
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
      container?.isRunning
        ? `The container still runs: only ${last?.process} in it was killed`
        : '',
    ],
    remedy: remedies[limit],
    ...{ node, podUid: cgroup.podUid, containerId: cgroup.containerId },
    ...{ container: container?.name, image: container?.image, at: last?.at },
    ...{ namespace: (container ?? pod)?.namespace, pod: (container ?? pod)?.pod },
  }
}
