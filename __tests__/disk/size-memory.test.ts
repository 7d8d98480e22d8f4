import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, expect, type TestContext, test } from 'vitest'
import { type Target, toOwnTarget } from '../../src/build/target.ts'
import { readEnvironment } from '../../src/commands/actions/environment.ts'
import { parseKey, toKey, toPrefix } from '../../src/disk/size-memory.ts'
import { catalog } from '../../src/storage/catalog.ts'
import { type CacheService, startCacheService } from '../support/cache-service.ts'
import type { Run, RunOptions } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import { baseImage, type Cluster, docker, startCluster, uniqueName } from '../support/testbed.ts'

const named = (...names: readonly string[]): readonly Target[] =>
  names.map((canonical) =>
    toOwnTarget({ context: '.', tags: [{ given: canonical, canonical }] } as never, 'run'),
  )
const prefix = toPrefix('acme/app', named('docker.io/library/api:dev'))

const bytes = fc.integer({ min: 1, max: 9_000e9 })

test('what a name tells is the sizes, rounded up by less than one part in a hundred', () => {
  fc.assert(
    fc.property(bytes, fc.array(bytes, { minLength: 1, maxLength: 60 }), (totalBytes, each) => {
      const key = toKey(prefix, { totalBytes, each })
      expect(`${key}-01234567`.length).toBeLessThan(512)
      const told = parseKey(prefix, key, each.length)
      for (const [size, real] of [
        [told?.totalBytes, totalBytes],
        ...each.map((one, index) => [told?.each[index], one]),
      ]) {
        expect(size).toBeGreaterThanOrEqual(real ?? 0)
        expect(size).toBeLessThan(Math.max(1.01 * (real ?? 0), (real ?? 0) + 1e6))
      }
      expect(told && toKey(prefix, told)).toBe(key)
    }),
  )
  expect(toKey(prefix, { totalBytes: 0, each: [1e15] })).toBe(`${prefix}1-9990000`)
})

test('a tag, a digest, a workflow or the order makes no other images; a repository or a name does', () => {
  expect(prefix).toMatch(/^slipway-size-v2-[0-9a-f]{16}-$/)
  const of = (...names: readonly string[]): string => toPrefix('acme/app', named(...names))
  const same = ['docker.io/library/api', `docker.io/library/api@sha256:${'a'.repeat(64)}`]
  for (const canonical of same) expect(of(canonical)).toBe(prefix)
  expect(of('b:1', 'a:1')).toBe(of('a:2', 'b:2'))
  expect(toPrefix('acme/other', named('docker.io/library/api:dev'))).not.toBe(prefix)
  const ports = ['localhost:5000/api', 'localhost:5001/api', 'docker.io/library/api2:dev']
  expect(new Set([prefix, of('a:1', 'b:1'), ...ports.map((name) => of(name))]).size).toBe(5)
})

test.each([
  ['', ''],
  ['no size', prefix],
  ['no list', `${prefix}7`],
  ['nothing', `${prefix}0-0`],
  ['a leading zero', `${prefix}07-7`],
  ['too many digits', `${prefix}10000000-1`],
  ['another notation', `${prefix}7e3-7`],
  ['a further line', `${prefix}7-7\n`],
  ['a command', `${prefix}7-7\n::set-env name=PATH::/tmp`],
  ['something after it', `${prefix}7-7-7`],
  ['more images', `${prefix}7-7.7`],
  ['digits of another script', `${prefix}٧-٧`],
  ['another image', `${toPrefix('acme/app', named('other'))}7-7`],
])('a name with %s is refused', (_name, key) => {
  expect(parseKey(prefix, key, 1)).toBeUndefined()
})

test.each([
  ['both', { ACTIONS_RESULTS_URL: 'https://results', ACTIONS_RUNTIME_TOKEN: 'token' }, true],
  ['no token', { ACTIONS_RESULTS_URL: 'https://results' }, false],
  ['no URL', { ACTIONS_RUNTIME_TOKEN: 'token' }, false],
  ['an empty URL', { ACTIONS_RESULTS_URL: '', ACTIONS_RUNTIME_TOKEN: 'token' }, false],
])('the cache service is there with URL and token: %s', (_name, env, expected) => {
  expect(readEnvironment(env).hasCacheService).toBe(expected)
})

const image = `${uniqueName('size-memory')}:dev`
const imagePrefix = toPrefix('acme/app', named(`docker.io/library/${image}`))
let cluster: Cluster
/** The name for what the image really has. */
let imageKey: string
let folder: string
let service: CacheService
const runs: Run[] = []

beforeAll(async () => {
  cluster = await startCluster()
  folder = await mkdtemp(join(tmpdir(), 'slipway-size-'))
  await writeFile(join(folder, 'Dockerfile'), `FROM ${baseImage()}\nRUN echo built >/file\n`)
  const size = Number(await docker('image', 'inspect', '--format', '{{.Size}}', baseImage()))
  imageKey = toKey(imagePrefix, { totalBytes: size + 6, each: [size + 6] })
})
afterAll(() =>
  Promise.all([cluster.remove(), docker('rmi', '-f', image), rm(folder, { recursive: true })]),
)
beforeEach(async () => {
  service = await startCacheService()
})
afterEach(() => Promise.all([service.stop(), ...runs.splice(0).map((run) => run.dispose())]))

/** As on a hosted runner, which may delete: so never where there is anything of the catalog. */
const runHosted = async (
  context: TestContext,
  options: Partial<RunOptions> = {},
  expected: 'success' | 'warned' | 'failure' = 'success',
): Promise<Run> => {
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
  expect(conclusion).toBe(expected === 'failure' ? 'failure' : 'success')
  if (expected === 'success') expect(annotations).toEqual([])
  expect(outputs['freed-bytes']).toBe('0')
  const visible = run.log.replaceAll(/^##\[debug\].*$/gm, '')
  expect(visible).not.toMatch(/cache (hit|size|save|restore)|attempt \d|lookup|failed|\/tar/i)
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
  expect(keys()).toEqual([imageKey])
  expect(service.entries[0]?.isFinal).toBe(true)
  const second = await runHosted(context, { debug: true })
  expect(asked()).toEqual([lookup, ...saving, lookup])
  expect(second.log).toContain('##[debug]Size of the images last time: {"totalBytes":')
})

test('what could not fit last time is refused, with the sum; run again, it is tried, and remembered', async (context) => {
  await runHosted(context)
  for (const entry of service.entries) entry.key = `${imagePrefix}9990000-9990000`
  const refused = await runHosted(context, {}, 'failure')
  expect(refused.annotations.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /^This cannot fit, going by the sizes that the images had last time: .*Needed: 10\.0 TB \(images 10\.0 TB\); there is: .* free.* run the job again/,
    ),
  ])
  expect(keys()).toEqual([`${imagePrefix}9990000-9990000`])
  const again = await runHosted(context, { github: { run_attempt: '2' } }, 'warned')
  expect(again.annotations.map(({ level, message }) => [level, message])).toEqual([
    ['warning', expect.stringMatching(/^This cannot fit.* It is tried all the same/)],
  ])
  expect(keys()).toEqual([`${imagePrefix}9990000-9990000`, imageKey])
  expect(asked()).not.toContain('GET blob')
})

test('a planted name is no size, and no command for the runner', async (context) => {
  await runHosted(context)
  for (const entry of service.entries)
    entry.key = `${imagePrefix}9990000-9990000\n::error::planted ##[error]x`
  const run = await runHosted(context)
  expect(run.log).not.toContain('planted')
  expect(run.log).not.toContain('Free disk')
  expect(keys().at(-1)).toBe(imageKey)
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

test('a self-hosted runner asks as well, as its disk is no larger for that', async (context) => {
  await runHosted(context, { runnerEnvironment: 'self-hosted' })
  expect(keys()).toEqual([imageKey])
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
  expect(keys()).toEqual([imageKey])
})

test('when they fail, nobody hears of it', async (context) => {
  await runWithTar(context, 'echo failed; echo failed >&2; exit 2')
  expect(asked()).toEqual([lookup])
})
