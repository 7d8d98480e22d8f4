import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseBaseline } from '../../src/diagnose/recording/baseline.ts'
import { writeBaseline } from '../../src/diagnose/recording/recording.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  buildTestImage,
  type Cluster,
  docker,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

/** Containers that look like nodes of a real cluster, because their image says so. */
let cluster: Cluster
const hostile = `${uniqueName('hostile')}:1`
const impostors = {
  unprivileged: uniqueName('false-unprivileged'),
  privileged: uniqueName('false-privileged'),
}

beforeAll(async () => {
  cluster = await startCluster()
  const labels = `LABEL io.x-k8s.kind.cluster=${cluster.name} io.x-k8s.kind.role=worker`
  await buildTestImage(hostile, `FROM ${baseImage()}\n${labels}\nRUN ln -s bash /bin/kubectl\n`)
  const start = (name: string, ...options: readonly string[]) =>
    docker('run', '--detach', '--init', '--name', name, ...options, hostile, 'sleep', '3600')
  await start(impostors.unprivileged, '--cap-drop=ALL')
  await start(impostors.privileged, '--privileged')
})
afterAll(async () => {
  await docker('rm', '--force', ...Object.values(impostors))
  await Promise.all([cluster.remove(), docker('rmi', '--force', hostile)])
})

/** All that was started in the false nodes, or from their image, while something was done. */
const startedDuring = async (act: () => Promise<unknown>): Promise<readonly string[]> => {
  const since = Date.now() / 1_000
  await act()
  const until = Date.now() / 1_000
  const range = [`--since=${since}`, `--until=${until}`]
  const filters = ['--filter', `image=${hostile}`, '--filter', 'type=container']
  const format = '{{.Actor.Attributes.name}} {{json .Action}}'
  const events = await docker('events', ...range, ...filters, '--format', format)
  return events.split('\n').filter(Boolean)
}

test('a container with the labels of its image is no node: for a load, its post, and a diagnosis', async () => {
  let logs = ''
  const started = await startedDuring(async () => {
    const shared = { 'cluster-name': cluster.name }
    const loaded = await runSlipway({ ...shared, images: baseImage() })
    expect(loaded.exitCode).toBe(0)
    const [image] = JSON.parse(loaded.outputs['images'] ?? '[]')
    expect(image.nodes.map(({ name }: { name: string }) => name)).toEqual(cluster.nodes)
    const diagnosed = await runSlipway({ ...shared, mode: 'diagnose' }, { temp: loaded.files.temp })
    logs = loaded.log
    expect(diagnosed.exitCode).toBe(0)
    expect(diagnosed.log).toContain('Checked: 1 node, ')
    expect(diagnosed.log).toContain(`Slipway ignores ${impostors.unprivileged}`)
    await Promise.all([loaded.dispose(), diagnosed.dispose()])
  })
  expect(started).toEqual([])
  expect(logs).toContain(`Slipway ignores ${impostors.unprivileged}: `)
  expect(logs).toContain('but it is not privileged.')
  expect(logs).toContain(`Slipway ignores ${impostors.privileged}: `)
  expect(logs).toContain('but its label io.x-k8s.kind.cluster comes from its image.')
})

test('nobody records pods of it either, whoever wrote its number into the recording', async () => {
  const root = await mkdtemp(join(tmpdir(), 'slipway-recording-'))
  const folder = join(root, 'recording')
  await mkdir(folder, { mode: 0o700 })
  const format = '{{.Id}}'
  const id = await docker('inspect', '--format', format, impostors.privileged)
  const startedAt = '2026-11-28T13:53:21Z'
  const nodes = [{ name: impostors.privileged, id, startedAt }]
  const clock = { bootId: 'boot', clockMs: 1, uptimeS: 1, kills: 0 }
  const written = { clusterName: cluster.name, ...clock, nodes, images: [] }
  const baseline = parseBaseline(JSON.stringify(written))
  if (baseline === undefined) throw new Error('the recording is not what main would write')
  writeBaseline(folder, baseline)
  const started = await startedDuring(async () => {
    const recorder = spawn(process.execPath, ['dist/recorder.js', folder], { stdio: 'inherit' })
    // Without any node it has nothing to do.
    const timer = setTimeout(() => recorder.kill(), 10_000)
    await once(recorder, 'exit')
    clearTimeout(timer)
  })
  await rm(root, { recursive: true })
  expect(started).toEqual([])
})
