import { expect, test } from 'vitest'
import type { LoadedImage } from '../../../src/diagnose/cluster/loaded-image.ts'
import type { Event } from '../../../src/diagnose/cluster/parse-cluster.ts'
import { findPulled } from '../../../src/diagnose/cluster/pulled.ts'
import { badDay } from '../../support/kubernetes/to-cluster.ts'
import { toFacts } from '../../support/kubernetes/to-facts.ts'

const eventOf = (message: string, more: Partial<Event> = {}): Event => ({
  ...{ namespace: 'default', kind: 'Pod', name: 'db', container: 'main', reason: 'Pulled' },
  ...{ message, count: 1, at: '2026-03-03T10:05:00Z', node: 'a', ...more },
})

const find = (events: Event[], since?: string, loaded: readonly LoadedImage[] = []) => {
  const sinceMs = since === undefined ? undefined : Date.parse(since)
  return findPulled(toFacts({ pods: [], nodes: [], events }, loaded, new Map(), sinceMs))
}

const pulled = (name: string, rest: string): string =>
  `Successfully pulled image "${name}" in ${rest}`

test('pulls of all forms, whatever the kubelet, are put together by image, the slowest first', () => {
  const size = 'Image size: 161000000 bytes.'
  expect(
    find([
      eventOf(pulled('redis', '850ms')),
      eventOf(pulled('postgres:16.4', `1m2.5s (1m3.25s including waiting). ${size}`)),
      eventOf(pulled('docker.io/library/postgres:16.4', '2s (2.5s including waiting)'), {
        node: 'b',
      }),
    ]),
  ).toEqual([
    {
      ...{ name: 'postgres:16.4', isLoaded: false, count: 2, nodes: ['a', 'b'] },
      ...{ sizeBytes: 161e6, waitMs: 65_750, longestMs: 63_250, isWhole: true },
    },
    {
      ...{ name: 'redis', isLoaded: false, count: 1, nodes: ['a'] },
      ...{ sizeBytes: undefined, waitMs: 850, longestMs: 850, isWhole: true },
    },
  ])
  expect(findPulled(toFacts(badDay, [], new Map(), undefined)).map(({ name }) => name)).toEqual([
    'postgres:16.4',
    'redis:latest',
  ])
})

test('a duration that nobody can have waited for, in an event that anybody may write, is none of the job', () => {
  const ever = '999999999h999999999h999999999h'
  const events = [eventOf(pulled('evil', ever)), eventOf(pulled('redis', '850ms'))]
  expect(find(events, '2026-03-03T10:00:00Z').map(({ name }) => name)).toEqual(['redis'])
  expect(find(events).map(({ name }) => name)).toEqual(['redis'])
})

test('where Kubernetes has put several events into one, only some of the time is known', () => {
  const text = `(combined from similar events): ${pulled('a:1', '3s')}`
  expect(find([eventOf(text, { count: 4 })])).toMatchObject([
    { count: 4, waitMs: 3_000, isWhole: false },
  ])
})

test('what began before the job is not its own; what has no time counts', () => {
  const minute = eventOf(pulled('a:1', '1m0s'))
  expect(find([minute], '2026-03-03T10:04:30Z')).toEqual([])
  expect(find([minute], '2026-03-03T10:04:00Z')).toHaveLength(1)
  expect(find([{ ...minute, at: undefined }], '2026-03-03T10:04:30Z')).toHaveLength(1)
})

test('an image that the job loaded is known by each of its names', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  const image = { given: 'a:1', immutable: 'a:x', id: digest, nodes: ['a'] }
  const loaded = ['docker.io/library/a:1', `docker.io/library/b@${digest}`].map((canonical) => ({
    ...image,
    canonical,
  }))
  const events = ['a:1', `b:2@${digest}`, 'a:2'].map((name) => eventOf(pulled(name, '1s')))
  expect(find(events, undefined, loaded).map(({ isLoaded }) => isLoaded)).toEqual([
    true,
    true,
    false,
  ])
})

test.each([
  ['an image that was there', 'Container image "a:1" already present on machine'],
  ['no image name', pulled('A B', '1s')],
  ['no duration', pulled('a:1', 'no time')],
  ['half a duration', pulled('a:1', '1m2')],
  ['more words', `${pulled('a:1', '1s')} and more`],
])('%s is no pull', (_, message) => {
  expect(find([eventOf(message)])).toEqual([])
  expect(find([eventOf(pulled('a:1', '1s'), { reason: 'Pulling' })])).toEqual([])
})
