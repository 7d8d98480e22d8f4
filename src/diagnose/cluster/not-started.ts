import { findNewest, hasLasted } from '../finding/since.ts'
import type { ClusterFacts } from './cluster-facts.ts'
import { describePod } from './commands.ts'
import type { Container, Event, Pod } from './parse-cluster.ts'
import { findPodEvents } from './pod-events.ts'
import type { PodFinding } from './pod-finding.ts'
import { explainStart } from './start-words.ts'
import { toIsDone } from './tries.ts'

/** What the kubelet and the container runtime write where a container's image is there, and it does not start. */
const reasons: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'PostStartHookError',
  'PreCreateHookError',
  'PreStartHookError',
  'RunContainerError',
])

/** Whether its last try never ran: containerd's word for it, and cri-dockerd's. */
export const isFailedStart = ({ ended, waiting }: Container): boolean =>
  /^(?:StartError|ContainerCannotRun)$/.test(ended?.reason ?? '') ||
  reasons.has(waiting?.reason ?? '')

const explain = (
  pod: Pod,
  words: string,
  reason: string,
): Pick<PodFinding, 'pod' | 'kind' | 'certainty' | 'what' | 'evidence' | 'remedy'> => {
  const known = explainStart(words, pod)
  return {
    ...{ pod, kind: 'not-started', certainty: known === undefined ? 'likely' : 'certain' },
    what: `cannot start: ${known?.why ?? `its kubelet says ${reason}`}`,
    evidence: [words === '' ? reason : `${reason}: ${words}`],
    remedy: known?.remedy ?? `See ${describePod(pod)}: its events say why.`,
  }
}

const findContainers = (pod: Pod): readonly PodFinding[] =>
  pod.containers.flatMap((container) => {
    const { waiting, ended, isRunning, startError } = container
    if (isRunning || !isFailedStart(container)) return []
    const reason = reasons.has(waiting?.reason ?? '') ? waiting?.reason : ended?.reason
    const at = pod.createdAt
    return [{ ...explain(pod, waiting?.message ?? startError, reason ?? ''), container, at }]
  })

/** In the order of a pod's start (pkg/kubelet, SyncPod): network, volumes, sandbox; then images. */
const before: ReadonlySet<string> = new Set([
  'FailedAttachVolume',
  'FailedCreatePodSandBox',
  'FailedMount',
  'NetworkNotReady',
])

/** A pod whose containers all wait for it, and of which no image was asked for since. */
const findPod = (pod: Pod, events: readonly Event[], now: number): readonly PodFinding[] => {
  const isWaiting = pod.containers.every(
    ({ waiting, ended }) =>
      ended === undefined && /^(?:ContainerCreating|PodInitializing)$/.test(waiting?.reason ?? ''),
  )
  // What its node lacks for it often comes a moment later, as a new node's network and a namespace's ConfigMap do.
  const hasWaited = hasLasted(pod.changedAt ?? pod.createdAt, now)
  if (pod.phase !== 'Pending' || !isWaiting || !hasWaited) return []
  const its = findPodEvents(pod, events)
  const said = findNewest(its.filter(({ reason }) => before.has(reason)))
  const pulled = findNewest(its.filter(({ reason }) => /^Pull(?:ed|ing)$/.test(reason)))
  if (said === undefined) return []
  if (pulled !== undefined && findNewest([said, pulled]) === pulled) return []
  return [{ ...explain(pod, said.message, said.reason), at: pod.createdAt }]
}

/** Pods and containers that have their images, or never came to ask for them, and do not start. */
export const findNotStarted = ({
  cluster: { pods, events },
  now,
}: ClusterFacts): readonly PodFinding[] => {
  const isDone = toIsDone(pods)
  return pods.flatMap((pod) =>
    pod.isDeleted || isDone(pod) ? [] : [...findContainers(pod), ...findPod(pod, events, now)],
  )
}
