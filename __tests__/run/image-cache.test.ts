import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import zlib from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { architecture } from '../../src/host/architecture.ts'
import { recallRestores } from '../../src/memory/restore-memory.ts'
import type { PullRecord } from '../../src/run/image-entries.ts'
import { keepPulled, renderFaster } from '../../src/run/keep-pulled-step.ts'
import type { Ports } from '../../src/run/ports.ts'
import { pullThroughCache } from '../../src/run/pull-through-cache.ts'
import { descriptorOf, makeImage, makeIndex, type Parts } from '../support/blob-images.ts'
import { type CacheService, startCacheService } from '../support/cache-service.ts'
import { eventually } from '../support/eventually.ts'
import { createKeptPorts, expectWhole } from '../support/kept-pull.ts'
import {
  pushTo,
  type RealRegistry,
  registryProgram,
  startRealRegistry,
} from '../support/real-registry.ts'
import { sha256 } from '../support/tar.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-image-cache-'))
let service: CacheService
let registry: RealRegistry
let told: string[] = []
const toPorts = createKeptPorts(root)

/** Of 11 MB that nothing makes smaller. */
const large = randomBytes(11_000_000).toString('latin1')

const toName = (name: string) => ({
  given: `${registry.host}/${name}`,
  canonical: `${registry.host}/${name}`,
})

/** As a step does it, whose nodes have nothing. */
const step = async (
  names: readonly string[],
  plan: { readonly bytes?: number; readonly mayWrite?: boolean; readonly slowRuns?: number } = {},
) => {
  told = []
  const ports = toPorts(told, service)
  const pulled = await Promise.all(
    names.map((name) => pullThroughCache(toName(name), [{} as never], ports)),
  )
  const run = { ...ports.run, resultOf: (_: string, id: string) => pulled[Number(id)] }
  const { slowRuns, ...given } = plan
  const pulls = names.map((name, at) => ({ by: `${at}`, reference: toName(name), slowRuns }))
  const cache = { bytes: 4e9, mayWrite: true, ...given }
  const work = { kind: 'keep-pulled', pulls, cache } as unknown as Parameters<typeof keepPulled>[0]
  await keepPulled(work, { ...ports, run } as unknown as Ports)
  return pulled
}

const push = (repository: string, { manifest, config, layers }: Parts, tag = '1') =>
  pushTo(registry.host, repository, [config, ...layers], [[tag, manifest]])

const keysOf = (): readonly string[] =>
  service.entries
    .map(({ key }) =>
      key
        .replace(/ms-.*/, 'ms')
        .replace(/[0-9a-f]{16,}/g, '#')
        .replace(/\d+/g, '0'),
    )
    .toSorted()

describe.skipIf(registryProgram === undefined)('images in the Actions cache', () => {
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
    service.entries.splice(0)
  })

  test('what came from the registry once comes from the cache; a moved tag brings its new layers', async () => {
    const first = makeImage(['one', 'two', large])
    await push('moved', first)
    expectWhole((await step(['moved:1']))[0], first)
    expect(told).toContainEqual(expect.stringMatching(/moved:1: 1\d MB from its registry/))
    expect(keysOf()).toEqual(['slipway-image-v0-#-#-0b0ms', 'slipway-layer-v0-#'])
    expectWhole((await step(['moved:1']))[0], first)
    expect(told).toEqual([
      expect.stringMatching(/moved:1: 1\d MB from the cache in [^,]*$/),
      expect.stringMatching(/the cache sent .*\/s, registries .*\/s: .* faster/),
    ])
    const second = makeImage(['one', 'three', large])
    await push('moved', second)
    expectWhole((await step(['moved:1']))[0], second)
    expect(told[0]).toMatch(/1\d MB from the cache in .*, [\d.]+ k?B from its registry/)
    expect(keysOf()).toHaveLength(3)
  })

  test('layers that images share come once, are kept once, and indexes and zstd are understood', async () => {
    const one = makeImage(['one', large])
    const plain = makeImage(['two', large])
    const zstd = zlib.zstdCompressSync(zlib.gunzipSync(plain.layers[0] ?? ''))
    const described = descriptorOf(zstd, 'application/vnd.oci.image.layer.v1.tar+zstd')
    const { layers } = JSON.parse(plain.manifest.toString())
    const manifest = Buffer.from(
      JSON.stringify({
        ...JSON.parse(plain.manifest.toString()),
        layers: [described, layers[1]],
      }),
    )
    const other = makeImage(['for others'])
    const index = makeIndex([
      [other.manifest, { platform: { os: 'linux', architecture: 'riscv64' } }],
      [manifest, { platform: { os: 'linux', architecture } }],
    ])
    await push('one', one)
    const blobs = [plain.config, zstd, ...plain.layers, other.config, ...other.layers]
    const manifests = [other.manifest, manifest].map((each) => [sha256(each), each] as const)
    await pushTo(registry.host, 'two', blobs, [...manifests, ['1', index]])
    const names = ['one:1', `two@${sha256(index)}`, 'two:1']
    const cold = await step(names)
    const sent = cold.reduce((sum, each) => sum + (each?.kept?.fromRegistry.bytes ?? 0), 0)
    expect(sent).toBeLessThan(1.5 * large.length)
    expect(keysOf()).toHaveLength(3)
    const [, two] = await step(names)
    expectWhole(two, { ...plain, manifest })
    expect(two?.image.digestNames).toEqual([`${registry.host}/two@${sha256(index)}`])
    expect(told.join('\n')).not.toContain('from its registry')
  })

  const outside = join(root, 'outside')
  const pack = (folder: string, name: string): Buffer => {
    const archive = join(root, 'archive.tzst')
    execFileSync('tar', ['-P', '-cf', archive, '-C', folder, name])
    return readFileSync(archive)
  }
  const makeKept = (folder: string, name: string, content: string): void => {
    mkdirSync(join(folder, 'kept'), { recursive: true })
    writeFileSync(join(folder, 'kept', name), content)
  }

  test.each<readonly [string, (folder: string, digest: string) => Buffer, RegExp | undefined]>([
    ['that is cut', () => Buffer.from('28b52ffd04', 'hex'), /is not used/],
    [
      'with a path that leads out',
      (folder) => {
        writeFileSync(join(folder, '..', 'outside'), 'evil')
        return pack(folder, '../outside')
      },
      /"\.\.\/outside" is no name that Slipway gives/,
    ],
    [
      'with another manifest under the digest of ours',
      (folder, digest) => {
        makeKept(folder, digest, makeImage(['evil']).manifest.toString())
        return pack(folder, 'kept')
      },
      /What is called [0-9a-f]{64} has the digest/,
    ],
    [
      "of another image, with its own digests and ours' key",
      (folder) => {
        const evil = makeImage(['evil'])
        makeKept(folder, sha256(evil.manifest).slice(7), evil.manifest.toString())
        return pack(folder, 'kept')
      },
      undefined,
    ],
  ])(
    'an entry %s is not used: the registry is asked, and a new one is made',
    async (_, arrange, why) => {
      const image = makeImage(['one', 'two'])
      await push('poisoned', image)
      await step(['poisoned:1'])
      const [entry] = service.entries
      const folder = join(root, `poison-${service.requests.length}`)
      mkdirSync(folder)
      if (entry !== undefined) entry.content = arrange(folder, sha256(image.manifest).slice(7))
      rmSync(outside, { force: true })
      const [pulled] = await step(['poisoned:1'])
      expectWhole(pulled, image)
      const warnings = told.filter((text) => text.startsWith('warning: '))
      expect(warnings).toEqual(why === undefined ? [] : [expect.stringMatching(why)])
      expect(told.join('\n')).toContain('from its registry')
      expect(existsSync(outside)).toBe(false)
      if (why !== undefined) expect(warnings[0]).toContain(`image-cache: the entry ${entry?.key}`)
      await step(['poisoned:1'])
      expect(told.join('\n')).not.toMatch(/from its registry|warning/)
    },
  )

  test('a large layer whose entry has other bytes is refused by name and fetched', async () => {
    const image = makeImage([large])
    await push('heavy', image)
    await step(['heavy:1'])
    const entry = service.entries.find(({ key }) => key.startsWith('slipway-layer-'))
    const folder = join(root, 'heavy')
    const { rootfs } = JSON.parse(image.config.toString())
    makeKept(folder, rootfs.diff_ids[0].slice(7), 'evil')
    if (entry !== undefined) entry.content = pack(folder, 'kept')
    expectWhole((await step(['heavy:1']))[0], image)
    expect(told[0]).toMatch(
      new RegExp(`^warning: image-cache: the entry ${entry?.key} is not used`),
    )
    expect(told.join('\n')).toMatch(/1\d MB from its registry/)
  })

  test('Docker is left what only it can do or explain', async () => {
    const image = makeImage(['one'])
    const config = Buffer.from(
      JSON.stringify({
        ...JSON.parse(image.config.toString()),
        rootfs: { type: 'layers', diff_ids: [sha256(Buffer.from('other'))] },
      }),
    )
    const manifest = Buffer.from(
      JSON.stringify({
        ...JSON.parse(image.manifest.toString()),
        config: descriptorOf(config, 'application/vnd.oci.image.config.v1+json'),
      }),
    )
    await push('lying', { ...image, config, manifest })
    expect(await step(['lying:1', 'absent:1'])).toEqual([undefined, undefined])
    expect(told.toSorted()).toEqual([
      expect.stringMatching(/Docker pulls .*absent:1: .* does not have it/),
      expect.stringMatching(/Docker pulls .*lying:1: .* unpacks to sha256:.* in place of/),
    ])
    expect(service.entries).toEqual([])
  })

  test('a registry that was faster is remembered, where later runs choose by it', async () => {
    const bytes = 1_500_000
    await push('raced', makeImage([large.slice(0, bytes)]))
    await step(['raced:1'])
    const [entry] = service.entries
    if (entry !== undefined) entry.key = entry.key.replace(/\d+b\d+ms/, `${bytes}b1ms`)
    await step(['raced:1'])
    expect(service.entries).toHaveLength(1)
    await step(['raced:1'], { slowRuns: 1 })
    expect(service.entries).toHaveLength(2)
    const { env, ...access } = toPorts([], service).run.cache
    const [other, raced] = [toName('other:1'), toName('raced:1')]
    const recall = () =>
      recallRestores({ ...access, env: { ...env, RUNNER_TEMP: root } }, [other, raced])
    // It has a deadline.
    let found = await recall()
    await eventually('the memory answers', async () => {
      if (found.size === 0) found = await recall()
      return found.size > 0
    })
    expect([...found]).toEqual([
      [
        raced.canonical,
        {
          ...{ cache: expect.anything(), slowRuns: 2 },
          registry: { bytes: expect.any(Number), ms: 1 },
        },
      ],
    ])
  })

  test('a budget leaves out whole images, and who may not write keeps nothing', async () => {
    await push('small', makeImage(['one']))
    await push('big', makeImage(['x', large]))
    await step(['big:1', 'small:1'], { mayWrite: false })
    expect(told.at(-1)).toContain('this run may only read the cache')
    expect(service.entries).toEqual([])
    await step(['big:1', 'small:1'], { bytes: 1_000_000 })
    expect(told).toContainEqual(
      expect.stringMatching(/^warning: image-cache-limit: .* no room for \S+big:1: not kept/),
    )
    expect(keysOf()).toEqual(['slipway-image-v0-#-#-0b0ms'])
    expect(readdirSync(root).some((name) => name.startsWith('entry-'))).toBe(false)
  })
})

test('the way that was faster is told where both were gone', () => {
  const pull = (cache: number, registry: number) =>
    ({
      fromCache: { bytes: cache, ms: 1_000 },
      fromRegistry: { bytes: 0, ms: 0 },
      before: { bytes: registry, ms: 1_000 },
    }) as unknown as PullRecord
  expect(renderFaster([pull(60_000_000, 20_000_000)])).toBe(
    'image-cache: the cache sent 60 MB/s, registries 20 MB/s: the cache was faster.',
  )
  expect(renderFaster([pull(20_000_000, 60_000_000)])).toMatch(
    /registries were faster\. `image-cache: false`/,
  )
  expect(renderFaster([pull(20_000_000, 0)])).toBeUndefined()
})
