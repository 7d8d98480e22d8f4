import { expect, test } from 'vitest'
import type { ClusterFacts } from '../../../src/diagnose/cluster/cluster-facts.ts'
import { findInCluster } from '../../../src/diagnose/cluster/find-in-cluster.ts'
import type { Cluster, Container, Event, Pod } from '../../../src/diagnose/cluster/parse-cluster.ts'
import type { Finding } from '../../../src/diagnose/finding/finding.ts'
import { at, sentinel } from '../../support/kubernetes/make-pods.ts'
import { badDay } from '../../support/kubernetes/to-cluster.ts'
import { toFacts } from '../../support/kubernetes/to-facts.ts'

/** Pods that have their images, and do not start, stay or become ready. */

const find = (cluster: Cluster, since?: ClusterFacts['since'], now?: number): readonly Finding[] =>
  findInCluster(toFacts(cluster, [], new Map(), since, now))
const all = find(badDay)

const podNamed = (name: string): Pod => {
  const pod = badDay.pods.find((it) => it.name === name)
  if (pod === undefined) throw new Error(`no pod ${name}`)
  return pod
}
const change = (name: string, container: Partial<Container>, more: Partial<Pod> = {}): Cluster => {
  const pod = podNamed(name)
  const containers = pod.containers.map((each, index) =>
    index > 0 ? each : { ...each, ...container },
  )
  return { pods: [{ ...pod, ...more, containers }], events: [], nodes: [] }
}
const alone = (name: string, events: Event[]): Cluster => ({
  ...{ pods: [podNamed(name)], events, nodes: [] },
})
const eventOf = (name: string): Event => {
  const event = badDay.events.find((it) => it.name === name)
  if (event === undefined) throw new Error(`no event of ${name}`)
  return event
}

test.each([
  [
    'unconfigured',
    'certain',
    /cannot start: ConfigMap settings is not in namespace default$/,
    /before the pod/,
  ],
  ['keyless', 'certain', /cannot start: Secret db has no key url$/, /Add the key/],
  ['rooted', 'certain', /demands runAsNonRoot, and its image runs as root$/, /USER 1000/],
  [
    'subpathed',
    'likely',
    /its kubelet says CreateContainerConfigError$/,
    /describe pod subpathed --namespace default`/,
  ],
  ['broken', 'certain', /its image has no such command on PATH$/, /is a list, not one text/],
  ['overlaid', 'certain', /cannot be mounted into it$/, /subPath/],
  ['hooked', 'likely', /its kubelet says PostStartHookError$/, /describe/],
  ['unstarted', 'certain', /its image has no file of its command's name$/, /last stage/],
  ['unstarted-once', 'certain', /its image has no such command on PATH$/, /is a list/],
  [
    'unmounted',
    'certain',
    /^Pod .*its volume settings needs ConfigMap settings, which is not in/,
    /before the pod/,
  ],
  ['shared', 'likely', /its kubelet says FailedMount$/, /describe/],
  [
    'misplaced',
    'certain',
    /models is a hostPath, and \/srv\/models is not a directory$/,
    /extraMounts.*node-files/,
  ],
  ['islanded', 'certain', /no network for pods yet, or that fails$/, /condition=Ready nodes/],
] as const)('%s: not-started, %s', (pod, certainty, cause, remedy) => {
  const found = all.filter((finding) => finding.pod === pod)
  expect(found).toMatchObject([{ kind: 'not-started', certainty }])
  expect(found[0]?.cause).toMatch(cause)
  expect(found[0]?.remedy).toMatch(remedy)
})

test.each([
  [
    'crashing',
    /ended with exit code 1$/,
    /^Read its log: `kubectl logs crashing --namespace default --container main --previous`\.$/,
  ],
  ['faulty', /exit code 139 \(SIGSEGV: /, /--previous/],
  ['finished', /ends with exit code 0, and is started again each time$/, /foreground, or as a Job/],
  ['tests', /ended with exit code 2$/, /--container main`/],
] as const)('%s: crash', (pod, cause, remedy) => {
  const found = all.filter((finding) => finding.pod === pod)
  expect(found).toMatchObject([{ kind: 'crash', certainty: 'certain' }])
  expect(found[0]?.cause).toMatch(cause)
  expect(found[0]?.remedy).toMatch(remedy)
})

test('evidence is what was seen, and no secret', () => {
  const evidenceOf = (pod: string) => all.find((finding) => finding.pod === pod)?.evidence
  expect(evidenceOf('crashing')).toEqual(['Exit code 1, reason Error, restarted 4 times'])
  expect(evidenceOf('tests')).toEqual(['Exit code 2, reason Error'])
  expect(evidenceOf('unstarted')).toEqual(['StartError: exec: no such file or directory'])
  expect(evidenceOf('subpathed')).toEqual(['CreateContainerConfigError'])
  expect(JSON.stringify(all)).not.toContain(sentinel)
})

test('who crashed is down, or not ready again; who runs as it should has recovered', () => {
  const crashes = (container: Partial<Container>, now = at('08:30')): readonly string[] =>
    find(change('crashing', container), undefined, Date.parse(now)).map(({ kind }) => kind)
  const runs = { waiting: undefined, isRunning: true }
  expect(crashes({ ...runs, isReady: true })).toEqual([])
  expect(crashes({ ...runs, isReady: false })).toEqual(['crash'])
  expect(crashes({ ...runs, isReady: false }, at('18:00'))).toEqual(['crash'])
  // Whatever keeps it from being ready now, it has run for some time.
  expect(crashes({ ...runs, isReady: false }, at('18:01'))).toEqual([])
  expect(crashes({}, at('18:01'))).toEqual(['crash'])
  // Its image, which was there when it last ran, is what it waits for now.
  const pulls = crashes({ waiting: { reason: 'ErrImagePull', message: 'denied' } })
  expect(pulls).toEqual(['image-pull'])
  const ended = { exitCode: 0, reason: 'Completed', at: at('08:00') }
  expect(crashes({ waiting: undefined, ended })).toEqual([])
})

test('a pod that fails for a reason of its own has not crashed', () => {
  expect(find(change('tests', {}, { reason: 'DeadlineExceeded' }))).toEqual([])
  expect(find(change('tests', {}))).toHaveLength(1)
  expect(find(change('tests', {}), Date.parse(at('08:20')))).toHaveLength(1)
  expect(find(change('tests', {}), Date.parse(at('08:21')))).toEqual([])
})

test('a Job that has tried again in vain has failed', () => {
  expect(find(alone('again-1', []))).toMatchObject([{ kind: 'crash', pod: 'again-1' }])
})

test('volumes are mounted once a pod asks for its images', () => {
  const [mount, pull] = [eventOf('unmounted'), { ...eventOf('unmounted'), reason: 'Pulling' }]
  const later = { ...pull, at: at('03:01') }
  expect(find(alone('unmounted', [mount]))).toHaveLength(1)
  expect(find(alone('unmounted', [mount, later]))).toEqual([])
  expect(find(alone('unmounted', [{ ...mount, at: at('03:02') }, later]))).toHaveLength(1)
  // Of a pod that runs a kubelet mounts again now and then.
  expect(
    find({ ...change('unmounted', { waiting: undefined, isRunning: true }), events: [mount] }),
  ).toEqual([])
})

test('a probe counts that fails as often as Kubernetes lets it', () => {
  const event = eventOf('unready')
  const found = find(alone('unready', [event]))
  expect(found).toMatchObject([
    {
      ...{ kind: 'not-ready', certainty: 'certain', at: at('08:50') },
      cause:
        'Container main of pod default/unready runs and is not ready: its readiness probe fails',
      evidence: ['Unhealthy (12 times): Readiness probe failed'],
    },
  ])
  expect(find(alone('unready', [{ ...event, count: 3 }]))).toHaveLength(1)
  expect(find(alone('unready', [{ ...event, count: 2 }]))).toEqual([])
  expect(find(alone('unready', [{ ...event, container: 'proxy' }]))).toEqual([])
  expect(find({ ...change('unready', { isReady: true }), events: [event] })).toEqual([])
  expect(find({ ...change('unready', {}, { isDeleted: true }), events: [event] })).toEqual([])
})

test.each([
  ['admission webhook "policy.acme.io" denied the request', /webhook or policy refuses them$/],
  ["ValidatingAdmissionPolicy 'a' with binding 'b' denied request", /policy refuses them$/],
  ['failed calling webhook "policy.acme.io"', /does not answer as it should$/],
  ['exceeded quota: compute, requested: pods=1', /quota is used up$/],
  ['failed quota: compute: must specify limits.cpu', /requests and limits that its pods do not/],
  ['maximum memory usage per Container is 1Gi, but limit is 2Gi', /LimitRange does not allow/],
  ['violates PodSecurity "restricted:latest": host namespaces', /Pod Security Standard/],
  ['error looking up service account a/b: serviceaccount "b" not found', /account is not there$/],
  ['Pod "limited-6f9c-x2x9k" is invalid', /template is not valid$/],
  ['', /limited-6f9c cannot make pods$/],
])('no-pods: %s', (message, cause) => {
  const event = { ...eventOf('limited-6f9c'), message }
  expect(find({ pods: [], events: [event], nodes: [] })).toMatchObject([
    { kind: 'no-pods', cause: expect.stringMatching(cause) },
  ])
})

test('whoever may not make pods has none', () => {
  const found = all.filter(({ kind }) => kind === 'no-pods')
  expect(found.map(({ cause }) => cause)).toEqual([
    "ReplicaSet default/limited-6f9c cannot make pods: its namespace's quota is used up",
    'Job default/watched cannot make pods: an admission webhook or policy refuses them',
    'StatefulSet default/store cannot make pods: an admission webhook or policy refuses them',
  ])
  const event = eventOf('limited-6f9c')
  const cluster = (owner: string | undefined): Cluster => ({
    ...{ pods: [{ ...podNamed('unready'), owner }], events: [event], nodes: [] },
  })
  expect(find(cluster('ReplicaSet/other'))).toMatchObject([{ kind: 'no-pods' }])
  // It had to wait for a moment.
  expect(find(cluster('ReplicaSet/limited-6f9c'))).toEqual([])
  expect(find(cluster(undefined), Date.parse(at('03:01')))).toEqual([])
})

test.each([
  ['no nodes available to schedule pods', /no node is ready that might take it$/],
  [
    '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }. preemption: x',
    /no node is ready that might take it$/,
  ],
  [
    '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: x',
    /no volume answers a claim/,
  ],
  [
    '0/1 nodes are available: persistentvolumeclaim "data" not found. preemption: x',
    /a claim that it mounts is not there$/,
  ],
  [
    "0/2 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, 1 node(s) had untolerated taint(s).",
    /its volume is on a node/,
  ],
  [
    "0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports.",
    /its hostPort is taken/,
  ],
  ["0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules.", /keep it away/],
  [
    "0/2 nodes are available: 2 node(s) didn't match pod affinity rules.",
    /beside which it is to run$/,
  ],
  [
    "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) didn't match Pod's node affinity/selector.",
    /no node has the labels/,
  ],
  ['0/1 nodes are available: 1 node(s) were unschedulable.', /were cordoned$/],
  ['0/1 nodes are available: 1 node(s) had untolerated taint {gpu: true}.', /have taints/],
  [
    '0/3 nodes are available: 1 node(s) had untolerated taint {gpu: true}, 2 node(s) had untolerated taint(s). no new claims to deallocate, preemption: x',
    /have taints/,
  ],
  [
    '0/2 nodes are available: 1 Insufficient nvidia.com/gpu, 1 node(s) had untolerated taint(s). preemption: x',
    /no node has as much left of something that it requests$/,
  ],
  [
    "0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label), 1 node(s) had untolerated taint(s).",
    /no node has the labels/,
  ],
  [
    "0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) had untolerated taint(s).",
    /keep it away/,
  ],
])('pending: %s', (unschedulable, cause) => {
  const cluster = { pods: [{ ...podNamed('odd'), unschedulable }], events: [], nodes: [] }
  expect(find(cluster)).toMatchObject([{ kind: 'pending', certainty: 'certain' }])
  expect(find(cluster)[0]?.cause).toMatch(cause)
})

test.each([
  'Scheduling is blocked due to non-empty scheduling gates',
  '0/2 nodes are available: 1 cannot allocate all claims, 1 node(s) had untolerated taint(s).',
])('what the scheduler says that nobody knows is no finding: %s', (unschedulable) => {
  expect(find({ pods: [{ ...podNamed('odd'), unschedulable }], events: [], nodes: [] })).toEqual([])
})

test('replicas whose token has volumes of other names make one finding', () => {
  const pods = ['a', 'b'].map((name) => ({ ...podNamed('unmounted'), name, owner: 'ReplicaSet/x' }))
  const events = pods.map(({ name }) => ({
    ...{ ...eventOf('unmounted'), name },
    message: `MountVolume.SetUp failed for volume "kube-api-access-x${name}7k2" : configmap "kube-root-ca.crt" not found`,
  }))
  expect(find({ pods, events, nodes: [] }).map(({ cause }) => cause)).toEqual([
    'Pod default/a, and 1 more of ReplicaSet/x, cannot start: ConfigMap kube-root-ca.crt is not in namespace default',
  ])
})

test('a command stays whole, however long the names in it are', () => {
  const [event, name] = [eventOf('unready'), `${'long-name-'.repeat(12)}1`]
  const pod = { ...podNamed('unready'), name }
  const [found] = find({ pods: [pod], events: [{ ...event, name }], nodes: [] })
  expect(found?.remedy).toContain(`\`kubectl logs ${name} --namespace default --container main\`.`)
})
