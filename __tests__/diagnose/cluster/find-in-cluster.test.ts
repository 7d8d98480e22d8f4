import { expect, test } from 'vitest'
import { findInCluster } from '../../../src/diagnose/cluster/find-in-cluster.ts'
import type { LoadedImage } from '../../../src/diagnose/cluster/loaded-image.ts'
import type { Cluster } from '../../../src/diagnose/cluster/parse-cluster.ts'
import type { Finding } from '../../../src/diagnose/finding/finding.ts'
import { idOf, sentinel, uidOf } from '../../support/kubernetes/make-pods.ts'
import { badDay } from '../../support/kubernetes/to-cluster.ts'
import { toFacts } from '../../support/kubernetes/to-facts.ts'

const image = (name: string): LoadedImage => ({
  given: name,
  canonical: `docker.io/library/${name}`,
  immutable: `${name}-sha`,
  id: 'sha256:1',
  nodes: ['kind-worker', 'kind-worker2'],
})
const loaded = [image('front:dev'), image('db:dev')]
const names = loaded.map(({ canonical }) => canonical)
const has = (node: string, ...images: readonly string[]) => new Map([[node, images]])

/** Pulls have tests of their own. */
const findBeside = (...facts: Parameters<typeof toFacts>): readonly Finding[] =>
  findInCluster(toFacts(...facts)).filter(
    ({ kind }) => kind !== 'image-pull' && kind !== 'pull-policy',
  )

const all = findBeside(badDay, loaded, new Map(), undefined)
const of = (pod: string): readonly Finding[] => all.filter((finding) => finding.pod === pod)
const ofNode = (node: string): readonly Finding[] =>
  all.filter((finding) => finding.node === node && finding.pod === undefined)

/** The bad day without some of its events. */
const without = (reason: string): Cluster => ({
  ...badDay,
  events: badDay.events.filter((event) => event.reason !== reason),
})
const find = (cluster: Cluster, pod: string): Finding | undefined =>
  findBeside(cluster, [], new Map(), undefined).find((finding) => finding.pod === pod)

test.each([
  [
    'hungry',
    'oom-kill',
    'certain',
    /OOM-killed; it probably exceeded its memory limit of 52 MB$/,
    /Raise limits.memory.*or the machine ran out/,
  ],
  ['greedy', 'oom-kill', 'certain', /OOM-killed; it has no memory limit/, /Run less at once/],
  [
    'bereft',
    'oom-kill',
    'certain',
    /lost a process to an OOM kill before it ended with exit code 0; it has no memory limit/,
    /Run less at once/,
  ],
  [
    'crowded',
    'oom-kill',
    'certain',
    /OOM-killed; it probably exceeded its pod's memory limit of 84 MB$/,
    /^Raise limits\.memory of the pod,/,
  ],
  ['slow', 'liveness', 'certain', /not for memory: its liveness probe failed/, /timeoutSeconds/],
  ['sleepy', 'liveness', 'certain', /not for memory: its startup probe failed/, /failureThreshold/],
  ['obedient', 'liveness', 'certain', /its liveness probe failed/, /not an OOM kill/],
  ['aged', 'liveness', 'likely', /its liveness probe failed/, /not an OOM kill/],
  [
    'stubborn',
    'killed',
    'likely',
    /did not stop within its grace period and was killed$/,
    /terminationGracePeriodSeconds/,
  ],
  ['mystery', 'killed', 'possible', /nothing tells by whom/, /--previous.*It may be an OOM kill/],
  [
    'logs',
    'eviction',
    'certain',
    /default\/logs was evicted: its node was short of disk$/,
    /free-disk/,
  ],
  ['gone', 'eviction', 'certain', /default\/gone was evicted/, /free-disk/],
  ['scratch', 'eviction', 'certain', /more to disk than its limit/, /sizeLimit/],
  ['verbose', 'eviction', 'certain', /more to disk than its limit/, /limits.ephemeral-storage/],
  [
    'batch-5f7c9d6b9-4kq2n',
    'eviction',
    'certain',
    /1 more of ReplicaSet.*its node was short of memory$/,
    /runner/,
  ],
  [
    'huge',
    'pending',
    'certain',
    /no node has as much memory left as the pod requests$/,
    /requests.memory/,
  ],
  ['pinned', 'pending', 'certain', /was refused: no node has as much CPU/, /requests.cpu/],
] as const)('%s: %s, %s', (pod, kind, certainty, cause, remedy) => {
  const found = of(pod)
  expect(found.length).toBe(1)
  expect(found[0]).toMatchObject({ kind, certainty })
  expect(found[0]?.cause).toMatch(cause)
  expect(found[0]?.remedy).toMatch(remedy)
})

test.each(['web-0', 'batch-5f7c9d6b9-zz8wl', 'again-1', 'ending', 'mounted'])(
  '%s: nothing',
  (pod) => {
    expect(of(pod)).toEqual([])
  },
)

test("a taint that newer schedulers do not name is a node's want where one is short of something, or not ready", () => {
  const [huge] = badDay.pods.filter(({ name }) => name === 'huge')
  const pending = (unschedulable: string, nodes: Cluster['nodes']) =>
    find({ pods: huge ? [{ ...huge, unschedulable }] : [], events: [], nodes }, 'huge')
  const unnamed = '0/3 nodes are available: 3 node(s) had untolerated taint(s).'
  const named = '0/1 nodes are available: 1 node(s) had untolerated taint {KEY: }.'
  const short = { kind: 'pending', cause: expect.stringContaining('the nodes are short of disk') }
  expect(pending(unnamed, badDay.nodes)).toMatchObject({ ...short, certainty: 'likely' })
  const calm = badDay.nodes.map((node) => ({ ...node, troubles: [] }))
  const tainted = {
    kind: 'pending',
    cause: expect.stringContaining('have taints'),
    certainty: 'certain',
  }
  expect(pending(unnamed, calm)).toMatchObject(tainted)
  const unready = calm.map((node) => ({ ...node, troubles: [{ type: 'Ready', message: '' }] }))
  expect(pending(unnamed, unready)).toMatchObject({
    ...{ kind: 'pending', certainty: 'likely' },
    cause: expect.stringContaining('no node is ready that might take it'),
  })
  expect(pending(named.replace('KEY', 'mine'), unready)).toMatchObject(tainted)
  const disk = named.replace('KEY', 'node.kubernetes.io/disk-pressure')
  expect(pending(disk, calm)).toMatchObject({ ...short, certainty: 'certain' })
  expect(pending(named.replace('KEY', 'mine'), badDay.nodes)).toMatchObject(tainted)
})

test('a kill for memory names pod and container as the kernel does', () => {
  expect(of('hungry')[0]).toMatchObject({
    ...{ podUid: uidOf('hungry'), containerId: idOf('hungry'), container: 'main' },
    ...{ node: 'kind-worker', at: '2026-03-03T10:05:02Z' },
  })
  const hungry = badDay.pods.filter(({ name }) => name === 'hungry')
  const twice = hungry.flatMap((pod) =>
    ['a', 'b'].map((name) => ({ ...pod, name, uid: name, owner: 'ReplicaSet/hungry' })),
  )
  const uids = findBeside({ ...badDay, pods: twice }, [], new Map(), undefined).map(
    ({ podUid }) => podUid,
  )
  expect(uids).toEqual(expect.arrayContaining(['a', 'b']))
})

test('a probe is only blamed for what it did', () => {
  expect(find(without('Killing'), 'slow')).toMatchObject({ kind: 'liveness', certainty: 'likely' })
  expect(find(without('Killing'), 'obedient')).toBeUndefined()
  const quiet = { ...badDay, events: [] }
  expect(find(quiet, 'slow')).toMatchObject({ kind: 'killed', certainty: 'possible' })
  expect(find(quiet, 'slow')?.remedy).toContain('liveness probe')
  const old = badDay.events.map((event) => ({ ...event, at: '2026-03-03T09:00:00Z' }))
  expect(find({ ...badDay, events: old }, 'obedient')).toBeUndefined()
  // Neither is one that failed long before, or a pod of the same name that was stopped then.
  for (const pod of ['slow', 'aged', 'stubborn']) {
    const found = find({ ...badDay, events: old }, pod)
    expect(found).toMatchObject({ kind: 'killed', certainty: 'possible' })
  }
  const elsewhere = badDay.events.map((event) => ({ ...event, namespace: 'other' }))
  expect(find({ ...badDay, events: elsewhere }, 'slow')?.kind).toBe('killed')
  const other = badDay.events.map((event) => ({ ...event, container: 'proxy' }))
  const its = other.map((event) => ({ ...event, message: event.message.replace('main', 'proxy') }))
  expect(find({ ...badDay, events: its }, 'slow')?.kind).toBe('killed')
})

test('a container that was to stop after its end was not killed for that', () => {
  // Ended at 07:31, and was started again since.
  const stopAt = (at: string): Finding | undefined => {
    const events = badDay.events.map((event) => ({ ...event, at }))
    return find({ ...badDay, events }, 'stubborn')
  }
  expect(stopAt('2026-03-03T10:07:31Z')).toMatchObject({ certainty: 'likely' })
  expect(stopAt('2026-03-03T10:07:40Z')).toMatchObject({ kind: 'killed', certainty: 'possible' })
})

test("a kubelet's own exit code, of a container that it lost, is no kill", () => {
  const lose = (name: string): Finding | undefined => {
    const pods = badDay.pods
      .filter((pod) => pod.name === name)
      .map((pod) => ({
        ...pod,
        containers: pod.containers.map((container) => ({
          ...container,
          ended: { exitCode: 137, reason: 'ContainerStatusUnknown', at: undefined },
        })),
      }))
    return find({ ...badDay, pods }, name)
  }
  // Whatever probes failed before, and although it was to stop.
  for (const pod of ['aged', 'stubborn', 'mystery']) {
    expect(lose(pod)).toMatchObject({
      ...{ kind: 'killed', certainty: 'possible' },
      cause: expect.stringMatching(/is gone from its node, and nothing tells how it ended$/),
      evidence: [expect.stringMatching(/^ContainerStatusUnknown: .* exit code 137 itself$/)],
      remedy: expect.stringContaining('crictl rm'),
    })
  }
  expect(lose('slow')?.kind).toBe('liveness')
})

test('evidence is what was seen, and no secret', () => {
  expect(of('slow')[0]?.evidence).toEqual([
    'Killing: Container main failed liveness probe, will be restarted',
    'Unhealthy (6 times): Liveness probe failed',
    'Exit code 137, reason Error',
  ])
  expect(of('sleepy')[0]?.evidence[1]).toContain('HTTP probe failed with statuscode: 503')
  expect(of('huge')[0]?.evidence[1]).toContain('kind-worker 17 GB')
  expect(of('logs')[0]).toMatchObject({ at: '2026-03-03T10:04:00Z' })
  expect(JSON.stringify(all)).not.toContain(sentinel)
  for (const { cause, evidence } of all) {
    for (const line of [cause, ...evidence]) expect(line).toMatch(/^[^\n]{1,400}$/)
  }
})

test('nodes that are or were short of something', () => {
  expect(ofNode('kind-worker').map(({ kind }) => kind)).toEqual([
    'disk-pressure',
    'image-collected',
  ])
  expect(ofNode('kind-worker')[0]).toMatchObject({
    certainty: 'certain',
    cause: expect.stringContaining('is short of disk'),
  })
  expect(ofNode('kind-worker2').map(({ kind }) => kind)).toEqual(['memory-pressure'])
  expect(ofNode('kind-control-plane')).toMatchObject([
    {
      ...{ kind: 'pid-pressure', at: '2026-03-03T10:02:00Z' },
      cause: expect.stringContaining('was for a time short of'),
    },
  ])
})

test('images that a node does not have any more', () => {
  const lostOn = (node: string, ...images: readonly string[]): Finding | undefined =>
    findBeside(badDay, loaded, has(node, ...images), undefined).find(
      ({ kind, node: its }) => kind === 'image-collected' && its === node,
    )
  expect(lostOn('kind-worker', names[0] ?? '')).toMatchObject({
    certainty: 'likely',
    cause: expect.stringMatching(/kind-worker does not have db:dev any more: its disk/),
    evidence: [expect.stringMatching(/^FreeDiskSpaceFailed/), expect.stringMatching(/^ImageGCF/)],
    image: 'db:dev',
  })
  expect(lostOn('kind-worker', ...names)).toMatchObject({ certainty: 'possible' })
  expect(lostOn('kind-worker2')).toMatchObject({
    certainty: 'possible',
    cause: expect.stringContaining('front:dev, db:dev any more: something removed'),
  })
  expect(lostOn('kind-worker2', ...names)).toBeUndefined()
  // What was never there is not lost.
  expect(lostOn('kind-control-plane')).toBeUndefined()
  const here = { ...image('db:dev'), nodes: ['kind-worker2'] }
  const elsewhere = { ...image('front:dev'), nodes: ['kind-worker'] }
  const images = new Map([['kind-worker2', []]])
  const found = findBeside(badDay, [here, here, elsewhere], images, undefined)
  const lost = found.filter(
    ({ node, kind }) => `${kind} ${node}` === 'image-collected kind-worker2',
  )
  expect(lost[0]?.cause).toContain('does not have db:dev any more: something')
})

test('images that went while the disk was short, which it is no more', () => {
  const lose = (reason: string, message: string): Finding | undefined => {
    const [event] = badDay.events.filter(({ reason }) => reason === 'EvictionThresholdMet')
    if (event === undefined) throw new Error('no event')
    const nodes = badDay.nodes.map((node) => ({ ...node, troubles: [] }))
    const cluster = { pods: [], nodes, events: [{ ...event, reason, message }] }
    return findBeside(cluster, loaded, has('kind-worker'), undefined).find(
      ({ kind }) => kind === 'image-collected',
    )
  }
  for (const [reason, message] of [
    ['EvictionThresholdMet', 'Attempting to reclaim ephemeral-storage'],
    ['EvictionThresholdMet', 'Attempting to reclaim inodes'],
    ['NodeHasDiskPressure', 'Node kind-worker status is now: NodeHasDiskPressure'],
  ] as const) {
    expect(lose(reason, message)).toMatchObject({
      certainty: 'likely',
      cause: expect.stringMatching(/db:dev any more: its disk/),
      evidence: [`${reason}: ${message}`],
    })
  }
  expect(lose('EvictionThresholdMet', 'Attempting to reclaim memory')).toMatchObject({
    certainty: 'possible',
    cause: expect.stringContaining('something removed'),
  })
})

test('a cluster in which all is well has no inCluster', () => {
  expect(findBeside({ pods: [], events: [], nodes: [] }, loaded, new Map(), undefined)).toEqual([])
})

test('in a pod that is done a sidecar may have been killed, and nothing else', () => {
  const done = (name: string): Finding | undefined => {
    const pods = badDay.pods.filter((pod) => pod.name === name)
    return find({ ...badDay, pods: pods.map((pod) => ({ ...pod, phase: 'Succeeded' })) }, name)
  }
  expect([done('stubborn'), done('mystery')]).toEqual([undefined, undefined])
  expect(done('bereft')?.kind).toBe('oom-kill')
})
