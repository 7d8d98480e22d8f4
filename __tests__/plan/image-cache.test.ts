import { expect, test } from 'vitest'
import type { Facts } from '../../src/facts/facts.ts'
import type { Inputs } from '../../src/inputs/inputs.ts'
import { planImageCache, renderPaused } from '../../src/plan/image-cache.ts'
import { createToLoad } from '../../src/plan/loads.ts'
import { planPulls } from '../../src/plan/pulls.ts'
import { foundFacts, nodeNamed } from '../support/found.ts'

const inputs = {
  ...{ imageCache: 'auto', imageCacheBytes: 4e9, imageReport: 'false', keepsInDocker: false },
  ...{ keepImages: 'auto', loadMode: 'auto', isTrusted: true, mirrors: [] },
} as unknown as Inputs

const reference = { given: 'redis:7', canonical: 'docker.io/library/redis:7' }

const facts: Facts = {
  ...foundFacts,
  nodes: [nodeNamed('node')],
  filesCache: { repository: 'acme/app', mayWrite: true },
}

const whole = { bytes: 4e9, mayWrite: true, slowRuns: 0 }
const always = { ...whole, slowRuns: undefined }
const reading = { bytes: 4e9, mayWrite: false, slowRuns: 0 }
const other = {
  ...nodeNamed('node'),
  containerd: { ...nodeNamed('node').containerd, snapshotter: 'native' },
}
const bare = { ...nodeNamed('node'), userland: 'busybox' }

test.each<readonly [string, object, object, object | undefined]>([
  ['hosted', {}, {}, whole],
  ['own machine', {}, { isHostedRunner: false }, undefined],
  ['own machine that wants it', { imageCache: 'always' }, { isHostedRunner: false }, always],
  ['hosted that does not', { imageCache: 'never' }, {}, undefined],
  ['no cache service', { imageCache: 'always' }, { filesCache: undefined }, undefined],
  [
    'a trigger that may not write',
    {},
    { filesCache: { repository: 'a', mayWrite: false } },
    reading,
  ],
  ['code of others', { isTrusted: false }, {}, reading],
  ['mirrors, which only Docker asks', { mirrors: [{}] }, {}, undefined],
  ['no nodes', {}, { nodes: [] }, undefined],
  ['a cluster to be made', { createCluster: {} }, { nodes: [] }, whole],
  [
    'a cluster to be made, with a Docker that has no overlay',
    { createCluster: {} },
    { nodes: [], engine: { ...foundFacts.engine, driver: 'zfs' } },
    undefined,
  ],
  ['images for Docker, too', { keepsInDocker: true }, {}, undefined],
  ['copies that stay', { keepImages: 'always' }, {}, undefined],
  ['a report on the images', { imageReport: 'auto' }, {}, undefined],
  ['links alone', { loadMode: 'link' }, {}, undefined],
  ['a daemon elsewhere', {}, { isLocalDaemon: false }, undefined],
  ['nodes that take no single layers', {}, { nodes: [other] }, undefined],
  ["k3d's nodes, which take none either", {}, { nodes: [bare] }, undefined],
])('%s', (_, given, found, plan) => {
  expect(planImageCache({ ...inputs, ...given }, { ...facts, ...found }, reference)).toEqual(plan)
})

const restoreWith = (slowRuns: number): Pick<Facts, 'restores'> => {
  const [cache, registry] = [10e6, 30e6].map((bytes) => ({ bytes, ms: 1_000 }))
  return { restores: new Map([[reference.canonical, { cache, registry, slowRuns } as never]]) }
}

test('an image whose registry was faster twice in a row is pulled, with a line, unless the cache is asked for', () => {
  const plan = (slowRuns: number, given: object = {}) => {
    const all = { ...facts, pulls: [reference], ...restoreWith(slowRuns) }
    const wanted = { ...inputs, ...given }
    return [planImageCache(wanted, all, reference), renderPaused(wanted, all)]
  }
  expect(plan(1)).toEqual([{ ...whole, slowRuns: 1 }, []])
  expect(plan(2)).toEqual([
    undefined,
    [
      'image-cache: Docker pulls redis:7: its registry sent 30 MB/s and the cache 10 MB/s, slower in 2 runs in a row. Slipway tries the cache again within 7 days; `image-cache: true` takes it now.',
    ],
  ])
  // Docker pulls it for another reason.
  expect(plan(2, { keepsInDocker: true })).toEqual([undefined, []])
})

test('images out of the cache are loaded two at once, and what came is kept with what was remembered', () => {
  const all = { ...facts, ...restoreWith(1) }
  const plan = (given: object) => {
    const pulls = [reference]
    const wanted = { ...inputs, ...given }
    const toLoad = createToLoad(wanted, all, [])
    return planPulls(wanted, { ...all, pulls }, toLoad, () => [], [])
  }
  expect(plan({}).map(({ kind, lane }) => [kind, lane])).toEqual([
    ['pull', 'pull'],
    ['load', 'cached-load'],
    ['keep-pulled', 'none'],
  ])
  // A step stays in its lane when the nodes are there.
  expect(plan({ createCluster: {} })[1]?.lane).toBe('cached-load')
  expect(plan({}).at(-1)).toMatchObject({ pulls: [{ by: 'pull redis:7', reference, slowRuns: 1 }] })
  expect(plan({ imageCache: 'never' }).map(({ kind, lane }) => [kind, lane])).toEqual([
    ['pull', 'pull'],
    ['load', 'load'],
  ])
})
