import { existsSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, type TestContext, test } from 'vitest'
import { toSizesKey } from '../../src/memory/size-memory.ts'
import { toPrefix } from '../../src/memory/targets.ts'
import { catalog } from '../../src/storage/catalog.ts'
import { type CacheService, startCacheService } from '../support/cache-service.ts'
import type { Run, RunOptions } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import { targetWith } from '../support/target.ts'
import {
  baseImage,
  type Cluster,
  docker,
  eventually,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

const image = `${uniqueName('size-memory')}:dev`
const imagePrefix = toPrefix('size-v2', 'acme/app', [targetWith(image)])
const timesPrefix = toPrefix('time-v1', 'acme/app', [targetWith(image)])
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
  imageKey = toSizesKey(imagePrefix, { totalBytes: size + 6, each: [size + 6] })
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
  expected: 'success' | 'warned' | 'failure' | 'cancelled' = 'success',
  inputs: Readonly<Record<string, string>> = {},
): Promise<Run> => {
  const present = catalog.flatMap(({ paths }) => paths).filter((path) => existsSync(path))
  context.skip(present.length > 0, `This would delete ${present.join(', ')} of this machine.`)
  const run = await runSlipway(
    { context: folder, tags: image, 'cluster-name': cluster.name, 'free-disk': 'auto', ...inputs },
    {
      runnerEnvironment: 'github-hosted',
      runtime: { token: service.token, resultsUrl: service.resultsUrl },
      ...options,
    },
  )
  runs.push(run)
  const { conclusion, annotations, outputs, orphans } = run
  expect(conclusion).toBe(expected === 'warned' ? 'success' : expected)
  expect(orphans.filter(({ command }) => command.includes('cache-client'))).toEqual([])
  if (expected === 'success') expect(annotations).toEqual([])
  expect(outputs['freed-bytes']).toBe('0')
  const visible = run.log.replaceAll(/^##\[debug\].*$/gm, '')
  expect(visible).not.toMatch(/cache (hit|size|save|restore)|attempt \d|lookup|failed|\/tar/i)
  return run
}

const asked = (): readonly string[] => service.requests.map(({ name }) => name)
const sizeEntries = () => service.entries.filter(({ key }) => key.startsWith('slipway-size-'))
const keys = (): readonly string[] =>
  sizeEntries().map(({ key }) => key.replace(/-[0-9a-f]{8}$/, ''))
const timesKeys = (): readonly string[] =>
  service.entries.map(({ key }) => key).filter((key) => key.startsWith('slipway-time-'))
const saving = ['CreateCacheEntry', 'PUT blob', 'FinalizeCacheEntryUpload']
const lookup = 'GetCacheEntryDownloadURL'

test('the first run saves the size, the second finds it, saves nothing and fetches nothing', async (context) => {
  const { masks } = await runHosted(context)
  // Main saves the size; post what the build took.
  expect(asked()).toEqual([lookup, lookup, ...saving, ...saving])
  expect(keys()).toEqual([imageKey])
  expect(timesKeys()).toEqual([expect.stringMatching(/^slipway-time-v1-[0-9a-f]{16}-\w+-\w{8}$/)])
  const { signature = '' } = service.entries[0] ?? {}
  expect(masks).toEqual(expect.arrayContaining([signature, encodeURIComponent(signature)]))
  expect(service.entries[0]?.isFinal).toBe(true)
  const second = await runHosted(context, { debug: true })
  expect(asked().slice(8)).toEqual([lookup, lookup, ...saving])
  expect(timesKeys()).toHaveLength(2)
  expect(second.log).toContain('##[debug]Size of the images last time: {"totalBytes":')
})

test('what the build took stands beside what is usual', async (context) => {
  await runHosted(context)
  const [entry] = service.entries.filter(({ key }) => key.startsWith(timesPrefix))
  if (entry !== undefined) entry.key = `${timesPrefix}2-3-1-01234567`
  const run = await runHosted(context)
  expect(run.summary).toMatch(/^\*\*Builds\*\*: .+ ms, usually 200 ms \(the last 3 runs\)$/m)
  expect(timesKeys().at(-1)).toMatch(/-2-3-1-[0-9a-f]{8}$/)
})

test('an image that grew since the last run fails the step, unless that is to be a warning', async (context) => {
  const prefix = toPrefix('image-branch-v1', 'acme/app', [targetWith(image)])
  const partsPrefix = toPrefix('parts-branch-v1', 'acme/app', [targetWith(image)], 0)
  const file = join(folder, 'large.Dockerfile')
  await writeFile(file, `FROM ${baseImage()}\nRUN head -c 2000000 /dev/zero >/large\n`)
  const inputs = { file, 'image-growth-limit': '50%' }
  await runHosted(context, {}, 'success', inputs)
  const [entry] = service.entries.filter(({ key }) => key.startsWith(prefix))
  expect(entry?.key).toMatch(/-\w+\.\w+-[0-9a-f]{8}$/)
  if (entry !== undefined) entry.key = `${prefix}a.a-01234567`
  const [parts] = service.entries.filter(({ key }) => key.startsWith(partsPrefix))
  // The layer is one of those that it tells of.
  expect(parts?.key).toMatch(/^[\w-]{40,44}(\w+\.){3}\w+-\w{4}1jk\.-(\w+\.)*-[0-9a-f]{8}$/)
  if (parts !== undefined) parts.key = `${partsPrefix}0.0.0.0---01234567`
  const grown = await runHosted(context, {}, 'failure', inputs)
  expect(grown.annotations.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      new RegExp(
        `^${image} grew by .* since this branch's last run, from 10 B to .*\\(50%\\): \\S+:2 RUN head .* \\+2\\.0 MB; base \\+`,
      ),
    ),
  ])
  // What failed is nothing to compare with.
  expect(service.entries.filter(({ key }) => key.startsWith(prefix))).toHaveLength(1)
  const warned = await runHosted(context, {}, 'warned', {
    ...inputs,
    'image-limit-action': 'warning',
  })
  expect(warned.annotations.map(({ level }) => level)).toEqual(['warning'])
  expect(warned.summary).toContain(`**Growth**: ${image.replaceAll('_', '\\_')} +`)
  expect(warned.summary).toMatch(/^\*\*Growth\*\*: .* RUN head .* \+2\.0 MB; base \+/m)
  const [{ growth }] = JSON.parse(warned.outputs['image-report'] ?? '')
  expect(growth).toMatchObject({ against: 'branch', layers: [{ bytes: 2_000_000 }] })
  const unknown = await runHosted(context, {}, 'failure', { 'image-size-limit': 'other=2GB' })
  expect(unknown.annotations.map(({ message }) => message)).toEqual([
    `A limit is for an image that this step does not have: other=2GB. It has ${image}.`,
  ])
})

test('what could not fit last time is refused, with the sum; run again, it is tried, and remembered', async (context) => {
  await runHosted(context)
  for (const entry of sizeEntries()) entry.key = `${imagePrefix}9990000-9990000`
  const refused = await runHosted(context, {}, 'failure')
  expect(refused.annotations.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /^The images do not fit on the disk, going by their sizes in the last run: .*Needed: 10\.0 TB \(images 10\.0 TB\); available: .* free.* re-run the job/,
    ),
  ])
  expect(keys()).toEqual([`${imagePrefix}9990000-9990000`])
  const again = await runHosted(context, { github: { run_attempt: '2' } }, 'warned')
  expect(again.annotations.map(({ level, message }) => [level, message])).toEqual([
    [
      'warning',
      expect.stringMatching(/^The images do not fit on the disk.* The step tries anyway/),
    ],
  ])
  expect(keys()).toEqual([`${imagePrefix}9990000-9990000`, imageKey])
  expect(asked()).not.toContain('GET blob')
})

test('a planted name is no size, and no command for the runner', async (context) => {
  await runHosted(context)
  for (const entry of sizeEntries())
    entry.key = `${imagePrefix}9990000-9990000\n::error::planted ##[error]x`
  const run = await runHosted(context)
  expect(run.log).not.toContain('planted')
  expect(run.log).not.toContain('Free disk')
  expect(keys().at(-1)).toBe(imageKey)
})

test('a token that may only read changes nothing that one sees', async (context) => {
  service.mode = 'read-only'
  await runHosted(context)
  expect(asked()).toEqual([lookup, lookup, 'CreateCacheEntry', 'CreateCacheEntry'])
  expect(keys()).toEqual([])
})

test('nor does one that the service does not take', async (context) => {
  await runHosted(context, { runtime: { token: 'wrong', resultsUrl: service.resultsUrl } })
  expect(service.requests.map(({ status }) => status)).toEqual([401, 401, 401, 401])
})

test('a service that hangs costs no more than its deadlines: 5 s and 10 s', async (context) => {
  const { durationMs } = await runHosted(context)
  service.mode = 'hanging'
  service.entries.length = 0
  const hung = await runHosted(context)
  expect(asked().slice(-3)).toEqual([lookup, lookup, 'CreateCacheEntry'])
  expect(hung.durationMs).toBeGreaterThan(15_000)
  // The rest of it may take twice as long as before, where others are at work, too.
  expect(hung.durationMs - 2 * durationMs).toBeLessThan(20_000)
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

test('a load that fails meanwhile does not keep the sizes from being saved', async () => {
  const bin = await mkdtemp(join(folder, 'bin-'))
  // Saving waits until the load has failed, and fails where it waits in vain.
  const hasFailed = join(bin, 'load-has-failed')
  const wait = `for i in $(seq 160); do [ ! -e ${hasFailed} ] || exec /usr/bin/tar "$@"; sleep 0.05; done`
  await writeFile(join(bin, 'tar'), `#!/bin/sh\n${wait}\nexit 1\n`, { mode: 0o755 })
  // One that the node has already would be no load, which could fail: ext4 has no reflinks.
  const fresh = join(folder, 'fresh.Dockerfile')
  await writeFile(fresh, `FROM ${baseImage()}\nRUN echo fresh >/file\n`)
  const run = await runSlipway(
    {
      ...{ context: folder, file: fresh, tags: image },
      ...{ 'cluster-name': cluster.name, 'load-mode': 'reflink' },
    },
    {
      env: { PATH: `${bin}:${process.env['PATH']}` },
      runtime: { token: service.token, resultsUrl: service.resultsUrl },
      onLine: ({ text }) => {
        if (/^Load .*: failed after /.test(text)) writeFileSync(hasFailed, '')
      },
    },
  )
  runs.push(run)
  expect(run.conclusion).toBe('failure')
  expect(existsSync(hasFailed)).toBe(true)
  expect(keys()).toEqual([imageKey])
})

test('a cancelled step does not wait for it, and leaves nothing behind', async (context) => {
  service.mode = 'hanging'
  const cancelled = new AbortController()
  let mainEnded = Number.NaN
  const options: Partial<RunOptions> = {
    signal: cancelled.signal,
    onEnd: (phase) => {
      if (phase === 'main') mainEnded = performance.now()
    },
  }
  const running = runHosted(context, options, 'cancelled')
  await eventually('the cache is asked', () => asked().length > 0)
  cancelled.abort()
  const started = performance.now()
  await running
  // An answer has 5 s, and one to post 10 s; post takes a start of Node, which a busy machine has not at once.
  expect(mainEnded - started).toBeLessThan(4_000)
  expect(performance.now() - started).toBeLessThan(10_000)
})

test('the client and the programs that it starts get neither the inputs nor the token', async (context) => {
  const seen = join(folder, 'seen')
  const client = '/proc/$PPID/cmdline /proc/$PPID/environ'
  const script = `{ env; cat ${client}; } >>${seen}\nPATH=\${PATH#*:} exec tar "$@"`
  await runWithTar(context, script)
  const text = await readFile(seen, 'latin1')
  expect(text).toContain('cache-client.js')
  expect(text.split('RUNNER_TRACKING_ID=')).toHaveLength(5)
  expect(text).not.toMatch(/INPUT_|ACTIONS_RUNTIME_TOKEN/)
  expect(text).not.toContain(service.token)
  expect(keys()).toEqual([imageKey])
})

test('when they fail, nobody hears of it', async (context) => {
  await runWithTar(context, 'echo failed; echo failed >&2; exit 2')
  expect(asked()).toEqual([lookup, lookup])
})
