import { expect, test } from 'vitest'
import {
  type CacheDocuments,
  parseCacheLayers,
  toUsableCache,
} from '../../src/registry/cache-documents.ts'
import { pushTo } from '../support/real-registry.ts'
import { startStepRegistry } from '../support/step-registry.ts'
import { sha256 } from '../support/tar.ts'

const config = '{"layers":[],"records":[]}'
const digestOf = (name: string): string => sha256(Buffer.from(name))
const toDocuments = (layers: unknown, digest = sha256(Buffer.from(config))): CacheDocuments => ({
  manifest: JSON.stringify({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { digest, size: config.length },
    layers,
  }),
  config,
})
const layers = ['one', 'two'].map((name) => ({ digest: digestOf(name), size: 10 }))

test('the layers of a cache are what its manifest names', () => {
  expect(parseCacheLayers(toDocuments(layers))).toEqual(layers)
})

test.each([
  ['no text', { manifest: '', config }],
  ['no object', { manifest: 'null', config }],
  ['another config', toDocuments(layers, digestOf('other'))],
  ['no list', toDocuments({ length: 1 })],
  ['no digest', toDocuments([{ digest: '../x', size: 1 }])],
  ['no size', toDocuments([{ digest: digestOf('one'), size: -1 }])],
  ['nothing in it', toDocuments([null])],
  ['too many', toDocuments(Array.from({ length: 5_001 }, () => layers[0]))],
])('what others wrote is no cache: %s', async (_, documents) => {
  expect(parseCacheLayers(documents)).toBeUndefined()
  expect(await toUsableCache(documents, async () => true)).toBeUndefined()
})

test('layers that are gone are left out, and a cache without any is none', async () => {
  const usable = await toUsableCache(
    toDocuments(layers),
    async (digest) => digest === digestOf('two'),
  )
  expect(usable && parseCacheLayers(usable)).toEqual([layers[1]])
  expect(await toUsableCache(toDocuments(layers), async () => false)).toBeUndefined()
})

test('a build finds the cache of an earlier one, and we the one that it writes', async () => {
  const cache = toDocuments([])
  const fresh = await startStepRegistry({ cache })
  expect([fresh.registry.cacheFrom, fresh.registry.findCache()]).toEqual([undefined, undefined])
  const [one = Buffer.alloc(0)] = [Buffer.from('one')]
  const documents = toDocuments([{ digest: sha256(one), size: one.length }])
  await pushTo(
    fresh.host,
    fresh.repository,
    [one, Buffer.from(config)],
    [['cache', Buffer.from(documents.manifest)]],
  )
  expect(fresh.registry.findCache()).toEqual(documents)
  const layersOfStore = {
    find: async () => ({ sizeBytes: 3 }),
    open: async () => undefined,
  }
  const next = await startStepRegistry({ cache: documents, layers: layersOfStore })
  expect(next.registry.cacheFrom).toBe(next.registry.cacheTo)
  expect(await (await fetch(`${next.base}/manifests/cache`)).text()).toBe(documents.manifest)
  const blob = await fetch(`${next.base}/blobs/${sha256(Buffer.from(config))}`)
  expect(await blob.text()).toBe(config)
})
