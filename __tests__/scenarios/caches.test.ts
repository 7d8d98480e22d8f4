import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { writeFiles } from '../support/bake.ts'
import { whilePruning, withoutPruning } from '../support/builder-turn.ts'
import { type CacheService, createToken, startCacheService } from '../support/cache-service.ts'
import { eventually } from '../support/eventually.ts'
import { warningsOf } from '../support/loading.ts'
import { type OtherBuilder, startOtherBuilder } from '../support/other-builder.ts'
import { type Registry, startRegistry } from '../support/registry.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import { type Cluster, startCluster, uniqueName } from '../support/testbed.ts'

const run = promisify(execFile)
const six = ['api', 'web', 'worker', 'cron', 'proxy', 'docs']
const name = uniqueName('caches')
let builder: OtherBuilder
let cluster: Cluster
let registry: Registry
let service: CacheService
let workspace: string

beforeAll(async () => {
  ;[builder, cluster, registry] = await Promise.all([
    startOtherBuilder(),
    startCluster(),
    startRegistry('public'),
  ])
  workspace = await mkdtemp(join(tmpdir(), 'caches-'))
})
afterAll(async () => {
  await Promise.all([builder.remove(), cluster.remove(), registry.stop()])
  await rm(workspace, { recursive: true })
})
beforeEach(async () => {
  service = await startCacheService()
})
afterEach(() => service.stop())

type Words = Readonly<Record<string, string | readonly string[]>>

/** Targets of the Bake file, each with a file of its own. */
const runWith = async (
  targets: readonly string[],
  inputs: Readonly<Record<string, string>>,
  words: Words = {},
  token = service.token,
  olderUrl?: string,
): Promise<Run> => {
  const target = Object.fromEntries(
    targets.map((each) => [
      each,
      // What has no tag is not loaded.
      targets.length === 1
        ? { context: each, tags: [`${registry.host}/${name}/${each}:dev`], ...words }
        : { context: each },
    ]),
  )
  await writeFiles(workspace, {
    'docker-bake.json': JSON.stringify({ group: { default: { targets } }, target }),
    ...Object.fromEntries(targets.map((each) => [`${each}/own`, `${name} ${each}\n`])),
    ...Object.fromEntries(
      targets.map((each) => [`${each}/Dockerfile`, `FROM scratch\nCOPY own /${name}-${each}\n`]),
    ),
  })
  // The builder is one that other tests prune.
  return withoutPruning(() =>
    runSlipway(
      { 'cluster-name': cluster.name, 'bake-files': 'docker-bake.json', ...inputs },
      {
        github: { workspace },
        env: { BUILDX_CONFIG: builder.config },
        runtime: { token, resultsUrl: service.resultsUrl, olderUrl },
      },
    ),
  )
}

/** BuildKit's tables of contents, one for each scope. */
const indexes = (): readonly string[] =>
  service.entries
    .filter(({ key, isFinal }) => key.startsWith('index-') && isFinal)
    .map(({ key }) => key.replace(/^index-(.*)-1-[0-9a-f]{8}#.*$/, '$1'))
    .sort()

test('six targets have six caches in the Actions cache, and read them again', async () => {
  const made = await runWith(six, { cache: 'auto' })
  expect(warningsOf(made)).toEqual([])
  expect(made.exitCode).toBe(0)
  expect(made.log).toContain(
    'cache: auto chose gha, as the runner has the Actions cache: api (scope',
  )
  expect(indexes()).toEqual(six.toSorted())
  const downloads = (): number =>
    service.requests.filter(({ name: each, status }) => each === 'GET blob' && status !== 'hung')
      .length
  const before = downloads()
  const again = await runWith(six, { cache: 'gha' })
  expect([again.exitCode, warningsOf(again)]).toEqual([0, []])
  expect(downloads() - before).toBeGreaterThanOrEqual(6)
})

test("the older service, which servers of one's own have, keeps caches, too", async () => {
  const older = [{}, service.token, service.olderUrl] as const
  const made = await runWith(['api'], { cache: 'auto' }, ...older)
  expect([made.exitCode, warningsOf(made)]).toEqual([0, []])
  expect(made.log).toContain('cache: auto chose gha, as the runner has the Actions cache')
  expect(indexes()).toEqual(['api'])
  const before = service.requests.length
  const again = await runWith(['api'], { cache: 'gha' }, ...older)
  expect([again.exitCode, warningsOf(again)]).toEqual([0, []])
  const asked = service.requests.slice(before).map(({ name: each }) => each)
  expect(asked).toContain('GET blob')
})

test('six targets have six caches in a registry', async () => {
  const run = await runWith(six, { cache: 'registry', 'cache-ref': `${registry.host}/${name}/all` })
  expect([run.exitCode, warningsOf(run)]).toEqual([0, []])
  expect(registry.names()).toEqual(expect.arrayContaining(six.map((each) => `buildcache-${each}`)))
})

test('a read-only token is a warning, unless the cache is required', async () => {
  service.mode = 'read-only'
  const run = await runWith(['api'], { cache: 'gha' })
  expect(run.exitCode).toBe(0)
  expect(warningsOf(run)).toEqual([
    expect.stringMatching(/^api: the cache could not be written: .*read-only.*failed to reserve/),
  ])
  const strict = await runWith(['api'], { cache: 'gha', 'cache-required': 'true' })
  expect(strict.exitCode).toBe(1)
  expect(strict.annotations.map(({ message }) => message).join()).toContain(
    'failed to reserve cache',
  )
})

test('a cache that BuildKit cannot even begin to write is left out', async () => {
  const run = await runWith(['api'], { cache: 'gha' }, {}, createToken(-60))
  expect(run.exitCode).toBe(0)
  expect(warningsOf(run)).toEqual([
    expect.stringMatching(/^api: the cache could not be written: the token .* has expired/),
    expect.stringMatching(/^api: the cache could not be read: the token .* has expired/),
  ])
})

test('a registry that refuses the older form of caches is a warning with the cause', async () => {
  const ref = `type=registry,ref=${registry.host}/${name}/old:cache,image-manifest=false`
  const run = await runWith(['api'], {}, { 'cache-to': [ref] })
  expect(run.exitCode).toBe(0)
  expect(warningsOf(run)).toEqual([
    expect.stringMatching(/the registry refuses cache manifests .*400.*image-manifest=true/),
  ])
})

/** Has the builder lose what it has of a target, as a new one has none of it. */
const forget = (target: string): Promise<void> =>
  eventually('the builder has forgotten it', async () => {
    const prune = ['prune', '--all', '--force', '--filter', `description~=${name}-${target}`]
    const env = { ...process.env, BUILDX_CONFIG: builder.config }
    const pruned = await whilePruning(() => run('docker', ['buildx', ...prune], { env }))
    return /^Total:\s*0B$/m.test(pruned.stdout)
  })

test('a cache that has lost its layers is a warning, and the image is built', async () => {
  const inputs = { cache: 'registry', 'cache-ref': `${registry.host}/${name}/lost` }
  const made = await runWith(['docs'], inputs)
  expect([made.exitCode, warningsOf(made)]).toEqual([0, []])
  await forget('docs')
  registry.loseLayers()
  const strict = await runWith(['docs'], { ...inputs, 'cache-required': 'true' })
  expect(strict.exitCode).toBe(1)
  expect(strict.annotations.map(({ message }) => message).join()).toContain(
    'from remote: not found',
  )
  const again = await runWith(['docs'], inputs)
  expect(again.exitCode).toBe(0)
  expect(warningsOf(again)).toEqual([
    expect.stringMatching(
      /^docs: .* from remote: not found\. Building again without reading caches\.$/,
    ),
  ])
  expect(again.summary).toContain('loaded')
  // And what it wrote is whole.
  await forget('docs')
  const last = await runWith(['docs'], { ...inputs, 'cache-required': 'true' })
  expect([last.exitCode, warningsOf(last)]).toEqual([0, []])
})

test('of the Actions cache, BuildKit sees in time that an entry is gone', async () => {
  const inputs = { cache: 'gha' }
  const made = await runWith(['proxy'], inputs)
  expect([made.exitCode, warningsOf(made)]).toEqual([0, []])
  await forget('proxy')
  const [kept, all] = [
    service.entries.filter(({ key }) => key.startsWith('index-')),
    service.entries,
  ]
  expect(all.length).toBeGreaterThan(kept.length)
  all.splice(0, all.length, ...kept)
  const again = await runWith(['proxy'], inputs)
  expect([again.exitCode, warningsOf(again)]).toEqual([0, []])
  expect(again.log).toMatch(/ERROR: blob sha256:\w+: not found/)
})
