import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { bakeGroup, bakeTarget, writeFiles } from '../support/bake.ts'
import { type CacheService, startCacheService } from '../support/cache-service.ts'
import { waysOf } from '../support/loading.ts'
import { expectNothingOfOurs } from '../support/one-node.ts'
import { useOwnEngine } from '../support/own-engine.ts'
import { runPod } from '../support/pod.ts'
import type { Run, RunOptions } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  type Cluster,
  docker,
  imagesOf,
  inNode,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

// Most fill the disk with real builds, and twice: that takes a while, where others are at work, too.
vi.setConfig({ testTimeout: 600_000 })

const run = promisify(execFile)
const mb = 1_000_000

/** The daemon's folder is a small filesystem, which is filled until as much is free as a test wants. */
useOwnEngine('ext4')

/** The story's four services, at a twentieth of their size; the ML ones share a base. */
const megabytes = { base: 200, api: 30, datagen: 20, preprocessing: 60, e2e: 40 } as const
const services = ['api', 'datagen', 'preprocessing', 'e2e'] as const
/** Of a whole run, layers that are shared counted once, without the base image that is there. */
const imageBytes = Object.values(megabytes).reduce((sum, each) => sum + each * mb, 0)

const name = uniqueName('small')
const tagOf = (service: string): string => `${name}/${service}:dev`

/** Bytes that no disk can compress, in files as programs have them. */
const fill = (path: string, size: number): string =>
  `RUN mkdir ${path} && cd ${path} && head -c ${size}000000 /dev/urandom | split -b 1000000`

const dockerfileOf = (service: (typeof services)[number]): string => {
  const from = service === 'preprocessing' ? tagOf('base') : baseImage()
  return `FROM ${from}\nCOPY source /source\n${fill(`/${service}`, megabytes[service])}\n`
}

let workspace: string
let cluster: Cluster
let service: CacheService
const runs: Run[] = []

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'small-disk-'))
  const linked = { contexts: { [tagOf('base')]: 'target:base' } }
  const targets = services.map((each) =>
    bakeTarget(each, [tagOf(each)], each === 'preprocessing' ? linked : {}),
  )
  const base = bakeTarget('base', [tagOf('base')])
  await writeFiles(workspace, {
    'docker-bake.hcl': [bakeGroup(services), base, ...targets].join(''),
    'base/Dockerfile': `FROM ${baseImage()}\n${fill('/base', megabytes.base)}\n`,
  })
  for (const each of services) {
    await writeFiles(join(workspace, each), { Dockerfile: dockerfileOf(each), source: each })
  }
})
afterAll(() => rm(workspace, { recursive: true }))

/** Bytes free on the daemon's filesystem, as its nodes see it. */
const freeBytes = async (): Promise<number> => {
  const [node = ''] = cluster.nodes
  const printed = await inNode(node, 'stat', '-f', '-c', '%S %a', '/var')
  const [block = 0, blocks = 0] = printed.split(' ').map(Number)
  return block * blocks
}

/** Takes all but so many bytes away, by a file in the daemon's folder. */
const leaveFree = async (bytes: number): Promise<void> => {
  const [node = ''] = cluster.nodes
  await inNode(node, 'rm', '-f', '/var/ballast')
  const size = (await freeBytes()) - bytes
  await inNode(node, 'fallocate', '-l', String(Math.round(size)), '/var/ballast')
  expect(Math.abs((await freeBytes()) - bytes)).toBeLessThan(2 * mb)
}

const removeImages = async (): Promise<void> => {
  const tags = ['base', ...services].map(tagOf)
  await docker('rmi', '--force', ...tags).catch(() => {})
  await docker('buildx', 'prune', '--force', '--all')
}

/** Nothing of the images, neither in Docker nor in nodes, of which there are none. */
const clear = async (): Promise<void> => {
  await Promise.all([cluster.remove(), removeImages()])
}

beforeEach(async () => {
  service = await startCacheService()
  cluster = await startCluster()
})
afterEach(async () => {
  await Promise.all([service.stop(), ...runs.splice(0).map((each) => each.dispose())])
  await clear()
})

const build = async (options: Partial<RunOptions> = {}, inputs = {}): Promise<Run> => {
  const done = await runSlipway(
    { 'bake-files': 'docker-bake.hcl', 'cluster-name': cluster.name, ...inputs },
    {
      github: { workspace },
      runnerEnvironment: 'self-hosted',
      runtime: { token: service.token, resultsUrl: service.resultsUrl },
      ...options,
    },
  )
  runs.push(done)
  return done
}

/** Bytes of a hosted runner's tool chains. */
type ToolChains = { readonly codeql?: number; readonly android: number }

/**
 * Runs the bundled main as on a hosted runner, where tool chains are on the daemon's filesystem: in
 * the daemon's mounts, with folders of that filesystem where tool chains are.
 */
const buildHosted = async (
  { codeql, android }: ToolChains,
  inputs: Readonly<Record<string, string>>,
) => {
  const { DOCKER_HOST = '' } = process.env
  const state = dirname(DOCKER_HOST.replace(/^unix:\/\//, ''))
  const init = (await readFile(join(state, 'init.pid'), 'utf8')).trim()
  const [temp, outputs] = [join(workspace, 'temp'), join(workspace, 'outputs')]
  await mkdir(temp, { recursive: true })
  await writeFile(outputs, '')
  const place = (path: string, bytes = 0): string =>
    bytes === 0 ? '' : `mkdir -p "$tools/${path}"; fallocate -l ${bytes} "$tools/${path}/file";`
  const script = `set -e; tools=${state}/data/tools; mkdir -p "$tools/lib" "$tools/opt"
${place('lib/android', android)} ${place('opt/hostedtoolcache/CodeQL', codeql)}
mount --bind "$tools/lib" /usr/local/lib; mount --bind "$tools/opt" /opt
node dist/main.js && code=0 || code=$?
echo '--- left:'; cd "$tools"; find * -type f; rm -rf "$tools"; exit $code`
  const inOthersMounts = ['--target', init, '--mount', 'unshare', '--mount', 'bash', '-c', script]
  const env = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
  const ended = await run('nsenter', [`--wd=${process.cwd()}`, ...inOthersMounts], {
    env: {
      ...process.env,
      PATH: `${process.cwd()}/node_modules/.bin:${process.env['PATH']}`,
      RUNNER_ENVIRONMENT: 'github-hosted',
      RUNNER_TEMP: temp,
      GITHUB_WORKSPACE: workspace,
      GITHUB_OUTPUT: outputs,
      'INPUT_BAKE-FILES': 'docker-bake.hcl',
      'INPUT_CLUSTER-NAME': cluster.name,
      ...Object.fromEntries(env),
    },
  }).catch((error: { stdout: string }) => error)
  const freed = /freed-bytes<<(\S+)\n(\d+)\n\1/.exec(await readFile(outputs, 'utf8'))?.[2]
  const [log = '', left = ''] = ended.stdout.split('--- left:\n')
  return { log, left, freedBytes: Number(freed) }
}

/** What the story's teams wrote: build, load, delete, prune, next. */
const script = async (): Promise<void> => {
  for (const each of services) {
    if (each === 'preprocessing')
      await docker('build', '--tag', tagOf('base'), join(workspace, 'base'))
    await docker('build', '--tag', tagOf(each), join(workspace, each))
    await run('kind', ['load', 'docker-image', tagOf(each), '--name', cluster.name])
    await docker('rmi', tagOf(each))
    await docker('buildx', 'prune', '--force')
  }
}

test('1.3 times the images: the script dies of it, one step does not', async () => {
  await leaveFree(1.3 * imageBytes)
  await expect(script()).rejects.toThrow(/no space left on device/i)
  await clear()
  cluster = await startCluster()

  await leaveFree(1.3 * imageBytes)
  const done = await build()
  expect([done.conclusion, done.annotations]).toEqual(['success', []])
  expect(waysOf(done)).toEqual(services.map(() => 'link'))
  const images = JSON.parse(done.outputs['images'] ?? '[]') as readonly { readonly ref: string }[]
  expect(images.map(({ ref }) => ref).toSorted()).toEqual(services.map(tagOf).toSorted())
  const [node = ''] = cluster.nodes
  for (const each of services) {
    expect(await runPod(node, tagOf(each), ['cat', '/source'])).toBe(each)
  }
})

test('0.9 times the images: refused before anything is built, with the sum', async () => {
  expect((await build()).conclusion).toBe('success')
  await clear()
  cluster = await startCluster()

  // The base image, which is there, is part of what was measured.
  const base = Number(await docker('image', 'inspect', '--format', '{{.Size}}', baseImage()))
  await leaveFree(0.9 * (imageBytes + base) - base)
  const free = await freeBytes()
  const refused = await build()
  expect(refused.conclusion).toBe('failure')
  const [annotation, ...more] = refused.annotations
  expect(more).toEqual([])
  expect(annotation?.message).toMatch(
    /^The images do not fit on the disk, .* MB of .* GB free, .* inodes\. Needed: \d+ MB \(images \d+ MB\); available: \d+ MB free \+ \d+ MB of images and build cache\. To make them fit: /,
  )
  expect(refused.log).not.toMatch(/^Build /m)
  expect(await docker('image', 'ls', '--quiet', `${name}/*`)).toBe('')
  expect(Math.abs((await freeBytes()) - free)).toBeLessThan(mb)

  const dry = await build({}, { 'dry-run': 'true' })
  expect([dry.conclusion, dry.annotations]).toEqual(['success', []])
  expect(dry.log).toMatch(
    /image sizes in the last run: \d+ MB together[\s\S]*The images do not fit on the disk/,
  )
})

test('nobody knows how large, and it does not fit: said where it is full and what fills it', async () => {
  await leaveFree(0.5 * imageBytes)
  const failed = await build({}, { 'fail-fast': 'false', parallel: '1' })
  expect(failed.conclusion).toBe('failure')
  const message = failed.annotations.map((each) => each.message).join('\n')
  expect(message).toMatch(/of 5 images failed/)
  expect(message).toMatch(/no space left on device/i)
  expect(message).toMatch(/\/data \(Docker's data, .*-control-plane\): .* of .* free/)
  expect(message).not.toContain('the temp folder')
  expect(message).toMatch(/Docker's disk usage: .*images \d+ MB.*build cache/)
  expect(message).toMatch(/Slipway freed nothing: this is not a GitHub-hosted runner/)
  // What was loaded before stays loaded, and nothing half-done takes room.
  const loaded = JSON.parse(failed.outputs['images'] ?? '[]') as readonly { readonly ref: string }[]
  expect(loaded.map(({ ref }) => ref)).toContain(tagOf('api'))
  const [node = ''] = cluster.nodes
  expect(await imagesOf(node)).toEqual(
    expect.arrayContaining([expect.stringContaining('/api:dev')]),
  )
  expect(await runPod(node, tagOf('api'), ['cat', '/source'])).toBe('api')
  await expectNothingOfOurs(node)
})

test('auto, on a hosted runner: the cheapest tool chain goes, and no more when that is enough', async () => {
  // Nobody knows how large the images are, so 16 GB are to be free, and beside the tool chains are 15.
  await leaveFree((15_000 + 3_500) * mb)
  const done = await buildHosted({ codeql: 3_000 * mb, android: 500 * mb }, { targets: 'api' })
  expect(done.log).not.toContain('::error')
  expect(done.log).toContain('Freed 3.0 GB: codeql (/opt/hostedtoolcache/CodeQL).')
  expect(done.freedBytes).toBeGreaterThanOrEqual(3_000 * mb)
  expect(done.freedBytes).toBeLessThan(3_001 * mb)
  expect(done.left).toBe('lib/android/file\n')
  const [node = ''] = cluster.nodes
  expect(await runPod(node, tagOf('api'), ['cat', '/source'])).toBe('api')
})

test('a wrong guess, on a hosted runner: tool chains go when the disk is full, and it is tried again', async () => {
  await leaveFree(imageBytes - 50 * mb + 150 * mb)
  // So much is free, so the plan frees nothing.
  const done = await buildHosted(
    { android: 150 * mb },
    { 'free-disk': '100MB', 'prune-cache': 'false' },
  )
  expect(done.log).toContain('The disk is full: reclaiming space.')
  expect(done.log).toMatch(/no space left on device.* Retrying once\./i)
  expect(done.log).not.toContain('::error')
  expect(done.freedBytes).toBeGreaterThan(140 * mb)
  expect(done.left).toBe('')
  const [node = ''] = cluster.nodes
  for (const each of services) {
    expect(await runPod(node, tagOf(each), ['cat', '/source'])).toBe(each)
  }
})

test('build cache that no image holds goes, too, unless it must not', async () => {
  const old = join(workspace, 'old')
  await writeFiles(old, { Dockerfile: `FROM ${baseImage()}\n${fill('/old', 200)}\n` })
  const output = ['--output', 'type=cacheonly']
  await docker('buildx', 'build', ...output, old)
  await leaveFree(imageBytes - 50 * mb + mb)
  const inputs = { 'free-disk': 'never', 'prune-cache': 'false' }
  const full = await buildHosted({ android: mb }, inputs)
  expect(full.log).toMatch(/::error.*Slipway freed nothing: free-disk and prune-cache forbid it/)
  const done = await buildHosted({ android: mb }, { ...inputs, 'prune-cache': 'auto' })
  expect(done.log).not.toContain('::error')
  expect(done.log).toMatch(/^Freed \d+ MB: build cache\.$/m)
  expect(done.freedBytes).toBeGreaterThan(100 * mb)
})
