import { formatBytes } from '../../text/format.ts'
import type { Finding } from '../finding/finding.ts'
import { findNewest } from '../finding/since.ts'
import type { Cluster, Container, Event, Pod } from './cluster.ts'
import { type Sighting, toFindings } from './pod-finding.ts'

/** 128 and SIGKILL's 9. */
const killed = 137

type Explained = Pick<Sighting, 'kind' | 'certainty' | 'what' | 'evidence' | 'remedy'>

const explainMemory = ({ memoryLimit, ended }: Container): Explained => ({
  kind: 'oom-kill',
  certainty: 'certain',
  what:
    memoryLimit === undefined
      ? 'was killed because memory ran out; it has no limit of its own, so it was that of its pod or of the runner'
      : `was killed because it needed more memory than its limit of ${formatBytes(memoryLimit)}`,
  evidence: [`The kubelet says ${ended?.reason}, exit code ${ended?.exitCode}`],
  remedy:
    memoryLimit === undefined
      ? 'Run less at once, give the hungry pods a limits.memory, or take a larger runner.'
      : 'Raise limits.memory of the container, or let it use less.',
})

const probeWords = /\bfailed (liveness|startup) probe\b/

/** Longer than most are given to end. */
const longestGraceMs = 10 * 60_000

/** An end that came much later, or long before, had another cause. */
const mayEnd = (event: Event, ended: Container['ended']): boolean => {
  const passed = Date.parse(ended?.at ?? '') - Date.parse(event.at ?? '')
  return Number.isNaN(passed) || Math.abs(passed) < longestGraceMs
}

/** The event of the kill itself; its container is named in its words, where not in its path. */
const findProbeKill = (events: readonly Event[], { name, ended }: Container): Event | undefined =>
  findNewest(
    events.filter(
      (event) =>
        event.reason === 'Killing' &&
        mayEnd(event, ended) &&
        probeWords.test(event.message) &&
        (event.container === name || event.message.startsWith(`Container ${name} failed `)),
    ),
  )

const findUnhealthy = (events: readonly Event[], { name, ended }: Container): Event | undefined =>
  findNewest(
    events.filter(
      (event) =>
        event.reason === 'Unhealthy' &&
        mayEnd(event, ended) &&
        event.container === name &&
        /^(Liveness|Startup) probe /.test(event.message),
    ),
  )

const probeRemedies: Readonly<Record<string, string>> = {
  liveness:
    'This is not for memory. Give livenessProbe more time (timeoutSeconds, failureThreshold) or the program a startupProbe; see why it does not answer, which on a busy runner may be lack of cpu.',
  startup:
    'This is not for memory. Give startupProbe more time (failureThreshold times periodSeconds), or see why the program starts so slowly.',
}

const explainProbe = (
  { ended }: Container,
  kill: Event | undefined,
  unhealthy: Event | undefined,
): Explained | undefined => {
  const said = kill ?? unhealthy
  if (said === undefined) return undefined
  const probe = /startup/i.test(said.message) ? 'startup' : 'liveness'
  const times = unhealthy === undefined || unhealthy.count < 2 ? '' : ` (${unhealthy.count} times)`
  return {
    kind: 'liveness',
    certainty: kill === undefined ? 'likely' : 'certain',
    what: `was killed by its kubelet, not for memory: its ${probe} probe failed`,
    evidence: [
      ...(kill === undefined ? [] : [`Killing: ${kill.message}`]),
      ...(unhealthy === undefined
        ? []
        : [`Unhealthy${times}: ${unhealthy.message.replace(/:\s*$/, '')}`]),
      `Exit code ${ended?.exitCode}, reason ${ended?.reason || 'not given'}`,
    ],
    remedy: probeRemedies[probe] ?? '',
  }
}

const explainStop = (kill: Event): Explained => ({
  kind: 'killed',
  certainty: 'likely',
  what: 'was asked to stop and killed because it did not in time',
  evidence: [`Killing: ${kill.message}`],
  remedy:
    'Its program has to end on SIGTERM; a shell as first process does not pass that on (use `exec`). Or raise terminationGracePeriodSeconds.',
})

const explainUnknown = ({ hasLivenessProbe, ended }: Container): Explained => ({
  kind: 'killed',
  certainty: 'possible',
  what: 'was killed (137, SIGKILL), and nothing tells by whom',
  evidence: [`Exit code 137, reason ${ended?.reason || 'not given'}`],
  remedy: `It may be the kernel, for memory of one of its processes${hasLivenessProbe ? ', or the kubelet, for its liveness probe (its events are gone after an hour)' : ''}, or something in the container or on the runner. See its log: \`kubectl logs --previous\`.`,
})

const findStop = (events: readonly Event[], { name, ended }: Container): Event | undefined =>
  findNewest(
    events.filter(
      (event) =>
        event.reason === 'Killing' &&
        mayEnd(event, ended) &&
        event.message === `Stopping container ${name}`,
    ),
  )

const explain = (container: Container, events: readonly Event[]): Explained | undefined => {
  const { ended } = container
  if (ended === undefined) return undefined
  if (ended.reason === 'OOMKilled') return explainMemory(container)
  const kill = findProbeKill(events, container)
  const probe = explainProbe(container, kill, findUnhealthy(events, container))
  // A program that ends on SIGTERM has another code; then only the kill's own event counts.
  if (ended.exitCode !== killed) return kill === undefined ? undefined : probe
  const stop = findStop(events, container)
  return probe ?? (stop === undefined ? explainUnknown(container) : explainStop(stop))
}

const eventsOf = (events: readonly Event[], { namespace, name }: Pod): readonly Event[] =>
  events.filter((it) => it.kind === 'Pod' && it.namespace === namespace && it.name === name)

/** Containers that were killed: for memory, by a failed probe, or by nobody knows whom. */
export const findKilled = (
  { pods, events }: Cluster,
  since: number | undefined,
): readonly Finding[] => {
  const sightings = pods.flatMap((pod) => {
    // An eviction kills its containers, too, and is told of on its own.
    if (pod.reason === 'Evicted') return []
    const its = eventsOf(events, pod)
    return pod.containers.flatMap((container) => {
      const explained = explain(container, its)
      // A kubelet that lost a container does not know when it ended.
      const at = container.ended?.at ?? pod.changedAt ?? pod.createdAt
      return explained === undefined ? [] : [{ pod, container, at, ...explained }]
    })
  })
  return toFindings(sightings, since)
}
