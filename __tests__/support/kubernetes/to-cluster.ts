import type { Cluster, Container, Event, Pod } from '../../../src/diagnose/cluster/parse-cluster.ts'
import { events, nodes, present } from './bad-day-events.ts'
import { pods } from './bad-day-pods.ts'
import { claimed, knownWords } from './bad-starts.ts'
import type { ApiEvent, ApiPod, ContainerSpec, ContainerStatus } from './types.ts'

const toKnown = (message = ''): string => knownWords.get(message) ?? ''

/** What is to be read of a pod, without kubectl and its templates: each checks the other. */
const toContainer = (
  spec: ContainerSpec,
  statuses: readonly ContainerStatus[],
  podLimit: string | undefined,
): Container => {
  const status = statuses.find(({ name }) => name === spec.name)
  const waiting = status?.state.waiting
  const ended = status?.state.terminated ?? status?.lastState.terminated
  const own = spec.resources.limits?.memory
  const limit = own ?? podLimit
  const said = ended?.reason === 'StartError' ? ended.message : waiting?.message
  return {
    name: spec.name,
    image: spec.image,
    pullPolicy: spec.imagePullPolicy as Container['pullPolicy'],
    waiting: waiting && {
      reason: waiting.reason,
      message: /Image/.test(waiting.reason) ? (waiting.message ?? '') : toKnown(said),
    },
    startError: toKnown(waiting === undefined ? said : ''),
    isRunning: status?.state.running !== undefined,
    isReady: status?.ready === true,
    restarts: status?.restartCount ?? 0,
    ended: ended && {
      exitCode: ended.exitCode,
      reason: ended.reason,
      at: ended.finishedAt ?? undefined,
    },
    endedId: ended?.containerID?.replace('containerd://', ''),
    hasLivenessProbe: spec.livenessProbe !== undefined,
    memoryLimit: limit === undefined ? undefined : Number.parseInt(limit, 10) * 1024 ** 2,
    hasPodsLimit: own === undefined && podLimit !== undefined,
  }
}

const toPod = ({ metadata, spec, status }: ApiPod): Pod => {
  const [owner] = metadata.ownerReferences ?? []
  const statuses = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
  const bad = (type: string, is: string) =>
    status.conditions.find((it) => it.type === type && it.status === is)
  const putOut = bad('DisruptionTarget', 'True')
  const unscheduled = bad('PodScheduled', 'False')
  const failed = status.phase === 'Failed' ? bad('Ready', 'False') : undefined
  const podLimit = spec.resources?.limits?.memory
  const specs = [...(spec.initContainers ?? []), ...spec.containers]
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    owner: owner && `${owner.kind}/${owner.name}`,
    node: spec.nodeName,
    reason: status.reason,
    message: status.message,
    phase: status.phase,
    isDeleted: metadata.deletionTimestamp !== undefined,
    unschedulable: unscheduled?.message,
    createdAt: metadata.creationTimestamp,
    changedAt: (putOut ?? unscheduled ?? failed)?.lastTransitionTime ?? status.startTime,
    volumeImages: (spec.volumes ?? []).flatMap((volume) =>
      volume.image === undefined
        ? []
        : [
            {
              image: volume.image.reference,
              pullPolicy: volume.image.pullPolicy as Container['pullPolicy'],
            },
          ],
    ),
    containers: specs.map((container) => toContainer(container, statuses, podLimit)),
  }
}

const toEvent = ({ involvedObject, ...event }: ApiEvent): Event => {
  const isPlain = event.reason !== 'Unhealthy' || event.message.includes('statuscode')
  const isBare = event.reason === 'SuccessfulCreate'
  const isGuarded = /^Failed(?:Mount|Create)$/.test(event.reason)
  return {
    namespace: involvedObject.namespace ?? '',
    kind: involvedObject.kind,
    name: involvedObject.name,
    container: /\{(.*)\}/.exec(involvedObject.fieldPath ?? '')?.[1],
    reason: event.reason,
    message: isGuarded
      ? toKnown(event.message)
      : isBare
        ? ''
        : isPlain
          ? event.message
          : event.message.slice(0, event.message.startsWith('Readiness') ? 23 : 22),
    count: event.series?.count ?? event.count ?? 1,
    at: event.series?.lastObservedTime ?? event.lastTimestamp ?? undefined,
    node: (event['source'] as { readonly host: string }).host,
  }
}

/** The bad day, as it should be read. */
export const badDay: Cluster = {
  pods: pods.map(toPod),
  events: events
    .filter(({ reason, message }) => reason !== 'BackOff' && ![claimed, present].includes(message))
    .map(toEvent),
  nodes: nodes.map(({ metadata, status }) => ({
    name: metadata.name,
    troubles: status.conditions
      .filter(({ type, status }) => (type === 'Ready') !== (status === 'True'))
      .map(({ type, message }) => ({ type, message })),
    allocatableMemory: Number.parseInt(status.allocatable.memory, 10) * 1024,
  })),
}
