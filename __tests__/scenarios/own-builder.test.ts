import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeFiles } from '../support/bake.ts'
import { inContainer, makeBuilderImage } from '../support/container-builder.ts'
import { warningsOf, waysOf } from '../support/loading.ts'
import { type OtherBuilder, startOtherBuilder } from '../support/other-builder.ts'
import { runPod } from '../support/pod.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import { baseImage, type Cluster, docker, startCluster, uniqueName } from '../support/testbed.ts'

let builder: OtherBuilder
let cluster: Cluster
let workspace: string
/** For buildx, without a builder in use. */
let config: string
const standIn = `${uniqueName('buildkit')}:1`

beforeAll(async () => {
  ;[builder, cluster] = await Promise.all([startOtherBuilder(), startCluster()])
  workspace = await mkdtemp(join(tmpdir(), 'own-'))
  config = await mkdtemp(join(tmpdir(), 'own-config-'))
  await makeBuilderImage(standIn)
})
afterAll(async () => {
  await docker('rmi', '--force', standIn)
  await Promise.all([builder.remove(), cluster.remove()])
  for (const folder of [workspace, config]) await rm(folder, { recursive: true })
})

const builders = (): Promise<string> =>
  docker('ps', '--all', '--filter', 'name=buildx_buildkit_slipway', '--format', '{{.Names}}')
const volumes = (): Promise<string> =>
  docker('volume', 'ls', '--filter', 'name=buildx_buildkit_slipway', '--quiet')

const build = async (
  inputs: Readonly<Record<string, string>>,
  dockerfile: string,
  options: Parameters<typeof runSlipway>[1] = {},
): Promise<Run & { readonly tag: string }> => {
  const tag = `${uniqueName('own')}:dev`
  await writeFiles(workspace, { Dockerfile: `FROM ${baseImage()}\n${dockerfile}\n` })
  const run = await runSlipway(
    { context: '.', tags: tag, 'cluster-name': cluster.name, ...inputs },
    { github: { workspace }, env: { BUILDX_CONFIG: config }, ...options },
  )
  return { ...run, tag }
}

/** Nothing of the builder is left: no container, no volume, no name that buildx knows. */
const expectNoBuilder = async (): Promise<void> => {
  expect([await builders(), await volumes()]).toEqual(['', ''])
  expect(await readdir(join(config, 'instances')).catch(() => [])).toEqual([])
}

test('a builder in a container, for the step alone', async () => {
  const run = await build(inContainer(standIn, builder.endpoint), 'RUN echo own >/own')
  expect([run.exitCode, warningsOf(run), waysOf(run)]).toEqual([0, [], ['stream']])
  expect(await runPod(cluster.nodes[0] ?? '', run.tag, ['cat', '/own'])).toBe('own')
  await expectNoBuilder()
})

test('a remote builder, for the step alone', async () => {
  const run = await build({ driver: 'remote', endpoint: builder.endpoint }, 'RUN echo far >/own')
  expect([run.exitCode, warningsOf(run)]).toEqual([0, []])
  expect(await runPod(cluster.nodes[0] ?? '', run.tag, ['cat', '/own'])).toBe('far')
  await expectNoBuilder()
})

test('a builder that does not start: what buildx says of it', async () => {
  const run = await build(
    { driver: 'docker-container', 'driver-opts': 'image=no.invalid/no:1' },
    '',
  )
  expect(run.annotations.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^The docker-container builder does not start: .*no\.invalid/),
  ])
  await expectNoBuilder()
})

test('after SIGKILL post removes it', async () => {
  let during = ''
  const run = await build(inContainer(standIn, builder.endpoint), 'RUN echo begun && sleep 5', {
    killWhen: (line) => line.includes('begun'),
    betweenPhases: async () => {
      during = await builders()
    },
  })
  expect(during).toMatch(/^buildx_buildkit_slipway-[0-9a-f]{16}0$/)
  expect([run.postExitCode, warningsOf(run)]).toEqual([0, []])
  await expectNoBuilder()
})
