import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, expect, type TestContext, test } from 'vitest'
import { catalog } from '../../src/disk/catalog.ts'
import { parseKey, planMemory, toKey, toPrefix } from '../../src/disk/size-memory.ts'
import { readEnvironment } from '../../src/host/environment.ts'
import { type CacheService, startCacheService } from '../support/cache-service.ts'
import type { Run, RunOptions } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import { baseImage, type Cluster, docker, startCluster, uniqueName } from '../support/testbed.ts'

const prefix = toPrefix('acme/app', 'docker.io/library/api:dev')

test('what a name tells is the size, rounded up to GB', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9_999e9 }), (bytes) => {
      const told = parseKey(prefix, toKey(prefix, bytes)) ?? 0
      expect(told).toBeGreaterThanOrEqual(bytes)
      expect(told).toBeLessThan(bytes + 1e9)
      expect(toKey(prefix, told)).toBe(toKey(prefix, bytes))
    }),
  )
  expect(parseKey(prefix, toKey(prefix, 0))).toBe(1e9)
  expect(parseKey(prefix, toKey(prefix, 1e15))).toBe(9_999e9)
})

test('a tag, a digest or a workflow makes no other image; a repository or a name does', () => {
  expect(prefix).toMatch(/^slipway-size-v1-[0-9a-f]{16}-$/)
  const same = ['docker.io/library/api', `docker.io/library/api@sha256:${'a'.repeat(64)}`]
  for (const canonical of same) expect(toPrefix('acme/app', canonical)).toBe(prefix)
  expect(toPrefix('acme/other', 'docker.io/library/api:dev')).not.toBe(prefix)
  const ports = ['localhost:5000/api', 'localhost:5001/api', 'docker.io/library/api2:dev']
  expect(new Set([prefix, ...ports.map((name) => toPrefix('acme/app', name))]).size).toBe(4)
})

test.each([
  ['', ''],
  ['no size', prefix],
  ['nothing', `${prefix}0`],
  ['a leading zero', `${prefix}07`],
  ['more than 9999', `${prefix}10000`],
  ['another notation', `${prefix}7e3`],
  ['a further line', `${prefix}7\n`],
  ['a command', `${prefix}7\n::set-env name=PATH::/tmp`],
  ['something after it', `${prefix}7-7`],
  ['digits of another script', `${prefix}٧`],
  ['another image', `${toPrefix('acme/app', 'other')}7`],
])('a name with %s is refused', (_name, key) => {
  expect(parseKey(prefix, key)).toBeUndefined()
})

const tag = { given: 'api:dev', canonical: 'docker.io/library/api:dev' }
const build = { tags: [tag] } as never
const place = { repository: 'acme/app', isHostedRunner: true, hasCacheService: true }

test.each([
  ['both', { ACTIONS_RESULTS_URL: 'https://results', ACTIONS_RUNTIME_TOKEN: 'token' }, true],
  ['no token', { ACTIONS_RESULTS_URL: 'https://results' }, false],
  ['no URL', { ACTIONS_RUNTIME_TOKEN: 'token' }, false],
  ['an empty URL', { ACTIONS_RESULTS_URL: '', ACTIONS_RUNTIME_TOKEN: 'token' }, false],
])('the cache service is there with URL and token: %s', (_name, env, expected) => {
  expect(readEnvironment(env).hasCacheService).toBe(expected)
})

test.each([
  ['a build with auto on a hosted runner', {}, {}, prefix],
  ['always', { freeDisk: 'always' }, {}, undefined],
  ['never', { freeDisk: 'never' }, {}, undefined],
  ['no build', { build: undefined }, {}, undefined],
  ['self-hosted', {}, { isHostedRunner: false }, undefined],
  ['no cache service', {}, { hasCacheService: false }, undefined],
] as const)('who asks: %s', (_name, inputs, environment, expected) => {
  const asked = planMemory({ build, freeDisk: 'auto', ...inputs }, { ...place, ...environment })
  expect(asked).toBe(expected)
})

const image = `${uniqueName('size-memory')}:dev`
const imagePrefix = toPrefix('acme/app', `docker.io/library/${image}`)
let cluster: Cluster
let folder: string
let service: CacheService
const runs: Run[] = []

beforeAll(async () => {
  cluster = await startCluster()
  folder = await mkdtemp(join(tmpdir(), 'slipway-size-'))
  await writeFile(join(folder, 'Dockerfile'), `FROM ${baseImage()}\nRUN echo built >/file\n`)
})
afterAll(() =>
  Promise.all([cluster.remove(), docker('rmi', '-f', image), rm(folder, { recursive: true })]),
)
beforeEach(async () => {
  service = await startCacheService()
})
afterEach(() => Promise.all([service.stop(), ...runs.splice(0).map((run) => run.dispose())]))

/** As on a hosted runner, which may delete: so never where there is anything of the catalog. */
const runHosted = async (context: TestContext, options: Partial<RunOptions> = {}): Promise<Run> => {
  const present = catalog.flatMap(({ paths }) => paths).filter((path) => existsSync(path))
  context.skip(present.length > 0, `This would delete ${present.join(', ')} of this machine.`)
  const run = await runSlipway(
    { context: folder, tags: image, 'cluster-name': cluster.name, 'free-disk': 'auto' },
    {
      runnerEnvironment: 'github-hosted',
      runtime: { token: service.token, resultsUrl: service.resultsUrl },
      ...options,
    },
  )
  runs.push(run)
  const { conclusion, annotations, outputs } = run
  expect([conclusion, annotations, outputs['freed-bytes']]).toEqual(['success', [], '0'])
  const visible = run.log.replaceAll(/^##\[debug\].*$/gm, '')
  expect(visible).not.toMatch(/cache (hit|size|save|restore)|attempt|lookup|failed|\/tar/i)
  expect(existsSync('/tmp/slipway-size')).toBe(false)
  return run
}

const asked = (): readonly string[] => service.requests.map(({ name }) => name)
const keys = (): readonly string[] =>
  service.entries.map(({ key }) => key.replace(/-[0-9a-f]{8}$/, ''))
const saving = ['CreateCacheEntry', 'PUT blob', 'FinalizeCacheEntryUpload']
const lookup = 'GetCacheEntryDownloadURL'

test('the first run saves the size, the second finds it, saves nothing and fetches nothing', async (context) => {
  await runHosted(context)
  expect(asked()).toEqual([lookup, ...saving])
  expect(keys()).toEqual([`${imagePrefix}1`])
  expect(service.entries[0]?.isFinal).toBe(true)
  const second = await runHosted(context, { debug: true })
  expect(asked()).toEqual([lookup, ...saving, lookup])
  expect(second.log).toContain('##[debug]Size of the image last time: 1000000000 bytes')
})

test('a huge image makes room, and what it has become is saved', async (context) => {
  await runHosted(context)
  for (const entry of service.entries) entry.key = `${imagePrefix}9999`
  const run = await runHosted(context)
  expect(run.log).toMatch(/^Free disk: /m)
  expect(keys()).toEqual([`${imagePrefix}9999`, `${imagePrefix}1`])
  expect(asked()).not.toContain('GET blob')
})

test('a planted name is no size, and no command for the runner', async (context) => {
  await runHosted(context)
  for (const entry of service.entries) entry.key = `${imagePrefix}9999\n::error::planted ##[error]x`
  const run = await runHosted(context)
  expect(run.log).not.toContain('planted')
  expect(run.log).not.toContain('Free disk')
  expect(keys().at(-1)).toBe(`${imagePrefix}1`)
})

test('a token that may only read changes nothing that one sees', async (context) => {
  service.mode = 'read-only'
  await runHosted(context)
  expect(asked()).toEqual([lookup, 'CreateCacheEntry'])
  expect(keys()).toEqual([])
})

test('nor does one that the service does not take', async (context) => {
  await runHosted(context, { runtime: { token: 'wrong', resultsUrl: service.resultsUrl } })
  expect(service.requests.map(({ status }) => status)).toEqual([401, 401])
})

test('a service that hangs costs no more than its deadlines: 5 s and 10 s', async (context) => {
  const { durationMs } = await runHosted(context)
  service.mode = 'hanging'
  service.entries.length = 0
  const hung = await runHosted(context)
  expect(asked().slice(-2)).toEqual([lookup, 'CreateCacheEntry'])
  expect(hung.durationMs - durationMs).toBeGreaterThan(13_000)
  expect(hung.durationMs - durationMs).toBeLessThan(20_000)
})

test('a self-hosted runner never asks', async (context) => {
  await runHosted(context, { runnerEnvironment: 'self-hosted' })
  expect(asked()).toEqual([])
})

/** Runs with a tar of ours before the machine's. */
const runWithTar = async (context: TestContext, script: string): Promise<Run> => {
  const bin = await mkdtemp(join(folder, 'bin-'))
  await writeFile(join(bin, 'tar'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return runHosted(context, { env: { PATH: `${bin}:${process.env['PATH']}` } })
}

test('the programs that the library starts do not get the inputs', async (context) => {
  const environ = join(folder, 'environ')
  await runWithTar(context, `env >>${environ}\nPATH=\${PATH#*:} exec tar "$@"`)
  expect(await readFile(environ, 'utf8')).toContain('RUNNER_TRACKING_ID=')
  expect(await readFile(environ, 'utf8')).not.toContain('INPUT_')
  expect(keys()).toEqual([`${imagePrefix}1`])
})

test('when they fail, nobody hears of it', async (context) => {
  await runWithTar(context, 'echo failed; echo failed >&2; exit 2')
  expect(asked()).toEqual([lookup])
})
