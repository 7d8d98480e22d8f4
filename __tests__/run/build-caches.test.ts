import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
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
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RegistryNames } from '../../src/build/registry-output.ts'
import type { Target } from '../../src/build/target.ts'
import { keepLayers } from '../../src/commands/keep-layers.ts'
import { type ContainerImage, toChainIds } from '../../src/image/image.ts'
import { readLayout } from '../../src/image/sources/oci-layout.ts'
import { createBuildCaches } from '../../src/run/build-caches.ts'
import { buildThroughRegistry } from '../../src/run/registry-build.ts'
import { createEntryCache } from '../../src/store/entry-cache.ts'
import { savedPlanFile } from '../../src/store/saved-plan.ts'
import { cacheClientEnv } from '../support/cache-client-env.ts'
import { type CacheService, startCacheService } from '../support/cache-service.ts'
import { pushTo } from '../support/real-registry.ts'
import { sha256 } from '../support/tar.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-build-caches-'))
const target = { name: 'api', tags: [], bake: { name: 'api', definition: {} } } as unknown as Target
const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const describeBlob = (blob: Buffer) => ({ digest: sha256(blob), size: blob.length })
let service: CacheService
let told: string[] = []
let made = 0

const [large, small, stage] = [randomBytes(10_500_000), Buffer.from('small'), Buffer.from('stage')]

/** Stands for a builder with an empty cache: what its cache or the registry has, it does not make or send. */
const push = async (
  registry: RegistryNames,
  layers: readonly Buffer[],
  others: readonly Buffer[],
) => {
  const [, host = '', repository = ''] = /^([^/]+)\/([^:]+):/.exec(registry.image) ?? []
  const base = `http://${host}/v2/${repository}`
  const found = await fetch(`${base}/manifests/cache`)
  const cached = registry.cacheFrom === undefined ? '' : await found.text()
  const sent: Buffer[] = []
  for (const layer of [...layers, ...others]) {
    const { ok } = await fetch(`${base}/blobs/${sha256(layer)}`, { method: 'HEAD' })
    if (!ok) sent.push(layer)
  }
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: layers.map(sha256) },
    }),
  )
  const records = [...layers, ...others].map((layer) => ({ digest: sha256(layer) }))
  const cacheConfig = Buffer.from(JSON.stringify({ records, createdAt: made }))
  const toManifest = (own: Buffer, named: readonly Buffer[]) =>
    Buffer.from(
      JSON.stringify({
        ...{ schemaVersion: 2, mediaType: manifestType },
        ...{ config: describeBlob(own), layers: named.map(describeBlob) },
      }),
    )
  await pushTo(
    host,
    repository,
    [...sent, config, cacheConfig],
    [
      ['image', toManifest(config, layers)],
      ['cache', toManifest(cacheConfig, [...layers, ...others])],
    ],
  )
  return {
    sent: sent.map(sha256),
    cached: [...layers, ...others].map(sha256).filter((digest) => cached.includes(digest)),
  }
}

/** A step whose nodes have nothing, and its post. */
const step = async (
  layers: readonly Buffer[],
  {
    mayWrite = true,
    limitBytes = 1e9,
    between = (_: string): void => {},
    beforeBuild = (): void => {},
    ms = 9_000,
  } = {},
) => {
  told = []
  made += 1
  const runId = `${made}`.padStart(16, '0')
  const layoutDir = join(root, `slipway-${runId}-images`)
  const laterDir = join(root, `slipway-${runId}-layers`)
  mkdirSync(layoutDir)
  const { signal } = new AbortController()
  const front = {
    mask: () => {},
    debug: () => {},
    line: (text: string) => void told.push(text),
    warning: (text: string) => void told.push(`warning: ${text}`),
  }
  const childEnv = cacheClientEnv(root)
  const cacheEnv = {
    ACTIONS_RESULTS_URL: service.resultsUrl,
    ACTIONS_RUNTIME_TOKEN: service.token,
    ACTIONS_CACHE_SERVICE_V2: 'true',
  }
  const access = { env: childEnv, variables: cacheEnv, signal, ...front }
  const folder = join(layoutDir, 'kept')
  const place = { folder, laterDir, workspace: root, log: front, signal }
  const plan = { limitBytes, mayWrite, mayStop: true }
  const kept = createBuildCaches(plan, { cache: createEntryCache(access), ...place })
  const none = { diffIds: new Set<string>(), chainIds: new Set<string>() }
  await kept.restore([target], Promise.resolve(none), () => {})
  const cache = kept.documentsOf(target)
  beforeBuild()
  const layout = join(layoutDir, 'api')
  const about = { name: 'api', signal, line: front.line }
  const work = { ...about, folder: layout, common: none, kept, cache }
  const build = (registry: RegistryNames) => push(registry, layers, [stage])
  const { built, image, ...ended } = await buildThroughRegistry({ ...work, build }, () =>
    readLayout(layout, []),
  )
  const cachedSteps = built.cached.length
  const how = { ms, steps: 3, cachedSteps, missed: undefined, json: '{}' }
  if (ended.cache !== undefined) await kept.keep(target, ended.cache, image, layout, how)
  const mark = await kept.finish()
  const blobs = readdirSync(join(layout, 'blobs/sha256'))
  // As when main has ended.
  rmSync(layoutDir, { recursive: true })
  between(laterDir)
  await keepLayers({ childEnv, cacheEnv, tempDir: root }, front, runId, mark ?? '')
  return { ...built, blobs, isLeft: mark !== undefined, isFolderThere: existsSync(laterDir) }
}

const has = (blobs: readonly string[], layer: Buffer): boolean =>
  blobs.includes(sha256(layer).slice(7))

describe('what is kept of builds', () => {
  beforeAll(async () => {
    service = await startCacheService()
  })
  afterAll(async () => {
    await service.stop()
    rmSync(root, { recursive: true })
  })
  beforeEach(() => service.entries.splice(0))

  test('a builder that has nothing makes nothing again, and the nodes get all; a change is sent alone', async () => {
    const first = await step([large, small])
    expect([first.sent, first.cached]).toEqual([[large, small, stage].map(sha256), []])
    expect(told).toEqual([
      expect.stringMatching(/^build-cache: 0 of 3 steps hit, 11 MB to be kept\.$/),
      expect.stringMatching(/^build-cache: 11 MB kept for later runs in/),
    ])
    expect(service.entries).toHaveLength(3)
    const second = await step([large, small])
    expect([second.sent, second.cached]).toEqual([[], [large, small, stage].map(sha256)])
    expect([large, small].map((layer) => has(second.blobs, layer))).toEqual([true, true])
    // No node wants it.
    expect(has(second.blobs, stage)).toBe(false)
    const worth =
      /^build-cache: 3 of 3 steps hit, 11 MB fetched in .* Without it, api took 9\.0 s on /
    expect(told).toEqual([expect.stringMatching(worth)])
    expect([second.isLeft, second.isFolderThere, service.entries.length]).toEqual([false, false, 3])
    const changed = Buffer.from('changed')
    const third = await step([large, changed])
    expect(third.sent).toEqual([sha256(changed)])
    expect(service.entries).toHaveLength(5)
  })

  test('what the cache cannot give is sent again by the builder', async () => {
    await step([large, small])
    const again = await step([large, small], { beforeBuild: breakLarge })
    expect(again.sent).toContain(sha256(large))
    expect([large, small].map((layer) => has(again.blobs, layer))).toEqual([true, true])
    expect(told).toContainEqual(expect.stringMatching(/^api: the cache could not give 1 of its/))
    const named = told.filter((text) =>
      /^warning: build-cache: the entry slipway-layer-/.test(text),
    )
    expect(named).toHaveLength(1)
  })

  const breakLarge = (): void => {
    for (const entry of service.entries)
      if (entry.key.startsWith('slipway-layer-')) entry.content = Buffer.from('evil')
  }

  test('a target that took longer with it twice in a row goes without it for a week', async () => {
    await step([large, small])
    await step([large, small], { ms: 12_000 })
    await step([large, small], { ms: 12_000 })
    const off = await step([large, small])
    expect(off.sent).toEqual([large, small, stage].map(sha256))
    expect(told).toEqual([expect.stringMatching(/^build-cache: api is built without it until/)])
    expect(off.isLeft).toBe(false)
  })

  /** What a step that only reads has of the cache. */
  const openKept = (name: string) => {
    const layoutDir = join(root, name)
    const { signal } = new AbortController()
    const log = { line: () => {}, warning: () => {} }
    const folder = join(layoutDir, 'kept')
    mkdirSync(folder, { recursive: true })
    const variables = {
      ACTIONS_RESULTS_URL: service.resultsUrl,
      ACTIONS_RUNTIME_TOKEN: service.token,
      ACTIONS_CACHE_SERVICE_V2: 'true',
    }
    const env = cacheClientEnv(root)
    const access = { env, variables, mask: () => {}, debug: () => {}, signal }
    const place = { cache: createEntryCache(access), folder, laterDir: `${layoutDir}-later` }
    const plan = { limitBytes: 1e9, mayWrite: false, mayStop: true }
    const kept = createBuildCaches(plan, { ...place, workspace: root, log, signal })
    return { kept, layoutDir, folder, signal }
  }

  test('an image of which nodes have got layers meanwhile is told whole where they are here', async () => {
    await step([large, small])
    const { kept, folder } = openKept('meanwhile')
    const [heard, chains] = [vi.fn(), toChainIds([large, small].map(sha256))]
    const toCommon = (...chainIds: readonly string[]) => ({
      ...{ diffIds: new Set<string>(), chainIds: new Set(chainIds) },
    })
    const told = () => heard.mock.calls.map(([, at, path]) => [at, path]).toSorted()
    // Of the lower one nobody says where it is: nodes alone have it.
    await kept.restore([target], Promise.resolve(toCommon(chains[0] ?? '')), heard)
    await expect.poll(() => kept.find(sha256(small)), { timeout: 30_000 }).toBeDefined()
    expect([told(), kept.find(sha256(large))]).toEqual([[], undefined])
    expect(await kept.bring(sha256(large))).toBeDefined()
    kept.follow(target, toCommon(chains[0] ?? ''), heard)
    const paths = [large, small].map((layer) => join(folder, sha256(layer).slice(7)))
    await expect.poll(told, { timeout: 30_000 }).toEqual(paths.map((path, at) => [at, path]))
  })

  test('it is known of which builds something is kept, or in all nodes', async () => {
    await step([large, small])
    const other = { ...target, name: 'other', bake: { name: 'other', definition: {} } } as Target
    const isKept = async (name: string, ...chainIds: readonly string[]) => {
      const { kept } = openKept(name)
      const common = { diffIds: new Set<string>(), chainIds: new Set(chainIds) }
      await kept.restore([target, other], Promise.resolve(common), () => {})
      return [target, other].map(kept.isKept)
    }
    expect(await isKept('is-kept')).toEqual([true, false])
    for (const { key } of service.entries.filter(({ key }) => key.startsWith('slipway-layer')))
      service.entries.splice(
        service.entries.findIndex((entry) => entry.key === key),
        1,
      )
    // GitHub has evicted its layers.
    expect(await isKept('is-evicted')).toEqual([false, false])
    const top = toChainIds([large, small].map(sha256)).at(-1) ?? ''
    expect(await isKept('is-in-nodes', top)).toEqual([true, false])
  })

  test('what the build of a base has sent, builds upon it need not send', async () => {
    const { kept, layoutDir, signal } = openKept('upon')
    const common = { diffIds: new Set<string>(), chainIds: new Set<string>() }
    const how = { ms: 1, steps: 1, cachedSteps: 0, missed: undefined, json: '{}' }
    const buildOf = async (name: string, layers: readonly Buffer[], isWanted = false) => {
      const layout = join(layoutDir, name)
      const about = { name, signal, line: () => {} }
      const work = { ...about, folder: layout, common, kept, cache: undefined }
      const build = (registry: RegistryNames) => push(registry, layers, [])
      const ended = await buildThroughRegistry({ ...work, build }, () => readLayout(layout, []))
      const own = { ...target, name, isWanted, bake: { name, definition: {} } } as unknown as Target
      if (ended.cache !== undefined) await kept.keep(own, ended.cache, ended.image, layout, how)
      const blobs = readdirSync(join(layout, 'blobs/sha256'))
      return { sent: ended.built.sent, blobs }
    }
    expect((await buildOf('base', [large])).sent).toEqual([sha256(large)])
    const upon = await buildOf('api', [large, small], true)
    expect([upon.sent, has(upon.blobs, large)]).toEqual([[sha256(small)], true])
    // Where nothing is kept, it goes from the disk with the image that nodes got.
    expect([kept.find(sha256(large)), kept.find(sha256(small))]).toEqual([
      expect.any(String),
      undefined,
    ])
  })

  test('builds that end together keep the same layer once, and each its record', async () => {
    const layoutDir = join(root, 'together')
    const [{ signal }, warnings] = [new AbortController(), [] as string[]]
    const log = { line: () => {}, warning: (text: string) => void warnings.push(text) }
    const folder = join(layoutDir, 'kept')
    mkdirSync(folder, { recursive: true })
    const access = { env: {}, variables: {}, mask: () => {}, debug: () => {}, signal }
    const place = { cache: createEntryCache(access), folder, laterDir: `${layoutDir}-later` }
    const plan = { limitBytes: 1e9, mayWrite: true, mayStop: true }
    const kept = createBuildCaches(plan, { ...place, workspace: root, log, signal })
    const [names, layers] = [
      Array.from({ length: 8 }, (_, at) => `api${at}`),
      // Links of one begin before the other has looked, and go on after that.
      Array.from({ length: 50 }, (_, at) => Buffer.from(`layer ${at}`)),
    ]
    const keepOne = async (name: string): Promise<void> => {
      const layout = join(layoutDir, name)
      mkdirSync(join(layout, 'blobs/sha256'), { recursive: true })
      for (const layer of layers)
        writeFileSync(join(layout, 'blobs/sha256', sha256(layer).slice(7)), layer)
      const documents = {
        manifest: JSON.stringify({ layers: layers.map(describeBlob) }),
        config: JSON.stringify({ records: [], of: name }),
      }
      const own = { ...target, name, bake: { name, definition: {} } } as unknown as Target
      const image = {
        layers: layers.map((layer) => ({ diffId: sha256(layer), chainId: sha256(layer) })),
        layout: { layerBytes: layers.map(({ length }) => length) },
      }
      const how = { ms: 1, steps: 1, cachedSteps: 0, missed: undefined, json: '{}' }
      await kept.keep(own, documents, image as unknown as ContainerImage, layout, how)
    }
    await Promise.all(names.map(keepOne))
    await kept.finish()
    expect(warnings).toEqual([])
    const list = readFileSync(join(`${layoutDir}-later`, savedPlanFile), 'utf8')
    expect(list.match(/slipway-layers-v1-/g)).toHaveLength(1)
    expect(list.match(/slipway-build-v1-/g)).toHaveLength(8)
  })

  test('what a later step of the job has changed is not kept', async () => {
    await step([small], { between: (folder) => appendFileSync(join(folder, 'entries.json'), ' ') })
    expect(told.at(-1)).toMatch(/^warning: build-cache: nothing is kept of this run/)
    await step([small], {
      between: (folder) => appendFileSync(join(folder, sha256(small).slice(7)), 'more'),
    })
    expect(told.at(-1)).toMatch(/^warning: .* somebody has changed what belongs to slipway-/)
    expect(service.entries).toEqual([])
  })

  test('a run that may only read keeps nothing, and a limit leaves out what is new', async () => {
    await step([large, small], { mayWrite: false })
    expect(told.at(-1)).toBe('build-cache: nothing is kept: this run may only read the cache.')
    await step([large, small], { limitBytes: 1_000 })
    expect(told[1]).toMatch(/^warning: build-cache-limit: 1 layer, 11 MB, beyond 1.0 kB not kept/)
    expect(service.entries.map(({ key }) => key.replace(/-v1.*/, ''))).toEqual([
      'slipway-layers',
      'slipway-build',
    ])
  })
})
