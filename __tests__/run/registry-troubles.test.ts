import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import zlib from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { architecture } from '../../src/host/architecture.ts'
import { fetchImage } from '../../src/image/sources/registry/registry-image.ts'
import { findPullLimit } from '../../src/pull/ask-registry.ts'
import { keepPulled } from '../../src/run/keep-pulled-step.ts'
import type { Ports, Pulled } from '../../src/run/ports.ts'
import { pullThroughCache } from '../../src/run/pull-through-cache.ts'
import { type BadNetwork, startBadNetwork } from '../support/bad-network.ts'
import { descriptorOf, makeImage, makeIndex, type Parts } from '../support/blob-images.ts'
import { type CacheService, startCacheService } from '../support/cache-service.ts'
import { startHub } from '../support/hub.ts'
import { createKeptPorts, expectWhole } from '../support/kept-pull.ts'
import {
  pushTo,
  type RealRegistry,
  registryProgram,
  startRealRegistry,
} from '../support/real-registry.ts'
import { sha256 } from '../support/tar.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-troubles-'))
const toPorts = createKeptPorts(root)
let service: CacheService
let registry: RealRegistry
let told: string[] = []
const networks: BadNetwork[] = []

const pull = (name: string, ports = toPorts(told, service)) =>
  pullThroughCache({ given: name, canonical: name }, [{} as never], ports)

/** Puts into the cache what a step pulled. */
const keep = (pulled: Pulled | undefined, ports: Ports): Promise<unknown> => {
  const run = { ...ports.run, resultOf: () => pulled }
  const work = { kind: 'keep-pulled', pulls: ['0'], cache: { bytes: 4e9, mayWrite: true } }
  return keepPulled(work as never, { ...ports, run } as unknown as Ports)
}

const push = (repository: string, { manifest, config, layers }: Parts) =>
  pushTo(registry.host, repository, [config, ...layers], [['1', manifest]])

/** As `mode: report` fetches it, without a cache. */
const fetchIt = (reference: string) => {
  const folder = mkdtempSync(join(root, 'fetched-'))
  const { env, signal } = { env: { HOME: root }, signal: new AbortController().signal }
  return fetchImage({ reference, architecture, folder, env, signal })
}

const expectFetched = async (reference: string, parts: Parts): Promise<void> => {
  const { manifest, config, layers } = await fetchIt(reference)
  expect([manifest, config]).toEqual([parts.manifest.toString(), parts.config.toString()])
  expect(layers.map(({ file }) => sha256(readFileSync(file)))).toEqual(parts.layers.map(sha256))
}

const behind = async (toTrouble: Parameters<typeof startBadNetwork>[1]): Promise<BadNetwork> => {
  const network = await startBadNetwork(registry.host, toTrouble)
  networks.push(network)
  return network
}

const isBlob = ({ url }: { readonly url: string }): boolean => url.includes('/blobs/')

describe.skipIf(registryProgram === undefined)('registries in trouble', () => {
  beforeAll(async () => {
    registry = await startRealRegistry()
    service = await startCacheService()
  })
  afterAll(async () => {
    await registry.stop()
    await service.stop()
    rmSync(root, { recursive: true })
  })
  beforeEach(() => {
    told = []
  })
  afterEach(async () => {
    await Promise.all(networks.splice(0).map((network) => network.stop()))
    rmSync(join(root, '.docker'), { recursive: true, force: true })
  })

  test('a reset in the midst of a layer: the rest is asked for, where nothing is kept all of it', async () => {
    const image = makeImage([randomBytes(6_000_000).toString('latin1')])
    await push('reset', image)
    const digest = sha256(image.layers[0] ?? '')
    const network = await behind(({ url }, before) =>
      url.endsWith(digest) && before.filter((each) => each.url === url).length % 2 === 0
        ? { cutAfter: 5_000_000, isReset: true }
        : undefined,
    )
    expectWhole(await pull(`${network.host}/reset:1`), image)
    await expectFetched(`${network.host}/reset:1`, image)
    const ranges = network.seen.filter(({ url }) => url.endsWith(digest)).map(({ range }) => range)
    expect(ranges).toEqual([
      undefined,
      expect.stringMatching(/^bytes=[1-9]\d*-$/),
      undefined,
      undefined,
    ])
  })

  test('a registry that wants to be left alone is, and gives the layer then', async () => {
    const image = makeImage(['one'])
    await push('busy', image)
    const times: number[] = []
    const network = await behind((seen) => {
      if (isBlob(seen)) times.push(performance.now())
      return isBlob(seen) && times.length === 1
        ? { answer: (response) => void response.writeHead(429, { 'retry-after': '1' }).end() }
        : undefined
    })
    await expectFetched(`${network.host}/busy:1`, image)
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(990)
  })

  test("Docker Hub's limit: told by a HEAD, more with a login, and asked no further when it is used up", async () => {
    const image = makeImage(['one'])
    await push('limited', image)
    const hub = await startHub(registry.host, { anonymous: 1, account: 2 })
    networks.push(hub)
    const name = `${hub.host}/limited:1`
    const first = toPorts(told, service)
    const pulled = await pull(name, first)
    expectWhole(pulled, image)
    await keep(pulled, first)
    const place = { domain: hub.host, repository: 'limited', version: '1' }
    const used = { limit: 1, windowS: 21_600, remaining: 0 }
    expect(await findPullLimit(first.run, place)).toEqual(used)
    // The cache has all of it, and a HEAD says that it is still what the tag names.
    expectWhole(await pull(name), image)
    service.entries.splice(0)
    const before = hub.seen.length
    expect(await pull(name)).toBeUndefined()
    expect(told.at(-1)).toContain(`Docker pulls ${name}: the pull limit of ${hub.host} is used up`)
    const gets = hub.seen
      .slice(before)
      .filter(({ method, url }) => method === 'GET' && /manif/.test(url))
    expect(gets).toHaveLength(1)
    mkdirSync(join(root, '.docker'))
    const auths = { [hub.host]: { auth: hub.auth } }
    writeFileSync(join(root, '.docker/config.json'), JSON.stringify({ auths }))
    expectWhole(await pull(name), image)
    expect(hub.left).toEqual({ anonymous: 0, account: 1 })
    expect(await findPullLimit(first.run, place)).toMatchObject({ limit: 2, remaining: 1 })
  })

  const image = makeImage(['one'], { mediaType: undefined })
  const attestation = makeImage(['provenance'])
  const unknown = { os: 'unknown', architecture: 'unknown' }
  const annotations = { 'vnd.docker.reference.type': 'attestation-manifest' }
  const here = { platform: { os: 'linux', architecture } }
  const docker = (text: string): string =>
    text
      .replaceAll('vnd.oci.image.manifest.v1', 'vnd.docker.distribution.manifest.v2')
      .replaceAll('vnd.oci.image.config.v1', 'vnd.docker.container.image.v1')
      .replaceAll('vnd.oci.image.layer.v1.tar+gzip', 'vnd.docker.image.rootfs.diff.tar.gzip')
  const asDocker = Buffer.from(docker(makeImage(['one']).manifest.toString()))

  test.each<readonly [string, manifest: Buffer, index: object | undefined]>([
    ['without a type', image.manifest, undefined],
    ["of Docker's types", asDocker, undefined],
    ['of an index without a type', image.manifest, { mediaType: undefined }],
    ['of an index that has but one, and no platform', image.manifest, { platform: undefined }],
  ])('an image %s is understood', async (_, manifest, index) => {
    const parts = { ...image, manifest }
    const about = index === undefined || !('platform' in index) ? here : {}
    const beside = [attestation.manifest, { platform: unknown, annotations }] as const
    const made = JSON.parse(makeIndex([beside, [manifest, about]]).toString())
    const text = Buffer.from(JSON.stringify({ ...made, ...index }))
    const blobs = [image, attestation].flatMap(({ config, layers }) => [config, ...layers])
    const each = [attestation.manifest, manifest].map((one) => [sha256(one), one] as const)
    const named = index === undefined ? manifest : text
    await pushTo(registry.host, 'odd', blobs, [...each, ['1', named]])
    await expectFetched(`${registry.host}/odd:1`, parts)
  })

  test('a layer of zstd in several frames is understood, too', async () => {
    const tar = zlib.gunzipSync(image.layers[0] ?? '')
    const frames = [tar.subarray(0, 700), tar.subarray(700)].map((part) =>
      zlib.zstdCompressSync(part),
    )
    const layer = Buffer.concat(frames)
    const layers = [descriptorOf(layer, 'application/vnd.oci.image.layer.v1.tar+zstd')]
    const manifest = Buffer.from(JSON.stringify({ ...JSON.parse(`${image.manifest}`), layers }))
    const parts = { ...image, layers: [layer], manifest }
    await push('frames', parts)
    expectWhole(await pull(`${registry.host}/frames:1`), parts)
  })

  test('a manifest of the first schema, which Docker has given up, too, is refused', async () => {
    const schema = { schemaVersion: 1, name: 'old', tag: '1', fsLayers: [], history: [] }
    const type = 'application/vnd.docker.distribution.manifest.v1+prettyjws'
    const network = await behind(({ url }) =>
      url.includes('/manifests/')
        ? {
            answer: (response) =>
              void response.writeHead(200, { 'content-type': type }).end(JSON.stringify(schema)),
          }
        : undefined,
    )
    await expect(fetchIt(`${network.host}/old:1`)).rejects.toThrow(
      'It is no image that Slipway can read: its manifest names no config',
    )
  })
})
