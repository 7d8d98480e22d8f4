import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBarrier } from '../support/barrier.ts'
import { eventually } from '../support/eventually.ts'
import { runPod } from '../support/pod.ts'
import { buildTiny } from '../support/shaped-images.ts'
import {
  baseImage,
  type Cluster,
  ctr,
  docker,
  imagesOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

const run = promisify(execFile)

let cluster: Cluster
/** An empty folder with the packed package in it, and the command's own temp folder. */
let folder: string
let temp: string
let image: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-packed-'))
  temp = await mkdtemp(join(tmpdir(), 'slipway-own-'))
  image = `${uniqueName('cli')}:1`
  ;[cluster] = await Promise.all([
    startCluster(2),
    buildTiny(image, ['/bin/sh']),
    run('npm', ['run', 'pack', '--', '--pack-destination', folder]),
  ])
  const [packed = ''] = await readdir(folder)
  await run('npm', ['install', '--offline', '--no-save', `./${packed}`], { cwd: folder })
})
afterAll(async () => {
  await Promise.all([cluster.remove(), rm(folder, { recursive: true })])
  await rm(temp, { recursive: true })
  await docker('rmi', '--force', image)
})

const bin = (): string => join(folder, 'node_modules/.bin/slipway')

const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess => {
  const own = { TMPDIR: temp, ...env }
  const { PATH, HOME, DOCKER_HOST, DOCKER_CONFIG } = process.env
  return spawn(bin(), [...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, HOME, DOCKER_HOST, DOCKER_CONFIG, ...own },
  })
}

const endOf = async (child: ChildProcess) => {
  if (child.stdout === null || child.stderr === null) throw new Error('no pipes')
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { out, err, code: code as number }
}

const slipway = (...args: readonly string[]) => endOf(start(args))

/** The same words to the real kind. */
const kind = async (...args: readonly string[]): Promise<number> =>
  run('kind', args).then(
    () => 0,
    ({ code }: { readonly code: number }) => code,
  )

const named = () => ['--name', cluster.name]

const forget = async (): Promise<void> => {
  for (const node of cluster.nodes) {
    const all = (await imagesOf(node)).filter((name) => name.includes(image.split(':')[0] ?? ''))
    if (all.length > 0) await ctr(node, 'images', 'remove', '--sync', ...all)
  }
}

const hasImage = async (node: string): Promise<boolean> =>
  (await imagesOf(node)).includes(`docker.io/library/${image}`)

test('load docker-image: words, flags and exit codes are those of kind load', async () => {
  const [, worker = ''] = cluster.nodes
  const one = await slipway('load', 'docker-image', image, ...named(), `--nodes=${worker}`)
  expect(one).toMatchObject({ code: 0, out: '' })
  expect(await Promise.all(cluster.nodes.map(hasImage))).toEqual([false, true])
  expect(await slipway('load', 'docker-image', image, ...named())).toMatchObject({ code: 0 })
  expect(await Promise.all(cluster.nodes.map(hasImage))).toEqual([true, true])
  // Nothing goes on beside it, as a runner's step would have until post.
  expect((await readdir(temp)).filter((name) => name.includes('slipway'))).toEqual([])
})

test('exit codes side by side with the real kind', async () => {
  const lines: readonly (readonly string[])[] = [
    ['load', 'docker-image', image, ...named()],
    ['load', 'docker-image', `${image}-not-there`, ...named()],
    ['load', 'docker-image', image, '--name', 'no-such-cluster'],
    ['load', 'docker-image', image, ...named(), '--nodes', 'no-such-node'],
    ['load', 'docker-image', ...named()],
    ['load', 'docker-image', image, '--no-such-flag'],
    ['load', 'image-archive', 'no-such-file.tar', ...named()],
    ['load', 'image-archive'],
    ['load'],
    ['load', '--help'],
    ['load', 'docker-image', '--help'],
    ['no-such-command'],
    [],
  ]
  for (const line of lines) {
    const [own, theirs] = await Promise.all([slipway(...line), kind(...line)])
    expect([line.join(' '), own.code]).toEqual([line.join(' '), theirs])
    if (theirs !== 0) expect(own.err).toMatch(/^ERROR: /)
  }
})

test('load image-archive: what docker save has written, also packed, and --json', async () => {
  await forget()
  const archive = join(folder, 'images.tar')
  await docker('save', '--output', archive, image)
  const loaded = await slipway('load', 'image-archive', 'images.tar', ...named())
  expect(loaded).toMatchObject({ code: 0, out: '' })
  expect(await Promise.all(cluster.nodes.map(hasImage))).toEqual([true, true])
  const command = ['/bin/sh', '-c', 'echo it runs']
  expect(await runPod(cluster.nodes[0] ?? '', image, command)).toBe('it runs')
  await run('gzip', [archive])
  const again = await slipway('load', 'image-archive', `${archive}.gz`, ...named(), '--json')
  expect(again.code).toBe(0)
  const { images } = JSON.parse(again.out)
  expect(images).toMatchObject([{ nodes: [{ way: 'present' }, { way: 'present' }] }])
})

test('build and plan: settings of slipway.yaml, and a secret that nobody prints', async () => {
  const tag = `${uniqueName('cli-build')}:1`
  await writeFile(join(folder, 'slipway.yaml'), `cluster-name: ${cluster.name}\ntags: ${tag}\n`)
  const dockerfile = `FROM ${baseImage()}\nRUN --mount=type=secret,id=key cat /run/secrets/key && touch /own\n`
  await writeFile(join(folder, 'Dockerfile'), dockerfile)
  try {
    const plan = await slipway('plan')
    expect(plan).toMatchObject({ code: 0, err: expect.not.stringContaining('ERROR') })
    expect(plan.out).toContain(`Build ${tag}`)
    expect(await docker('image', 'ls', '--quiet', tag)).toBe('')
    const env = { KEY: 'a-secret-of-the-build' }
    const built = await endOf(start(['build', '--secret-envs', 'key=KEY', '--no-cache'], env))
    expect(built.code).toBe(0)
    expect(built.err).toContain('***')
    expect(built.err + built.out).not.toContain(env.KEY)
    expect(await imagesOf(cluster.nodes[0] ?? '')).toContain(`docker.io/library/${tag}`)
  } finally {
    await rm(join(folder, 'slipway.yaml'))
    await docker('rmi', '--force', tag)
  }
})

test('diagnose says what it looked at', async () => {
  const { code, out } = await slipway('diagnose', ...named())
  expect(code).toBe(0)
  expect(out).toMatch(/Checked: 2 nodes/)
})

/** A build that has begun and waits until it is ended. */
const startLongBuild = async (tag: string) => {
  const barrier = await startBarrier()
  const file = join(folder, 'Dockerfile.long')
  await writeFile(file, `FROM ${baseImage()}\nRUN ${barrier.command} \n`)
  const args = [
    'build',
    '--file',
    'Dockerfile.long',
    '--tags',
    tag,
    '--network',
    'host',
    ...named(),
  ]
  const child = start(args)
  await barrier.held
  return { child, barrier }
}

test('Ctrl-C ends it with 130 and leaves nothing', async () => {
  const { child, barrier } = await startLongBuild(`${uniqueName('cli-long')}:1`)
  const ended = endOf(child)
  child.kill('SIGINT')
  const { code, err } = await ended
  expect(code).toBe(130)
  expect(err).toContain('ERROR: Interrupted')
  expect((await readdir(temp)).filter((name) => name.includes('slipway'))).toEqual([])
  await barrier.stop()
})

test('what a killed run left, the next one removes', async () => {
  const { child, barrier } = await startLongBuild(`${uniqueName('cli-killed')}:1`)
  const ended = once(child, 'close')
  child.kill('SIGKILL')
  await ended
  const left = async () => (await readdir(temp)).filter((name) => name.includes('slipway'))
  expect((await left()).length).toBeGreaterThan(1)
  // Its processes are named by files of its own.
  const processes = () => run('pgrep', ['--full', temp]).then(Boolean, () => false)
  expect(await processes()).toBe(true)
  const cleaned = await slipway('clean')
  expect(cleaned.err).toContain('Cleaned up after 1 killed run')
  expect(await left()).toEqual([])
  await eventually('its build is gone', async () => !(await processes()))
  await barrier.stop()
})

test('the package has the bundle alone, and its version', async () => {
  const home = join(folder, 'node_modules/slipway')
  expect((await readdir(home)).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json'])
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'))
  expect(await slipway('--version')).toMatchObject({ code: 0, out: `${version}\n` })
})
