import { expect, test } from 'vitest'
import { findInCluster } from '../../../src/diagnose/cluster/find-in-cluster.ts'
import type { Cluster, Container, Pod } from '../../../src/diagnose/cluster/parse-cluster.ts'
import { at } from '../../support/kubernetes/make-pods.ts'
import { badDay } from '../../support/kubernetes/to-cluster.ts'
import { toFacts } from '../../support/kubernetes/to-facts.ts'

/** Clusters that are well, or may yet be, beside what is wrong and looks like it. */

const podNamed = (name: string, more: Partial<Pod> = {}): Pod => {
  const pod = badDay.pods.find((it) => it.name === name)
  if (pod === undefined) throw new Error(`no pod ${name}`)
  return { ...pod, ...more }
}
const containerOf = (pod: string, more: Partial<Container> = {}): Container => {
  const [container] = podNamed(pod).containers
  if (container === undefined) throw new Error(`no container in ${pod}`)
  return { ...container, ...more }
}
/** When all of the bad day has happened. */
const now = Date.parse(at('09:00'))

const find = (pods: readonly Pod[], more: Partial<Cluster> = {}) => {
  const cluster = { pods: [...pods], events: [], nodes: [], ...more }
  return findInCluster(toFacts(cluster, [], new Map(), undefined, now))
}
const kindsOf = (...args: Parameters<typeof find>): readonly string[] =>
  find(...args).map(({ kind, pod, container }) => [kind, pod, container].join(' '))

const ended = (exitCode: number, reason = 'Error') => ({ exitCode, reason, at: at('08:20') })

test('a Job is done once a try of its own, and of the same index, was', () => {
  const failed = podNamed('again-1')
  const unstarted = {
    ...failed,
    containers: [containerOf('again-1', { ended: ended(128, 'StartError') })],
  }
  const done = podNamed('again-2')
  expect(kindsOf([failed, done])).toEqual([])
  expect(kindsOf([unstarted])).toEqual(['not-started again-1 main'])
  expect(kindsOf([unstarted, done])).toEqual([])
  expect(kindsOf([failed, { ...done, namespace: 'other' }])).toEqual(['crash again-1 main'])
  const [third, fourth] = ['again-3-x2x9k', 'again-4-b7f2m'].map((name) => ({ name }))
  expect(kindsOf([podNamed('again-1', third), podNamed('again-2', fourth)])).toEqual([
    'crash again-3-x2x9k main',
  ])
  // What else keeps pods does not try again.
  const other = { owner: 'Workflow/again' }
  expect(kindsOf([podNamed('again-1', other), podNamed('again-2', other)])).toHaveLength(1)
})

test("a pod's sidecars are asked to end once its own containers have", () => {
  const proxy = containerOf('tests', { name: 'proxy', ended: ended(143) })
  const main = (exitCode: number): Container => containerOf('tests', { ended: ended(exitCode) })
  const of = (phase: string, ...containers: Container[]) =>
    kindsOf([podNamed('tests', { phase, containers })])
  expect(of('Succeeded', proxy, main(0))).toEqual([])
  expect(of('Failed', proxy, main(2))).toEqual(['crash tests main'])
  expect(of('Failed', main(143))).toEqual(['crash tests main'])
  expect(of('Running', proxy, main(2))).toHaveLength(2)
})

test('who ended with its node did not end by itself', () => {
  const again = { ...containerOf('crashing'), waiting: undefined, isRunning: true, isReady: false }
  const of = (reason: string) =>
    kindsOf([podNamed('crashing', { containers: [{ ...again, ended: ended(255, reason) }] })])
  expect(of('Unknown')).toEqual([])
  expect(of('Error')).toEqual(['crash crashing main'])
})

test('events of a pod that had its name before are not its own', () => {
  const unmounted = podNamed('unmounted')
  const unready = podNamed('unready')
  const events = badDay.events.filter(({ name }) => /^un(?:mounted|ready)$/.test(name))
  expect(kindsOf([unmounted, unready], { events })).toEqual([
    'not-started unmounted ',
    'not-ready unready main',
  ])
  const younger = [unmounted, unready].map((pod) => ({ ...pod, createdAt: at('08:55') }))
  const nodes: Cluster['nodes'] = []
  const tomorrow = toFacts({ pods: younger, events, nodes }, [], new Map(), undefined)
  expect(findInCluster(tomorrow)).toEqual([])
})

test('a pod that is being deleted need not start', () => {
  const events = badDay.events.filter(({ name }) => name === 'unmounted')
  const pods = (isDeleted: boolean) =>
    ['unmounted', 'unconfigured'].map((name) => podNamed(name, { isDeleted }))
  expect(kindsOf(pods(false), { events })).toHaveLength(2)
  expect(kindsOf(pods(true), { events })).toEqual([])
})

test('what has not started since before the job has not crashed, either', () => {
  const cluster = { pods: [podNamed('unstarted')], events: [], nodes: [] }
  const from = (minutes: string) => toFacts(cluster, [], new Map(), Date.parse(at(minutes)), now)
  expect(findInCluster(from('00:00'))).toMatchObject([{ kind: 'not-started' }])
  expect(findInCluster(from('08:00'))).toEqual([])
})

test('what ended before the job does not hide what is so since', () => {
  const [container] = podNamed('unready').containers
  const before = { ...ended(1), at: at('07:00') }
  const pod = podNamed('unready', { containers: [{ ...(container as Container), ended: before }] })
  const events = badDay.events.filter(({ name }) => name === 'unready')
  const facts = (since: string) =>
    toFacts({ pods: [pod], events, nodes: [] }, [], new Map(), Date.parse(at(since)), now)
  expect(findInCluster(facts('06:00'))).toMatchObject([{ kind: 'crash' }])
  expect(findInCluster(facts('08:00'))).toMatchObject([{ kind: 'not-ready' }])
})

test('who made pods after it could not needs none now', () => {
  const refused = badDay.events.filter(({ name }) => name === 'limited-6f9c')
  const made = refused.map((event) => ({ ...event, reason: 'SuccessfulCreate', message: '' }))
  const later = made.map((event) => ({ ...event, at: at('03:01') }))
  const sooner = made.map((event) => ({ ...event, at: at('02:59') }))
  expect(kindsOf([], { events: [...sooner, ...refused] })).toEqual(['no-pods  '])
  expect(kindsOf([], { events: [...made, ...refused] })).toEqual([])
  expect(kindsOf([], { events: [...later, ...refused] })).toEqual([])
})

test('what makes no pods fails to make something else', () => {
  const [refused] = badDay.events.filter(({ name }) => name === 'limited-6f9c')
  const of = (kind: string) => kindsOf([], { events: refused ? [{ ...refused, kind }] : [] })
  expect(of('StatefulSet')).toEqual(['no-pods  '])
  expect(of('PostgresCluster')).toEqual([])
  expect(of('CronJob')).toEqual([])
})

test('what has only begun may yet come right', () => {
  const unscheduled = (unschedulable: string) =>
    podNamed('odd', { unschedulable, changedAt: at('03:00') })
  const begun = { changedAt: at('03:00') }
  const cluster: Cluster = {
    pods: [
      unscheduled('0/1 nodes are available: 1 node(s) had untolerated taint(s).'),
      podNamed('unmounted', begun),
      podNamed('unready', begun),
    ],
    events: badDay.events.filter(({ name }) => /^un(?:mounted|ready)$/.test(name)),
    nodes: [],
  }
  const kindsAt = (now: string) =>
    findInCluster(toFacts(cluster, [], new Map(), undefined, Date.parse(at(now)))).map(
      ({ kind }) => kind,
    )
  expect(kindsAt('03:30')).toEqual(['not-started', 'not-ready', 'pending'])
  expect(kindsAt('03:29')).toEqual([])
})
