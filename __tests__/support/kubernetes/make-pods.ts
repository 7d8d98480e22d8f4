import { createHash } from 'node:crypto'
import type { ApiPod, ContainerSpec, ContainerStatus, Ended, Fields, State } from './types.ts'

/** Is wherever a secret may be; must be nowhere in what the action receives. */
export const sentinel = 'sentinel-of-a-secret'

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

export const uidOf = (name: string): string =>
  hash(name).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, '$1-$2-4$3-a$4-$5')

export const idOf = (name: string): string => hash(name)

/** A time of the bad day, by its minutes and seconds. */
export const at = (minutes: string): string => `2026-03-03T10:${minutes}Z`

const tokenMount = {
  name: 'kube-api-access-x7k2p',
  readOnly: true,
  mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
}

/** A container as the API server has it, defaults and all. */
export const containerOf = (
  name: string,
  image: string,
  more: Partial<ContainerSpec> = {},
): ContainerSpec => ({
  name,
  image,
  args: [`--password=${sentinel}`],
  env: [{ name: 'PASSWORD', value: sentinel }],
  resources: {},
  volumeMounts: [tokenMount],
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  imagePullPolicy: 'IfNotPresent',
  ...more,
})

const probeTimes = { timeoutSeconds: 1, periodSeconds: 5, successThreshold: 1, failureThreshold: 3 }

export const httpProbe = {
  httpGet: {
    path: `/healthz?token=${sentinel}`,
    port: 8080,
    scheme: 'HTTP',
    httpHeaders: [{ name: 'Authorization', value: `Bearer ${sentinel}` }],
  },
  ...probeTimes,
}

export const commandProbe = {
  exec: { command: ['sh', '-c', `check ${sentinel}`] },
  ...probeTimes,
}

const statusOf = (name: string, image: string, state: State, restarts = 0, last: State = {}) => ({
  name,
  state,
  lastState: last,
  ready: state.running !== undefined,
  restartCount: restarts,
  image,
  imageID: '',
  started: state.running !== undefined,
})

export const waitingOf = (
  { name, image }: ContainerSpec,
  reason: string,
  message?: string,
): ContainerStatus =>
  statusOf(name, image, { waiting: { reason, ...(message !== undefined && { message }) } })

export const endOf = (name: string, exitCode: number, reason: string, time: string): Ended => ({
  exitCode,
  reason,
  startedAt: at('01:00'),
  finishedAt: time,
  containerID: `containerd://${idOf(name)}`,
  // What the program wrote to /dev/termination-log.
  ...(reason === 'Error' && { message: `the password ${sentinel} was refused` }),
})

export const endedOf = ({ name, image }: ContainerSpec, terminated: Ended): ContainerStatus =>
  statusOf(name, image, { terminated })

/** Started again after an end; or about to be, after some. */
export const restartedOf = (
  { name, image }: ContainerSpec,
  restarts: number,
  terminated: Ended,
): ContainerStatus => {
  const message = `back-off 40s restarting failed container=${name} pod=${name}_default`
  const state =
    restarts > 2
      ? { waiting: { reason: 'CrashLoopBackOff', message } }
      : { running: { startedAt: at('02:00') } }
  return statusOf(name, image, state, restarts, { terminated })
}

export const runningOf = ({ name, image }: ContainerSpec): ContainerStatus =>
  statusOf(name, image, { running: { startedAt: at('02:00') } })

export const conditionOf = (type: string, status: string, more: Fields = {}) => ({
  type,
  status,
  observedGeneration: 1,
  lastProbeTime: null,
  lastTransitionTime: at('00:01'),
  ...more,
})

type PodParts = {
  readonly spec: ApiPod['spec']
  readonly status?: Partial<ApiPod['status']>
  /** Such as `ReplicaSet/api-7d9c5b8f4`. */
  readonly owner?: string
}

const toOwners = (owner: string) => {
  const [kind = '', name = ''] = owner.split('/')
  const isKeeper = { controller: true, blockOwnerDeletion: true }
  return [{ apiVersion: 'apps/v1', kind, name, uid: uidOf(owner), ...isKeeper }]
}

const lastApplied = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Pod',
  spec: { containers: [{ env: [{ name: 'PASSWORD', value: sentinel }] }] },
})

/** A pod as the API server has it. */
export const podOf = (name: string, { spec, status, owner }: PodParts): ApiPod => ({
  metadata: {
    name,
    namespace: 'default',
    uid: uidOf(name),
    resourceVersion: '1201',
    creationTimestamp: at('00:00'),
    labels: { app: name },
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': lastApplied },
    ...(owner !== undefined && { ownerReferences: toOwners(owner) }),
  },
  spec: {
    ...spec,
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: 'default',
    schedulerName: 'default-scheduler',
    priority: 0,
  },
  status: {
    phase: 'Pending',
    conditions: [conditionOf('PodScheduled', 'True'), conditionOf('Ready', 'False')],
    ...status,
    qosClass: 'BestEffort',
  },
})
