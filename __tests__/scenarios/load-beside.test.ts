import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { digestInDocker, nodesOf, useEngine, warningsOf, waysOf } from '../support/loading.ts'
import { coarseDigestCommand, oddDockerfile, oddFiles } from '../support/odd-image.ts'
import { runPod } from '../support/pod.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  buildTestImage,
  type Cluster,
  docker,
  helpersOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

const execute = promisify(execFile)

const odd = `${uniqueName('odd')}:1`
const heavy = `${uniqueName('heavy')}:1`
const unsaid = `${uniqueName('unsaid')}:1`

let cluster: Cluster
let workspace = ''

type Manifest = { Config: string; RepoTags: string[]; Layers: string[] }[]

/** One layer more, with a file in a folder that it does not say; the folder below has an odd mode and owner. */
const addLayer = async (from: string, to: string, tag: string): Promise<void> => {
  const [folder, layer] = await Promise.all([
    mkdtemp(join(workspace, 'archive-')),
    mkdtemp(join(workspace, 'layer-')),
  ])
  await execute('tar', ['--extract', '--file', from, '--directory', folder])
  await mkdir(join(layer, 'odd/sticky'), { recursive: true })
  await writeFile(join(layer, 'odd/sticky/new'), 'new')
  const tar = join(folder, 'added.tar')
  await execute('tar', [
    ...['--create', '--file', tar, '--directory', layer, '--no-recursion'],
    'odd/sticky/new',
  ])
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest
  const [image] = manifest
  if (image === undefined) throw new Error('the archive has no image')
  const config = JSON.parse(await readFile(join(folder, image.Config), 'utf8'))
  const digest = createHash('sha256')
    .update(await readFile(tar))
    .digest('hex')
  config.rootfs.diff_ids.push(`sha256:${digest}`)
  config.history.push({ created_by: 'a layer without folders' })
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  const added = { ...image, Config: 'config.json', RepoTags: [tag] }
  added.Layers = [...image.Layers, 'added.tar']
  await writeFile(join(folder, 'manifest.json'), JSON.stringify([added]))
  for (const name of ['index.json', 'oci-layout', 'repositories'])
    await rm(join(folder, name), { force: true })
  const names = await readdir(folder)
  await execute('tar', ['--create', '--file', to, '--directory', folder, ...names])
}

beforeAll(async () => {
  useEngine('overlay2')
  ;[cluster, workspace] = await Promise.all([
    startCluster(2),
    mkdtemp(join(tmpdir(), 'slipway-beside-')),
  ])
  await buildTestImage(odd, oddDockerfile(), oddFiles)
  const bytes =
    'RUN head -c 150m /dev/urandom >/bytes && mkdir /more && seq 2000 | sed s,^,/more/, | xargs touch'
  await buildTestImage(heavy, `FROM ${odd}\n${bytes}\n`)
  await docker('save', '--output', join(workspace, 'odd.tar'), odd)
  await docker('save', '--output', join(workspace, 'heavy.tar'), heavy)
  await addLayer(join(workspace, 'odd.tar'), join(workspace, 'unsaid.tar'), unsaid)
  await docker('load', '--input', join(workspace, 'unsaid.tar'))
})
afterAll(async () => {
  await cluster?.remove()
  await docker('rmi', '--force', odd, heavy, unsaid)
  await rm(workspace, { recursive: true, force: true })
})

/** The container in which layers are unpacked, as soon as it does, and its volume. */
const untilUnpacking = async ({ nodes: [node = ''] }: Cluster) => {
  let found = ''
  await eventually('a layer is unpacked', async () => {
    const filters = ['--filter=volume=/slipway-layers', `--filter=label=dev.slipway.node=${node}`]
    found = await docker('ps', '--quiet', ...filters)
    if (found === '') return false
    const programs = await docker('top', found, '-o', 'pid,comm').catch(() => '')
    return / tar$/m.test(programs)
  })
  const format = '{{range .Mounts}}{{.Name}}{{end}}'
  const volume = await docker('inspect', '--format', format, found)
  expect(volume).toMatch(/^[0-9a-f]{64}$/)
  return { id: found, volume }
}

const untilGone = (volume: string): Promise<void> =>
  eventually('its volume is gone', async () => {
    const found = await docker('volume', 'ls', '--quiet', '--filter', `name=${volume}`)
    return found === ''
  })

/** @param onSpawn hears of the main process */
const load = (archives: string, into: Cluster, onSpawn: (pid: number) => void = () => {}) =>
  runSlipway(
    { 'cluster-name': into.name, 'image-archives': archives },
    { github: { workspace }, onSpawn: (pid, phase) => phase === 'main' && onSpawn(pid) },
  )

const sizes = ['sh', '-c', 'echo $(($(stat -c %s /bytes) >> 20))m $(ls /more | wc -l)']

describe('layers that are unpacked beside the nodes', () => {
  test('are in all nodes what Docker makes of them, and leave nothing', async () => {
    const run = await load('unsaid.tar', cluster)
    expect([run.exitCode, warningsOf(run)]).toEqual([0, []])
    expect(waysOf(run)).toEqual(['link', 'link'])
    const [first, second] = nodesOf(run)
    expect(first?.copiedBytes).toBeGreaterThan(10_000_000)
    expect(second?.copiedBytes).toBeLessThan(1_000_000)
    // As containerd does it; Docker makes such a folder anew.
    const show = ['sh', '-c', 'stat --format "%a %u %Y" /odd/sticky && cat /odd/sticky/new']
    for (const node of cluster.nodes)
      expect(await runPod(node, unsaid, show)).toMatch(/^700 0 946684799\nnew$/)
    expect(await helpersOf(run.state)).toEqual([])
    const again = await load('odd.tar', cluster)
    expect([again.exitCode, warningsOf(again), nodesOf(again)[1]?.copiedBytes]).toEqual([0, [], 0])
    const inDocker = await digestInDocker(odd, coarseDigestCommand)
    for (const node of cluster.nodes)
      expect(await runPod(node, odd, coarseDigestCommand)).toBe(inDocker)
  })

  test('are unpacked in nodes where their container is ended', async () => {
    const other = await startCluster(2)
    try {
      const running = load('heavy.tar\nunsaid.tar', other)
      const { id, volume } = await untilUnpacking(other)
      await docker('kill', id)
      const run = await running
      expect([run.exitCode, warningsOf(run)]).toEqual([0, []])
      expect(run.log).toContain('Layers are unpacked in nodes, not beside them: ')
      // So is the second image, of which nobody had asked for anything yet.
      expect(waysOf(run)).toHaveLength(4)
      expect(waysOf(run)).toContain('stream')
      for (const node of other.nodes)
        expect(await runPod(node, unsaid, ['cat', '/odd/sticky/new'])).toBe('new')
      for (const node of other.nodes) expect(await runPod(node, heavy, sizes)).toBe('150m 2000')
      expect(await helpersOf(run.state)).toEqual([])
      await untilGone(volume)
    } finally {
      await other.remove()
    }
  })

  test('go with a step that is killed, and the next one has them', async () => {
    const other = await startCluster(2)
    try {
      let action = 0
      const running = load('heavy.tar', other, (pid) => {
        action = pid
      })
      const { volume } = await untilUnpacking(other)
      process.kill(action, 'SIGKILL')
      const { state } = await running
      await eventually('its container is gone', async () => (await helpersOf(state)).length === 0)
      await untilGone(volume)
      const run = await load('heavy.tar', other)
      expect([run.exitCode, warningsOf(run), waysOf(run)]).toEqual([0, [], ['link', 'link']])
      for (const node of other.nodes) expect(await runPod(node, heavy, sizes)).toBe('150m 2000')
    } finally {
      await other.remove()
    }
  })
})
