import { formatBytes } from '../../text/format.ts'
import { killed, renderOomKill } from '../finding/oom-killed.ts'
import { findNewest } from '../finding/since.ts'
import type { ClusterFacts } from './cluster-facts.ts'
import { type Container, type Event, isOf } from './parse-cluster.ts'
import type { Explanation, PodFinding } from './pod-finding.ts'

const explainMemory = ({ memoryLimit, hasPodsLimit, ended }: Container): Explanation => ({
  kind: 'oom-kill',
  certainty: 'certain',
  // The kernel counts kills for the machine's own want of memory, too (memory.events).
  what: `${renderOomKill(ended?.exitCode)}; ${
    memoryLimit === undefined
      ? 'it has no memory limit, so its pod or the machine ran out of memory'
      : `it probably exceeded its ${hasPodsLimit ? "pod's " : ''}memory limit of ${formatBytes(memoryLimit)}`
  }`,
  evidence: [`kubelet: ${ended?.reason}, exit code ${ended?.exitCode}`],
  remedy:
    memoryLimit === undefined
      ? 'Run less at once, give the hungry pods a limits.memory, or take a larger runner.'
      : `Raise limits.memory of the ${hasPodsLimit ? 'pod' : 'container'}, or let it use less. If it uses less, its pod or the machine ran out of memory.`,
})

const probeRemedies = {
  liveness:
    'This is not an OOM kill. Raise timeoutSeconds or failureThreshold of livenessProbe, or add a startupProbe; on a busy runner the program may lack CPU.',
  startup:
    'This is not an OOM kill. Raise failureThreshold or periodSeconds of startupProbe, or find out why the program starts slowly.',
}

const explainProbe = (
  said: Event,
  kill: Event | undefined,
  unhealthy: Event | undefined,
  ended: Container['ended'],
): Explanation => {
  const probe = /startup/i.test(said.message) ? 'startup' : 'liveness'
  const times = unhealthy === undefined || unhealthy.count < 2 ? '' : ` (${unhealthy.count} times)`
  return {
    kind: 'liveness',
    certainty: kill === undefined ? 'likely' : 'certain',
    what: `was killed by its kubelet, not for memory: its ${probe} probe failed`,
    evidence: [
      kill ? `Killing: ${kill.message}` : '',
      unhealthy ? `Unhealthy${times}: ${unhealthy.message.replace(/:\s*$/, '')}` : '',
      `Exit code ${ended?.exitCode}, reason ${ended?.reason || 'not given'}`,
    ],
    remedy: probeRemedies[probe],
  }
}

const explainStop = (stop: Event): Explanation => ({
  kind: 'killed',
  certainty: 'likely',
  what: 'did not stop within its grace period and was killed',
  evidence: [`Killing: ${stop.message}`],
  remedy:
    'End the program on SIGTERM (a shell as first process does not pass it on: use `exec`), or raise terminationGracePeriodSeconds.',
})

const explainUnknown = ({ hasLivenessProbe, ended }: Container): Explanation => ({
  kind: 'killed',
  certainty: 'possible',
  what: 'was killed (exit code 137, SIGKILL); nothing tells by whom',
  evidence: [`Exit code 137, reason ${ended?.reason || 'not given'}`],
  remedy: `Read its log: \`kubectl logs --previous\`. It may be an OOM kill of a process in it${hasLivenessProbe ? ', a failed liveness probe (Kubernetes drops events after an hour)' : ''}, or a program in the container or on the runner.`,
})

/** What kubelets write of a container that containerd does not have any more, with an exit code of their own. */
const lostReason = 'ContainerStatusUnknown'

const lost: Explanation = {
  kind: 'killed',
  certainty: 'possible',
  what: 'is gone from its node, and nothing tells how it ended',
  evidence: [`${lostReason}: the kubelet lost it, and wrote exit code 137 itself`],
  remedy:
    'Look for what removed it: a step of the job (`crictl rm`), a node that was made anew or ran out of disk; or its pod was deleted meanwhile.',
}

/** Longer than most are given to end. */
const longestGraceMs = 10 * 60_000

/** An end that came much later, or long before, had another cause. */
const mayEnd = (event: Event, ended: Container['ended']): boolean => {
  const passed = Date.parse(ended?.at ?? '') - Date.parse(event.at ?? '')
  return Number.isNaN(passed) || Math.abs(passed) < longestGraceMs
}

/** @param events of the container's pod */
const explain = (container: Container, events: readonly Event[]): Explanation | undefined => {
  const { name, ended } = container
  if (ended === undefined) return undefined
  if (ended.reason === 'OOMKilled') return explainMemory(container)
  const find = (reason: string, isMeant: (event: Event) => boolean): Event | undefined =>
    findNewest(events.filter((it) => it.reason === reason && mayEnd(it, ended) && isMeant(it)))
  // The event of the kill itself; its container is named in its words, where not in its path.
  const kill = find(
    'Killing',
    ({ container: its, message }) =>
      /\bfailed (liveness|startup) probe\b/.test(message) &&
      (its === name || message.startsWith(`Container ${name} failed `)),
  )
  const unhealthy = find(
    'Unhealthy',
    (event) => event.container === name && /^(Liveness|Startup) probe /.test(event.message),
  )
  const isLost = ended.reason === lostReason
  // A program that ends on SIGTERM has another code; then only the kill's own event counts.
  const said = kill ?? (ended.exitCode === killed && !isLost ? unhealthy : undefined)
  if (said !== undefined) return explainProbe(said, kill, unhealthy, ended)
  if (ended.exitCode !== killed) return undefined
  if (isLost) return lost
  // The kubelet says so before it stops one: what came after the end is about the container that runs since.
  const stop = find(
    'Killing',
    ({ message, at = '' }) =>
      message === `Stopping container ${name}` && !(Date.parse(at) > Date.parse(ended.at ?? '')),
  )
  return stop === undefined ? explainUnknown(container) : explainStop(stop)
}

/** Containers that were killed: for memory, by a failed probe, or by nobody knows whom. */
export const findKilled = ({ cluster: { pods, events } }: ClusterFacts): readonly PodFinding[] =>
  pods.flatMap((pod) => {
    // An eviction kills its containers, too, and is told of on its own.
    if (pod.reason === 'Evicted') return []
    const its = events.filter(isOf(pod))
    return pod.containers.flatMap((container) => {
      const explained = explain(container, its)
      // A kubelet that lost a container does not know when it ended.
      const at = container.ended?.at ?? pod.changedAt ?? pod.createdAt
      // A sidecar that does not hear its kubelet ends so, once its pod is done.
      const isNews =
        explained !== undefined && !(pod.phase === 'Succeeded' && explained.kind === 'killed')
      return isNews ? [{ pod, container, at, ...explained }] : []
    })
  })
