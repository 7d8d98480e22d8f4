import { eventOf } from './make-others.ts'
import {
  at,
  conditionOf,
  containerOf,
  endedOf,
  endOf,
  httpProbe,
  podOf,
  restartedOf,
  sentinel,
  uidOf,
  waitingOf,
} from './make-pods.ts'
import type { ApiEvent, ApiPod, ContainerStatus } from './types.ts'

/** Pods of the bad day that have their images, and do not start, stay or become ready. */

const main = containerOf('main', 'front:dev')

const podWith = (name: string, status: ContainerStatus, more: Partial<ApiPod['status']> = {}) =>
  podOf(name, {
    spec: { nodeName: 'kind-worker', containers: [main] },
    status: { containerStatuses: [status], ...more },
  })

const runtime = (cause: string): string =>
  `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${cause}: unknown`

const notOnPath = runtime(
  `exec: "serve --password=${sentinel}": executable file not found in $PATH`,
)
const noFile = runtime(`exec: "/app/${sentinel}": stat /app/${sentinel}: no such file or directory`)
const notMounted = runtime(
  `error mounting "/var/lib/kubelet/${sentinel}" to rootfs at "/etc/${sentinel}": not a directory`,
)
const mountOptions = `MountVolume.SetUp failed for volume "share" : mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t cifs -o username=a,password=${sentinel} //nas/share /var/lib/kubelet/pods/x\nOutput: mount error(13): Permission denied\n`
const webhook = `Error creating: admission webhook "policy.acme.io" denied the request: env PASSWORD=${sentinel} is not allowed`
export const claimed = 'create Claim data-store-0 Pod store-0 in StatefulSet store success'
const quota =
  'Error creating: pods "limited-6f9c-x2x9k" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=4, limited: pods=4'
const noConfig = 'MountVolume.SetUp failed for volume "settings" : configmap "settings" not found'
const noFolder =
  'MountVolume.SetUp failed for volume "models" : hostPath type check failed: /srv/models is not a directory'
const asRoot = `container has runAsNonRoot and image will run as root (pod: "rooted_default(${uidOf('rooted')})", container: main)`
const subPath = `error SubPath \`${sentinel}\` must not be an absolute path`

const waits = [
  ['unconfigured', 'CreateContainerConfigError', 'configmap "settings" not found'],
  ['keyless', 'CreateContainerConfigError', "couldn't find key url in Secret default/db"],
  ['rooted', 'CreateContainerConfigError', asRoot],
  ['subpathed', 'CreateContainerConfigError', subPath],
  ['broken', 'RunContainerError', notOnPath],
  ['overlaid', 'RunContainerError', notMounted],
  ['hooked', 'PostStartHookError', `Exec lifecycle hook ([login ${sentinel}]) failed`],
  ['unmounted', 'ContainerCreating', undefined],
  ['shared', 'ContainerCreating', undefined],
  ['misplaced', 'ContainerCreating', undefined],
  ['islanded', 'ContainerCreating', undefined],
  // It asked for its image since.
  ['mounted', 'ContainerCreating', undefined],
] as const

const unstarted = ((): ApiPod => {
  const end = { ...endOf('unstarted', 128, 'StartError', at('08:10')), message: noFile }
  return podWith('unstarted', restartedOf(main, 3, end))
})()

const over = {
  phase: 'Failed',
  conditions: [conditionOf('Ready', 'False', { lastTransitionTime: at('08:20') })],
} as const

/** It is not tried again. */
const unstartedOnce = ((): ApiPod => {
  const end = { ...endOf('unstarted-once', 128, 'StartError', at('08:10')), message: notOnPath }
  return podWith('unstarted-once', endedOf(main, end), over)
})()

const ofJob = (name: string, pod: ApiPod): ApiPod => ({
  ...pod,
  metadata: { ...podOf(name, { spec: pod.spec, owner: 'Job/again' }).metadata },
})

const ending = ((): ApiPod => {
  const pod = podWith('ending', restartedOf(main, 4, endOf('ending', 1, 'Error', at('08:30'))))
  return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: at('08:40') } }
})()

const unready = podOf('unready', {
  spec: {
    nodeName: 'kind-worker',
    containers: [containerOf('main', 'front:dev', { readinessProbe: httpProbe })],
  },
  status: {
    phase: 'Running',
    containerStatuses: [
      {
        ...restartedOf(main, 0, endOf('unready', 0, 'Completed', at('02:00'))),
        lastState: {},
        ready: false,
      },
    ],
  },
})

export const badStarts: readonly ApiPod[] = [
  ...waits.map(([name, reason, message]) => podWith(name, waitingOf(main, reason, message))),
  unstarted,
  unstartedOnce,
  podWith('faulty', restartedOf(main, 3, endOf('faulty', 139, 'Error', at('08:11'))), {
    phase: 'Running',
  }),
  podWith('finished', restartedOf(main, 3, endOf('finished', 0, 'Completed', at('08:12'))), {
    phase: 'Running',
  }),
  podWith('tests', endedOf(main, endOf('tests', 2, 'Error', at('08:20'))), over),
  ofJob(
    'again-1',
    podWith('again-1', endedOf(main, endOf('again-1', 1, 'Error', at('08:20'))), over),
  ),
  ofJob(
    'again-2',
    podWith('again-2', endedOf(main, endOf('again-2', 0, 'Completed', at('08:25'))), {
      phase: 'Succeeded',
    }),
  ),
  ending,
  unready,
]

const ofOther = (kind: string, event: ApiEvent): ApiEvent => {
  const { fieldPath: _, ...involved } = event.involvedObject
  return { ...event, involvedObject: { ...involved, kind } }
}

const refused = `Get "http://10.244.1.9:8080/ready?token=${sentinel}": dial tcp 10.244.1.9:8080: connect: connection refused`

export const badStartEvents: readonly ApiEvent[] = [
  eventOf('unmounted/', 'FailedMount', noConfig, at('03:00'), 9),
  eventOf('shared/', 'FailedMount', mountOptions, at('03:00'), 9),
  eventOf('misplaced/', 'FailedMount', noFolder, at('03:00'), 9),
  eventOf('mounted/', 'FailedMount', noConfig, at('00:05')),
  eventOf('mounted/main', 'Pulling', 'Pulling image "front:dev"', at('00:09')),
  eventOf(
    'islanded/',
    'FailedCreatePodSandBox',
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "0d0f": plugin type="ptp" failed (add): no IP addresses available in range set: 10.244.1.1-10.244.1.254',
    at('03:00'),
    40,
  ),
  eventOf('unready/main', 'Unhealthy', `Readiness probe failed: ${refused}`, at('08:50'), 12),
  ofOther('ReplicaSet', eventOf('limited-6f9c/', 'FailedCreate', quota, at('03:00'), 9)),
  ofOther('Job', eventOf('watched/', 'FailedCreate', webhook, at('03:00'), 9)),
  // Its pods came once the webhook was there, and are gone; the other's never came.
  ofOther('Job', eventOf('patient/', 'FailedCreate', webhook, at('03:00'), 2)),
  ofOther('Job', eventOf('patient/', 'SuccessfulCreate', `Created pod: ${sentinel}`, at('03:01'))),
  ofOther('StatefulSet', eventOf('store/', 'FailedCreate', webhook, at('03:00'), 9)),
  ofOther('StatefulSet', eventOf('store/', 'SuccessfulCreate', claimed, at('03:00'))),
]

/** What leaves the node of messages that are guarded; nothing of others. */
export const knownWords: ReadonlyMap<string, string> = new Map([
  ['configmap "settings" not found', 'configmap "settings" not found'],
  ["couldn't find key url in Secret default/db", "couldn't find key url in Secret default/db"],
  [asRoot, 'container has runAsNonRoot and image will run as root'],
  [notOnPath, 'executable file not found in $PATH'],
  [noFile, 'exec: no such file or directory'],
  [notMounted, 'error mounting'],
  [noConfig, noConfig],
  [noFolder, noFolder],
  [mountOptions, 'MountVolume.SetUp failed for volume "share"'],
  [quota, 'exceeded quota: compute, requested: pods=1, used: pods=4, limited: pods=4'],
  [webhook, 'admission webhook "policy.acme.io" denied the request'],
])
