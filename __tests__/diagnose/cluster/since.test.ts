import { expect, test } from 'vitest'
import { findInCluster } from '../../../src/diagnose/cluster/find-in-cluster.ts'
import type { LoadedImage } from '../../../src/diagnose/cluster/loaded-image.ts'
import type { Cluster, Event, Pod } from '../../../src/diagnose/cluster/parse-cluster.ts'
import { findPullTroubles } from '../../../src/diagnose/cluster/pulls.ts'
import type { Finding } from '../../../src/diagnose/finding/finding.ts'
import { findNewest, isSince } from '../../../src/diagnose/finding/since.ts'
import { at } from '../../support/kubernetes/make-pods.ts'
import { badDay } from '../../support/kubernetes/to-cluster.ts'
import { toFacts } from '../../support/kubernetes/to-facts.ts'

/** Of a cluster that others use, too, only what came since the job's baseline is the job's. */

const load = (given: string): LoadedImage => ({
  given,
  canonical: `docker.io/library/${given}`,
  immutable: `${given}-sha`,
  id: 'sha256:1',
  nodes: ['kind-worker'],
})

const since = (minutes: string): number => Date.parse(at(minutes))
const tomorrow = Date.parse('2026-03-04T00:00:00Z')

const inCluster = (cluster: Cluster, from: number | undefined): readonly Finding[] =>
  findInCluster(toFacts(cluster, [], new Map(), from))
const podsOf = (findings: readonly Finding[]): readonly string[] =>
  findings.flatMap(({ pod }) => pod ?? [])

const podNamed = (name: string): Pod => {
  const pod = badDay.pods.find((it) => it.name === name)
  if (pod === undefined) throw new Error(`no pod ${name}`)
  return pod
}
const eventOf = (reason: string, about: string): Event => {
  const event = badDay.events.find((it) => it.reason === reason && it.name === about)
  if (event === undefined) throw new Error(`no event ${reason}`)
  return event
}

test('nothing of an old bad day is news, but what is so now', () => {
  const findings = inCluster(badDay, tomorrow)
  expect(findings.map(({ kind, node }) => [kind, node])).toEqual([
    ['disk-pressure', 'kind-worker'],
    ['memory-pressure', 'kind-worker2'],
  ])
  // So the time when it began, which is evidence, cannot make it old later.
  expect(findings.map((finding) => finding.at)).toEqual([undefined, undefined])
  expect(findings[0]?.evidence[1]).toContain('NodeHasDiskPressure')
  expect(findPullTroubles(toFacts(badDay, [], new Map(), tomorrow))).toEqual([])
})

test.each([
  ['an eviction without its event', 'scratch', 'eviction', '04:00'],
  ['one whose event is there still', 'gone', 'eviction', '04:02'],
  ['no room', 'huge', 'pending', '00:01'],
  ['a refusal', 'pinned', 'pending', '00:03'],
  ['an end', 'mystery', 'killed', '08:00'],
])('%s has a time, and counts from then on', (_, pod, kind, minutes) => {
  const its = (from: number): readonly Finding[] =>
    inCluster(badDay, from).filter((finding) => finding.pod === pod)
  expect(its(since(minutes))).toMatchObject([{ kind, at: at(minutes) }])
  expect(its(since(minutes) + 1_000)).toEqual([])
})

test('kubelets that write no condition of an eviction still write its event', () => {
  const pods = [{ ...podNamed('logs'), changedAt: at('00:01') }]
  expect(inCluster({ ...badDay, nodes: [], pods }, since('03:00'))).toEqual(
    expect.arrayContaining([expect.objectContaining({ pod: 'logs', at: at('04:00') })]),
  )
})

test('what no kubelet knows the time of is as old as its pod', () => {
  const lost = podNamed('stubborn')
  const containers = lost.containers.map((container) => ({
    ...container,
    ended: { exitCode: 137, reason: 'ContainerStatusUnknown', at: undefined },
  }))
  const cluster = { pods: [{ ...lost, containers }], events: [], nodes: [] }
  expect(inCluster(cluster, since('00:00'))).toMatchObject([{ kind: 'killed', at: at('00:00') }])
  expect(inCluster(cluster, since('00:01'))).toEqual([])
})

test('a kubelet that failed to free its disk before is no news, and its time is the last one', () => {
  const of = (from: number): readonly Finding[] =>
    inCluster(badDay, from).filter(({ kind }) => kind === 'image-collected')
  expect(of(since('04:15'))).toMatchObject([{ node: 'kind-worker', at: at('04:15') }])
  expect(of(since('04:16'))).toEqual([])
  // A loaded image that is gone is gone now.
  for (const from of [tomorrow, undefined]) {
    const gone = findInCluster(
      toFacts(badDay, [load('a:1')], new Map([['kind-worker', ['b']]]), from),
    )
    const lost = gone.find(({ kind }) => kind === 'image-collected')
    expect(lost).toMatchObject({ cause: expect.stringContaining('a:1'), certainty: 'likely' })
    expect(lost?.at).toBeUndefined()
  }
})

test('old ones of a workload neither hide the new ones nor count as more of them', () => {
  const evicted = podNamed('batch-5f7c9d6b9-4kq2n')
  const pods = ['03:00', '05:00', '06:00'].map((minutes) => ({
    ...evicted,
    name: `batch-${minutes}`,
    changedAt: at(minutes),
  }))
  const find = (from: number | undefined): Finding | undefined =>
    inCluster({ pods, events: [], nodes: [] }, from)[0]
  expect(find(undefined)?.cause).toContain('batch-03:00, and 2 more of')
  expect(find(since('04:00'))).toMatchObject({
    ...{ pod: 'batch-05:00', at: at('06:00') },
    cause: expect.stringContaining('and 1 more of ReplicaSet/'),
  })
  expect(find(since('06:00'))?.cause).not.toContain('more of')
  expect(find(since('07:00'))).toBeUndefined()
})

test('a pod that was put out twice under one name is one pod', () => {
  const gone = eventOf('Evicted', 'gone')
  const [finding, ...more] = inCluster({ pods: [], events: [gone, gone], nodes: [] }, undefined)
  expect(finding?.cause).toMatch(/^Pod default\/gone was evicted/)
  expect(more).toEqual([])
})

test('of several events the newest counts, whatever their order', () => {
  const [late, early] = [at('09:00'), at('01:00')]
  const began = eventOf('NodeHasInsufficientPID', 'kind-control-plane')
  const killing = eventOf('Killing', 'slow')
  const message = killing.message.replace('liveness', 'startup')
  const events = [
    ...[
      { ...began, at: early },
      { ...began, at: late },
    ],
    ...[{ ...killing, at: early, message }, killing],
  ]
  for (const ordered of [events, events.toReversed()]) {
    const found = inCluster({ ...badDay, events: ordered }, since('05:00'))
    expect(found.find(({ kind }) => kind === 'pid-pressure')?.at).toBe(late)
    expect(found.find(({ pod }) => pod === 'slow')?.cause).toContain('liveness')
  }
})

test('a wait for a loaded image, or one alike, is told however old; for another one of a new pod', () => {
  const loaded = ['cache:dev', 'web:dev', 'front:dev'].map(load)
  const find = (from: number | undefined): readonly string[] =>
    podsOf(findPullTroubles(toFacts(badDay, loaded, new Map(), from)))
  // Loaded; with another tag; the name in capitals.
  const ours = ['front', 'web-0', 'cache', 'shouty']
  expect(find(tomorrow)).toEqual(ours)
  const everybodys = ['redis', 'reports', 'staged', 'queue', 'migrate', 'db-0']
  for (const from of [since('00:00'), undefined]) {
    expect(find(from)).toEqual(expect.arrayContaining([...ours, ...everybodys]))
  }
  const redis = { ...podNamed('redis'), createdAt: at('05:00') }
  const others = { ...badDay, pods: [podNamed('redis'), redis] }
  expect(findPullTroubles(toFacts(others, loaded, new Map(), since('05:00')))).toMatchObject([
    { pod: 'redis', at: at('05:00') },
  ])
})

test('the second of the baseline is its own, as Kubernetes writes no parts of it', () => {
  expect(isSince(at('05:00'), since('05:00') + 900)).toBe(true)
  expect(isSince(at('05:00'), since('05:00') + 1_000)).toBe(false)
  expect([isSince(undefined, 1), isSince(at('05:00'), undefined)]).toEqual([true, true])
  expect(findNewest([{ at: at('02:00') }, {}, { at: at('01:00') }])).toEqual({ at: at('02:00') })
  expect(findNewest([])).toBeUndefined()
})
