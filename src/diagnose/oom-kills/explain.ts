import { formatBytes } from '../../text/format.ts'
import { toLine } from '../../text/to-line.ts'
import type { Finding } from '../finding/finding.ts'
import type { Limit, Place } from '../kernel/cgroup.ts'
import type { Kill } from '../kernel/kernel-log.ts'
import type { KnownContainer } from '../nodes/node-report.ts'

/** Kills of one container, or of one of the node's own processes; at least one. */
export type KillGroup = {
  readonly kills: readonly Kill[]
  readonly place: Place
  readonly limit: Limit
  /** Undefined when nobody noted the container while it lived. */
  readonly container: KnownContainer | undefined
  /** The pod, where only that is known. */
  readonly pod: Pick<KnownContainer, 'pod' | 'namespace'> | undefined
  readonly nodeName: string
}

/** 128 and SIGKILL's 9. */
const killed = 137

/** The end of a container follows its kill at once; one that ends later was stopped. */
const atOnceMs = 3_000

/** What became of the container, of which the kernel killed at least one process. */
const toFate = (
  { container, kills }: KillGroup,
  killedAtMs: number,
): 'killed' | 'goes on' | 'unknown' => {
  if (container?.isRunning === true) return 'goes on'
  const end = container?.ended
  const endedThen = end?.exitCode === killed && Math.abs(end.atMs - killedAtMs) < atOnceMs
  return endedThen || kills.some(({ others }) => others > 0) ? 'killed' : 'unknown'
}

const renderContainer = ({ container, pod, place, nodeName }: KillGroup): string | undefined => {
  if (container !== undefined) {
    return `container ${container.name} of the pod ${container.namespace}/${container.pod}`
  }
  if (pod !== undefined) return `container of the pod ${pod.namespace}/${pod.pod}`
  return place.podUid === undefined
    ? undefined
    : `container of a pod whose name is gone (UID ${place.podUid}) in the node ${nodeName}`
}

const renderVictim = (group: KillGroup, process: string, atMs: number): string => {
  const container = renderContainer(group)
  const times = group.kills.length === 1 ? '' : ` ${group.kills.length} times`
  if (container === undefined) {
    return `The process ${process} of the node ${group.nodeName} was killed${times}`
  }
  const victim = `${group.container === undefined ? 'a' : 'the'} ${container}`
  const atFirst = victim[0]?.toUpperCase() + victim.slice(1)
  switch (toFate(group, atMs)) {
    case 'killed':
      return `${atFirst} was killed${times}`
    case 'goes on':
      return `${atFirst} lost a process${times}`
    case 'unknown':
      return `A process (${process}) in ${victim} was killed${times}`
  }
}

const renderLimit = (limit: Limit, bytes: number | undefined): string => {
  const size = bytes === undefined ? '' : ` of ${formatBytes(bytes)}`
  switch (limit) {
    case 'container':
      return `it needed more than its memory limit${size}`
    case 'pod':
      return `its pod needed more than its memory limit${size}`
    case 'kubelet':
      return `all pods together needed more than the${size} that kubelet leaves them`
    case 'node':
      return `the node's container needed more than its memory limit${size}`
    case 'above':
      return `a memory limit${size} above the node was reached`
    case 'machine':
      return 'the machine had no memory left'
    case 'unknown':
      return 'a memory limit was reached'
  }
}

const remedies: Readonly<Record<Limit, string>> = {
  container:
    'Raise resources.limits.memory of this container, or have the program use less, such as by fewer workers or a smaller batch.',
  pod: "Raise the memory limits of the pod's containers, or have their programs use less.",
  kubelet: 'Ask for less memory with all pods together, or give the node more.',
  node: 'Give the node more memory (`docker update --memory`), or run less in it.',
  above:
    'The limit is that of what the runner or Docker itself runs in: raise it there, or run less at once.',
  machine:
    'Run less at once, give pods smaller limits, or take a larger runner. Requests that fit the machine keep pods from starting together.',
  unknown: 'Raise resources.limits.memory of what was killed, or have its programs use less.',
}

const renderTime = (iso: string): string => iso.slice(11, 19)

const renderKill = (kill: Kill, at: string): string => {
  const { process, pid, processBytes, usedBytes, others } = kill
  const size = processBytes === undefined ? '' : `, with ${formatBytes(processBytes)} in memory`
  const all = usedBytes === undefined ? '' : `; all under the limit used ${formatBytes(usedBytes)}`
  const rest = others === 0 ? '' : `; ${others} more of the same container were killed with it`
  return toLine(
    `Kernel log, ${renderTime(at)} UTC: ${process} (process ${pid}) was killed${size}${all}${rest}`,
  )
}

/** More than these of one container say nothing new. */
const shownKills = 3

/** Says what the kernel did, in a finding. `toTime` makes ISO 8601 of the kernel's seconds. */
export const explainKills = (group: KillGroup, toTime: (stampS: number) => string): Finding => {
  const { kills, limit, place, container, pod, nodeName } = group
  const last = kills.at(-1)
  const whose = container ?? pod
  const process = toLine(last?.process ?? 'unknown')
  const at = last && toTime(last.stampS)
  const shown = kills.slice(-shownKills).map((kill) => renderKill(kill, toTime(kill.stampS)))
  const goesOn = container?.isRunning === true
  return {
    kind: 'oom-kill',
    certainty: 'certain',
    cause: toLine(
      `${renderVictim(group, process, Date.parse(at ?? ''))}: ${renderLimit(limit, last?.limitBytes)}`,
    ),
    evidence: [
      ...shown,
      ...(kills.length > shownKills ? [`and ${kills.length - shownKills} before`] : []),
      ...(goesOn
        ? [`The container goes on: only ${process} in it was killed, such as a worker`]
        : []),
    ],
    remedy: remedies[limit],
    node: nodeName,
    ...(place.podUid !== undefined && { podUid: place.podUid }),
    ...(place.containerId !== undefined && { containerId: place.containerId }),
    ...(container !== undefined && { container: container.name, image: container.image }),
    ...(whose !== undefined && { namespace: whose.namespace, pod: whose.pod }),
    ...(at !== undefined && { at }),
  }
}
