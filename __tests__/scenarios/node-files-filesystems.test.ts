import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDocker } from '../../src/docker/docker.ts'
import { withEngineApi } from '../../src/docker/engine-api.ts'
import { readRecords } from '../../src/files/record.ts'
import { eventually } from '../support/eventually.ts'
import { untilCriAnswers } from '../support/loading.ts'
import { makeXfs } from '../support/loop-disk.ts'
import { runPod } from '../support/pod.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  type Cluster,
  docker,
  helpersOf,
  inNode,
  startNodes,
  uniqueName,
} from '../support/testbed.ts'

const workspace = mkdtempSync(join(tmpdir(), 'slipway-files-'))
const target = '/var/local/models'
const volumes = { far: uniqueName('far'), extra: uniqueName('extra'), other: uniqueName('extra') }
let disk: ReturnType<typeof makeXfs> | undefined
let cluster: Cluster
/** Whose /var is on a filesystem of its own, and one as usual; both have another volume. */
let [far, near] = ['', '']

/** Equal files are one in the engine's store, and some tests write to theirs. */
const [two, another, third] = [uniqueName('two'), uniqueName('another'), uniqueName('third')]

const write = (path: string, content: string): void => {
  const file = join(workspace, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, content)
}

const syncs = async (
  lines: string,
  inputs: Readonly<Record<string, string>> = {},
): Promise<Run> => {
  const step = { 'node-files': lines, 'cluster-name': cluster.name, ...inputs }
  const run = await runSlipway(step, { github: { workspace } })
  await run.dispose()
  expect(run.log).not.toContain('##[error]')
  expect([run.exitCode, await helpersOf(run.state)]).toEqual([0, []])
  return run
}

/** The mounts of ours that a node has, each with its options. */
const mountsIn = async (node: string): Promise<readonly string[]> =>
  (await inNode(node, 'cat', '/proc/1/mountinfo'))
    .split('\n')
    .filter((line) => /\/models\.[0-9a-f]{16} /.test(line))
    .map((line) => line.split(' ').slice(4, 6).join(' '))

const usedIn = async (node: string): Promise<number> =>
  Number((await inNode(node, 'df', '--output=used', '-B1', '/var')).split('\n').at(-1))

/** Whether the node's own record says that they are there. */
const isThere = (node: string): Promise<boolean | undefined> =>
  withEngineApi(
    createDocker(process.env as Record<string, string>),
    async (api) =>
      (await readRecords(api, { name: node } as Parameters<typeof readRecords>[1])).find(
        (record) => record.target === target,
      )?.isThere,
  )

beforeAll(async () => {
  disk = makeXfs()
  const options = ['--driver=local', '--opt=type=xfs', `--opt=device=${disk.device}`]
  await docker('volume', 'create', ...options, volumes.far)
  for (const name of [volumes.extra, volumes.other]) await docker('volume', 'create', name)
  cluster = await startNodes([
    ['--volume', `${volumes.far}:/var`, '--volume', `${volumes.extra}:/extra`],
    ['--volume', `${volumes.other}:/extra`],
  ])
  ;[far = '', near = ''] = cluster.nodes
  write('models/a.bin', two.padEnd(3_000_000, 'x'))
  write('models/deep/b.bin', two)
})

afterAll(async () => {
  await cluster?.remove()
  await docker('volume', 'rm', ...Object.values(volumes))
  disk?.remove()
  rmSync(workspace, { recursive: true })
})

test('a node on another filesystem has them mounted, without a byte of its own', async () => {
  await syncs('', { images: baseImage() })
  const before = await usedIn(far)
  const run = await syncs(`models:${target}`)
  expect(run.summary).toMatch(`mounted (${far}); linked (${near})`)
  expect(await mountsIn(far)).toEqual([expect.stringMatching(/^\/var\/local\/models\.\w+ ro,/)])
  expect(await mountsIn(near)).toEqual([])
  expect((await usedIn(far)) - before).toBeLessThan(500_000)
  for (const node of cluster.nodes)
    expect(await inNode(node, 'cat', `${target}/deep/b.bin`)).toBe(two)
  const mount = { host_path: target, container_path: '/models', readonly: false }
  // Its own mount of them is a writable one.
  const attempts = ['touch /models/new', 'echo 3 >/models/deep/b.bin', 'chmod 777 /models/a.bin']
  const script = ['cat /models/deep/b.bin; echo', ...attempts.map((each) => `${each} && echo did`)]
  expect(await runPod(far, baseImage(), ['sh', '-c', `${script.join('; ')}; true`], [mount])).toBe(
    two,
  )
  const isUnchanged = async () =>
    /unchanged \(2 nodes\)/.test((await syncs(`models:${target}`)).summary)
  await eventually('a step without a change does nothing', isUnchanged)
  expect(await mountsIn(far)).toHaveLength(1)
})

test('a restart of the node takes the mount; its record says so, and the next step puts it back', async () => {
  expect([await isThere(far), await isThere(near)]).toEqual([true, true])
  await docker('restart', far)
  await untilCriAnswers(far)
  expect(await mountsIn(far)).toEqual([])
  expect([await isThere(far), await isThere(near)]).toEqual([false, true])
  const diagnosed = await runSlipway({ mode: 'diagnose', 'cluster-name': cluster.name })
  await diagnosed.dispose()
  expect(diagnosed.log).toContain(`Node ${far} no longer has the files of ${target};`)
  const run = await syncs(`models:${target}`)
  expect(run.summary).toMatch(new RegExp(`mounted \\(${far}\\); unchanged \\(${near}\\)`))
  expect(await inNode(far, 'cat', `${target}/deep/b.bin`)).toBe(two)
  expect(await isThere(far)).toBe(true)
})

test('a new version is a new mount; pods keep the old one, and it goes after them', async () => {
  const [old = ''] = await mountsIn(far)
  const mounts = [
    { host_path: target, container_path: '/models', readonly: true },
    { host_path: '/var/local', container_path: '/gate', readonly: false },
  ]
  const script =
    'touch /gate/began; until [ -e /gate/go ]; do sleep 0.1; done; cat /models/deep/b.bin'
  const pod = runPod(far, baseImage(), ['sh', '-c', script], mounts)
  const hasBegun = async () => (await inNode(far, 'ls', '/var/local')).includes('began')
  await eventually('the pod began', hasBegun)
  write('models/deep/b.bin', another)
  await syncs(`models:${target}`)
  expect(await inNode(far, 'cat', `${target}/deep/b.bin`)).toBe(another)
  expect(await mountsIn(far)).toEqual([old, expect.not.stringContaining(old)])
  await inNode(far, 'touch', '/var/local/go')
  expect(await pod).toBe(two)
  write('models/deep/b.bin', third)
  await syncs(`models:${target}`)
  const left = await mountsIn(far)
  expect(left).toHaveLength(1)
  expect(await inNode(far, 'sh', '-c', 'ls -d /var/local/models.*')).toBe(left[0]?.split(' ')[0])
})

test('asked to verify, bytes that changed are replaced in what is mounted, too', async () => {
  const right = uniqueName('right')
  write('models/deep/b.bin', right)
  await syncs(`models:${target}`)
  await inNode(near, 'sh', '-c', `printf evil >${target}/deep/b.bin`)
  expect(await inNode(far, 'cat', `${target}/deep/b.bin`)).toBe('evil')
  await syncs(`models:${target}`, { 'node-files-verify': 'true' })
  for (const node of cluster.nodes)
    expect(await inNode(node, 'cat', `${target}/deep/b.bin`)).toBe(right)
  expect(await mountsIn(far)).toHaveLength(1)
  write('models/deep/b.bin', third)
})

test('to write, and single files, are copies there; a volume beside it has links', async () => {
  const lines = [
    'models/a.bin:/var/local/a.bin',
    'models:/var/local/own:rw',
    'models:/extra/models',
  ]
  const run = await syncs(lines.join('\n'))
  expect(run.summary).toMatch(/\/var\/local\/own .* copied \(2 nodes\)/)
  expect(run.summary).toMatch(
    new RegExp(`/var/local/a\\.bin .* copied \\(${far}\\); linked \\(${near}\\)`),
  )
  expect(
    Number(await inNode(far, 'stat', '-L', '-c', '%h', '/extra/models/a.bin')),
  ).toBeGreaterThan(1)
  await inNode(far, 'sh', '-c', 'echo mine >/var/local/own/deep/b.bin')
  expect(await inNode(near, 'cat', '/var/local/own/deep/b.bin')).toBe(third)
})

test('pruned, no mount, no version and no record is left', async () => {
  const run = await syncs('', { 'node-files-prune': 'true', images: baseImage() })
  expect(run.summary).toMatch(/removed/)
  for (const node of cluster.nodes) {
    expect(await mountsIn(node)).toEqual([])
    expect(await inNode(node, 'ls', '-A', '/var/lib/slipway-files')).toBe('lock')
    expect(await inNode(node, 'sh', '-c', 'ls -A /var/local')).not.toMatch(/models|own|a\.bin/)
  }
  expect(await inNode(far, 'ls', '-A', '/extra')).toBe('')
})
