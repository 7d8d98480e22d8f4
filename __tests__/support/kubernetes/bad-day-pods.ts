import { badStarts } from './bad-starts.ts'
import {
  at,
  commandProbe,
  conditionOf,
  containerOf,
  endedOf,
  endOf,
  httpProbe,
  podOf,
  restartedOf,
  runningOf,
  waitingOf,
} from './make-pods.ts'
import type { ApiPod } from './types.ts'

/** A day on which all went wrong, in the words of kubelets and schedulers 1.32 and newer. */

const denied = (image: string): string =>
  `failed to pull and unpack image "${image}": failed to resolve reference "${image}": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`

const notFound = (image: string): string =>
  `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`

type Wait = readonly [
  name: string,
  image: string,
  imagePullPolicy: string,
  reason: string,
  message: string,
  more?: { readonly owner?: string; readonly node?: string },
]

const waits: readonly Wait[] = [
  ...['2xkqp', '8d4mz', 'vw7rl'].map((end): Wait => {
    const words = `Back-off pulling image "api": ErrImagePull: ${denied('docker.io/library/api:latest')}`
    const owner = 'ReplicaSet/api-7d9c5b8f4'
    return [`api-7d9c5b8f4-${end}`, 'api', 'Always', 'ImagePullBackOff', words, { owner }]
  }),
  ['front', 'front:latest', 'Always', 'ErrImagePull', denied('docker.io/library/front:latest')],
  ['db-0', 'db:dev', 'Always', 'ErrImagePull', denied('docker.io/library/db:dev')],
  ['web-0', 'web:v3', 'IfNotPresent', 'ErrImagePull', denied('docker.io/library/web:v3')],
  [
    ...(['queue', 'ghcr.io/acme/queue:dev', 'Always', 'ErrImagePull'] as const),
    'failed to pull and unpack image "ghcr.io/acme/queue:dev": failed to resolve reference "ghcr.io/acme/queue:dev": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Aacme%2Fqueue%3Apull&service=ghcr.io: 401 Unauthorized',
  ],
  [
    ...(['migrate', 'migrtions:dev', 'IfNotPresent', 'ErrImagePull'] as const),
    denied('docker.io/library/migrtions:dev'),
  ],
  [
    ...(['reports', 'reports:1', 'Never', 'ErrImageNeverPull'] as const),
    'Container image "reports:1" is not present with pull policy of Never',
  ],
  [
    ...(['cache', 'cache:dev', 'Never', 'ErrImageNeverPull'] as const),
    'Container image "cache:dev" is not present with pull policy of Never',
    { node: 'kind-worker2' },
  ],
  ['redis', 'redis:7.9', 'IfNotPresent', 'ErrImagePull', notFound('docker.io/library/redis:7.9')],
  [
    ...(['shouty', 'Front:dev', 'IfNotPresent', 'InvalidImageName'] as const),
    'Failed to apply default image tag "Front:dev": couldn\'t parse image name "Front:dev": invalid reference format: repository name (library/Front) must be lowercase',
  ],
]

/** Containers that mount an image wait for it as for their own. */
const mounting = ((): ApiPod => {
  const main = containerOf('main', 'front:dev')
  const words = `Back-off pulling image "acme/model:v3": ErrImagePull: ${notFound('docker.io/acme/model:v3')}`
  return podOf('mounting', {
    spec: {
      nodeName: 'kind-worker',
      containers: [main],
      volumes: [
        { name: 'kube-api-access-x7k2p', projected: { sources: [], defaultMode: 420 } },
        { name: 'model', image: { reference: 'acme/model:v3', pullPolicy: 'IfNotPresent' } },
      ],
    },
    status: { containerStatuses: [waitingOf(main, 'ImagePullBackOff', words)] },
  })
})()

const toWaitingPod = ([name, image, imagePullPolicy, reason, message, more = {}]: Wait): ApiPod => {
  const container = containerOf('main', image, { imagePullPolicy })
  return podOf(name, {
    spec: { nodeName: more.node ?? 'kind-worker', containers: [container] },
    status: { containerStatuses: [waitingOf(container, reason, message)] },
    ...(more.owner !== undefined && { owner: more.owner }),
  })
}

const staged = ((): ApiPod => {
  const [first, main] = [containerOf('wait-for-db', 'wait:1'), containerOf('main', 'front:dev')]
  const words = notFound('docker.io/library/wait:1')
  return podOf('staged', {
    spec: { nodeName: 'kind-worker', initContainers: [first], containers: [main] },
    status: {
      initContainerStatuses: [waitingOf(first, 'ErrImagePull', words)],
      containerStatuses: [waitingOf(main, 'PodInitializing')],
    },
  })
})()

/** Containers that ended and were started again: with what, why, when, how often, and their spec. */
const ends = [
  ['hungry', 137, 'OOMKilled', '05:02', 3, { resources: { limits: { memory: '50Mi' } } }],
  ['greedy', 137, 'OOMKilled', '05:09', 1, {}],
  // containerd keeps the reason when a child was killed, however the container ends.
  ['bereft', 0, 'OOMKilled', '05:11', 1, {}],
  ['slow', 137, 'Error', '06:02', 2, { livenessProbe: httpProbe }],
  ['sleepy', 137, 'Error', '06:20', 1, { startupProbe: httpProbe }],
  ['obedient', 0, 'Completed', '06:40', 1, { livenessProbe: commandProbe }],
  ['aged', 137, 'Error', '06:50', 1, { livenessProbe: commandProbe }],
  ['mystery', 137, 'Error', '08:00', 1, {}],
  ['crashing', 1, 'Error', '08:00', 4, {}],
] as const

const endedPods: readonly ApiPod[] = ends.map(([name, code, reason, time, restarts, more]) => {
  const [main, proxy] = [containerOf('main', 'front:dev', more), containerOf('proxy', 'front:dev')]
  const end = endOf(name, code, reason, at(time))
  return podOf(name, {
    spec: { nodeName: 'kind-worker', containers: [main, proxy] },
    status: {
      phase: 'Running',
      containerStatuses: [restartedOf(main, restarts, end), runningOf(proxy)],
    },
  })
})

/** With a limit for all of it (Kubernetes 1.34), which is each container's that has none. */
const crowded = ((): ApiPod => {
  const main = containerOf('main', 'front:dev')
  const resources = { limits: { memory: '80Mi' } }
  return podOf('crowded', {
    spec: { nodeName: 'kind-worker', containers: [main], resources },
    status: {
      phase: 'Running',
      containerStatuses: [endedOf(main, endOf('crowded', 137, 'OOMKilled', at('05:21')))],
    },
  })
})()

const stubborn = ((): ApiPod => {
  const main = containerOf('main', 'front:dev')
  const end = endOf('stubborn', 137, 'Error', at('07:31'))
  const spec = { nodeName: 'kind-worker', containers: [main] }
  return podOf('stubborn', {
    spec,
    status: { phase: 'Running', containerStatuses: [endedOf(main, end)] },
  })
})()

export const lowDisk =
  'The node was low on resource: ephemeral-storage. Threshold quantity: 7818573414, available: 6312412Ki. Container main was using 10304Ki, request is 0, has larger consumption of ephemeral-storage. '
const lowMemory =
  'The node was low on resource: memory. Threshold quantity: 100Mi, available: 84Mi. Container main was using 1340Mi, request is 0, has larger consumption of memory. '

const evictedOf = (name: string, message: string, owner?: string): ApiPod => {
  const main = containerOf('main', 'front:dev')
  const end = { exitCode: 137, reason: 'ContainerStatusUnknown', finishedAt: null }
  const why = { reason: 'TerminationByKubelet', message, lastTransitionTime: at('04:00') }
  return podOf(name, {
    spec: { nodeName: 'kind-worker2', containers: [main] },
    status: {
      phase: 'Failed',
      reason: 'Evicted',
      message,
      startTime: at('00:01'),
      conditions: [
        conditionOf('Ready', 'False', { reason: 'PodFailed', lastTransitionTime: at('03:59') }),
        conditionOf('DisruptionTarget', 'True', why),
        conditionOf('PodScheduled', 'True'),
      ],
      containerStatuses: [endedOf(main, end)],
    },
    ...(owner !== undefined && { owner }),
  })
}

const unscheduledOf = (name: string, message: string): ApiPod => {
  const conditions = [conditionOf('PodScheduled', 'False', { reason: 'Unschedulable', message })]
  return podOf(name, {
    spec: { containers: [containerOf('main', 'front:dev')] },
    status: { conditions },
  })
}

export const noMemory =
  '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient memory. no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.'

export const pods: readonly ApiPod[] = [
  ...waits.map(toWaitingPod),
  staged,
  mounting,
  ...endedPods,
  ...badStarts,
  stubborn,
  crowded,
  evictedOf('batch-5f7c9d6b9-4kq2n', lowMemory, 'ReplicaSet/batch-5f7c9d6b9'),
  evictedOf('batch-5f7c9d6b9-zz8wl', lowMemory, 'ReplicaSet/batch-5f7c9d6b9'),
  evictedOf('logs', lowDisk),
  evictedOf('scratch', 'Usage of EmptyDir volume "scratch" exceeds the limit "64Mi". '),
  evictedOf(
    'verbose',
    'Pod ephemeral local storage usage exceeds the total limit of containers 64Mi. ',
  ),
  unscheduledOf('huge', noMemory),
  unscheduledOf(
    'odd',
    "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
  ),
  podOf('pinned', {
    spec: { nodeName: 'kind-worker', containers: [containerOf('main', 'front:dev')] },
    status: {
      phase: 'Failed',
      reason: 'OutOfcpu',
      startTime: at('00:03'),
      conditions: [conditionOf('PodScheduled', 'True')],
      message:
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 8000, used: 950, capacity: 4000",
    },
  }),
]
