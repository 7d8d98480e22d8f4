import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useEngine } from '../support/loading.ts'
import { type Registry, startRegistry } from '../support/registry.ts'
import type { Run } from '../support/runner/types.ts'
import { falseToken, writeSinfulContext } from '../support/sinful-image.ts'
import { runSlipway } from '../support/slipway.ts'
import { type Cluster, docker, helpersOf, startCluster, uniqueName } from '../support/testbed.ts'

type Report = {
  readonly image: string
  readonly totalBytes: number
  readonly packedBytes: number
  readonly isPackedExact: boolean
  readonly layers: readonly { readonly bytes: number; readonly instruction?: string }[]
  readonly waste: object
  readonly dive: object
  readonly findings: readonly { readonly rule: string; readonly bytes: number }[]
}

const reportsOf = (run: Run): readonly Report[] => JSON.parse(run.outputs['image-report'] ?? '[]')

/** What has to be the same wherever an image is: of the rest, archives keep whole seconds. */
const figuresOf = ({ totalBytes, layers, dive, waste, findings }: Report) => ({
  totalBytes,
  dive,
  layers: layers.map(({ bytes, instruction }) => [bytes, instruction]),
  waste: Object.entries(waste).filter(([, value]) => typeof value === 'number'),
  findings: findings.map(({ rule, bytes }) => [rule, bytes]).toSorted(),
})

describe.each(['overlay2', 'containerd'] as const)('mode: report beside %s', (store) => {
  const name = `${uniqueName('look')}:1`
  let cluster: Cluster
  let registry: Registry
  let workspace = ''
  let elsewhere: readonly Report[] = []
  let [inDocker, without]: (Run | undefined)[] = []
  beforeAll(async () => {
    useEngine(store)
    registry = await startRegistry('public')
    workspace = await mkdtemp(join(tmpdir(), 'slipway-look-'))
    await writeSinfulContext(workspace)
    await docker('build', '--quiet', '--tag', name, workspace)
    const pushed = `${registry.host}/${name}`
    await docker('tag', name, pushed)
    await docker('push', '--quiet', pushed)
    await docker('rmi', pushed)
    const [archive, layout] = [join(workspace, 'saved.tar'), join(workspace, 'layout')]
    await docker('save', '--output', archive, name)
    mkdirSync(layout)
    execFileSync('tar', ['-C', layout, '-xf', archive])
    // Without a cluster, Docker saves the image; without Docker, the others are read.
    const images = [`registry://${pushed}`, 'oci-layout://layout', name]
    const inputs = { mode: 'report', 'cluster-name': uniqueName('none') }
    const github = { github: { workspace } }
    without = await runSlipway({ ...inputs, images: images.join() }, github)
    cluster = await startCluster()
    inDocker = await runSlipway({ ...inputs, 'cluster-name': cluster.name, images: name }, github)
    elsewhere = reportsOf(without)
  }, 300_000)
  afterAll(async () => {
    await Promise.all([without?.dispose(), inDocker?.dispose(), registry?.stop()])
    await cluster?.remove()
    await docker('rmi', '--force', name)
    await rm(workspace, { recursive: true, force: true })
  })

  test('counts the same in a registry, in a layout, and in Docker with and without a cluster', async () => {
    expect([inDocker?.exitCode, without?.exitCode]).toEqual([0, 0])
    const [expected] = inDocker === undefined ? [] : reportsOf(inDocker)
    if (expected === undefined) throw new Error('no report')
    expect(expected.findings.length).toBeGreaterThan(20)
    for (const report of elsewhere) expect(figuresOf(report)).toEqual(figuresOf(expected))
    expect(elsewhere).toHaveLength(3)
    expect(elsewhere[0]?.isPackedExact).toBe(true)
    expect(Math.abs((elsewhere[0]?.packedBytes ?? 0) / expected.packedBytes - 1)).toBeLessThan(0.05)
    if (inDocker !== undefined) expect(await helpersOf(inDocker.state)).toEqual([])
  })

  test('is told as in every other run, and leaves nothing', () => {
    const { log = '', summary = '', outputs = {}, annotations = [] } = without ?? {}
    expect(log).toContain('Slipway: 3 images reported')
    expect(summary).toContain('### Image report')
    expect(annotations.map(({ message }) => message).join('\n')).toContain(
      'Credentials in the image',
    )
    expect([log, summary, JSON.stringify(outputs)].join()).not.toContain(falseToken)
  })

  test('needs no Docker for others, fails for what cannot be read, and tells the rest', async () => {
    const images = 'oci-layout://layout, oci-layout://layout:none'
    const limits = { 'image-size-limit': 'oci-layout://layout=1MB' }
    const run = await runSlipway(
      { mode: 'report', images, ...limits },
      { github: { workspace }, env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } },
    )
    expect(run.exitCode).toBe(1)
    expect(reportsOf(run).map(({ image }) => image)).toEqual(['oci-layout://layout'])
    expect(run.log).toContain('Cannot read oci-layout://layout:none: It has no tag none')
    expect(run.log).toContain('more than image-size-limit allows')
    await run.dispose()
  })
})
