import { expect, test } from 'vitest'
import { findInCluster } from '../../../src/diagnose/cluster/find-in-cluster.ts'
import type { LoadedImage } from '../../../src/diagnose/cluster/loaded-image.ts'
import type { Cluster } from '../../../src/diagnose/cluster/parse-cluster.ts'
import { findPullTroubles } from '../../../src/diagnose/cluster/pulls.ts'
import { badDay } from '../../support/kubernetes/to-cluster.ts'
import { toFacts } from '../../support/kubernetes/to-facts.ts'

/** Begins a line of its own, which a runner would take for a command, and hides the rest. */
const hostile = '\n::error::owned\u202e'

/** All texts of a value, but for words that code goes by, made hostile. */
const poison = <T>(value: T, key = ''): T => {
  const fixed = ['at', 'createdAt', 'changedAt', 'reason', 'type', 'pullPolicy', 'phase', 'kind']
  if (typeof value === 'string') return (fixed.includes(key) ? value : `${value}${hostile}`) as T
  if (Array.isArray(value)) return value.map((each) => poison(each, key)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([of, each]) => [of, poison(each, of)])) as T
}

const load = (given: string): LoadedImage => ({
  given,
  canonical: `docker.io/library/${given}`,
  immutable: `${given}-sha`,
  id: 'sha256:1',
  nodes: ['kind-worker', 'kind-worker2'],
})

const plain = ['api:latest', 'front:dev', 'web:dev', 'queue:dev', 'cache:dev'].map(load)

/** What main noted may be changed by whatever else runs in the job. */
const noted = plain.map((image) => ({ ...poison(image), canonical: image.canonical }))

const expectPlain = (value: unknown): void => {
  for (const text of JSON.stringify(value).matchAll(/"((?:[^"\\]|\\.)*)"/g)) {
    expect(JSON.parse(text[0])).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  }
}

test.each<[string, Cluster, readonly LoadedImage[]]>([
  ['a cluster', poison(badDay), plain],
  ["the job's notes", badDay, noted],
  ['both', poison(badDay), noted],
])('whatever stands in %s, findings are plain lines', (_, cluster, loaded) => {
  const nodeImages = new Map(cluster.nodes.map(({ name }) => [name, []]))
  const here = loaded.map((image) => ({ ...image, nodes: cluster.nodes.map(({ name }) => name) }))
  for (const images of [loaded, here]) {
    const pulls = findPullTroubles(toFacts(cluster, images, nodeImages, undefined))
    const inCluster = findInCluster(toFacts(cluster, images, nodeImages, undefined))
    expect(pulls.length).toBeGreaterThan(8)
    expect(inCluster.length).toBeGreaterThan(8)
    expectPlain([pulls, inCluster])
  }
})
