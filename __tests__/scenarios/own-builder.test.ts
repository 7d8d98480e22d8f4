import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeFiles } from '../support/bake.ts'
import { startBarrier } from '../support/barrier.ts'
import { inContainer, makeBuilderImage } from '../support/container-builder.ts'
import { warningsOf, waysOf } from '../support/loading.ts'
import { type OtherBuilder, startOtherBuilder } from '../support/other-builder.ts'
import { runPod } from '../support/pod.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import { baseImage, type Cluster, docker, startCluster, uniqueName } from '../support/testbed.ts'
import { startTlsProxy, type TlsProxy } from '../support/tls-proxy.ts'

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
  expect([run.exitCode, warningsOf(run), waysOf(run)]).toEqual([0, [], ['link']])
  expect(await runPod(cluster.nodes[0] ?? '', run.tag, ['cat', '/own'])).toBe('own')
  await expectNoBuilder()
})

test('a remote builder, for the step alone', async () => {
  const run = await build({ driver: 'remote', endpoint: builder.endpoint }, 'RUN echo far >/own')
  expect([run.exitCode, warningsOf(run)]).toEqual([0, []])
  expect(await runPod(cluster.nodes[0] ?? '', run.tag, ['cat', '/own'])).toBe('far')
  await expectNoBuilder()
})

describe('a remote builder behind TLS', () => {
  let tls: TlsProxy
  beforeAll(async () => {
    tls = await startTlsProxy(builder.endpoint)
  })
  afterAll(() => tls.stop())

  test('with keys in files, and a further node with keys in variables of the step', async () => {
    const { files, texts, endpoint } = tls
    let left: readonly string[] = []
    const run = await build(
      {
        driver: 'remote',
        endpoint,
        'driver-opts': [
          ...[`cacert=${files.ca}`, `cert=${files.cert}`, `key=${files.key}`],
          'servername=buildkit.test',
        ].join('\n'),
        // The first node has no machine for the image, so the second one makes it.
        'builder-platforms': 'linux/arm64',
        append: `- endpoint: ${endpoint.replace('127.0.0.1', 'localhost')}\n  platforms: linux/amd64\n  driver-opts: servername=buildkit.test`,
        platforms: 'linux/amd64',
      },
      'RUN echo tls >/own',
      {
        secrets: Object.values(texts),
        env: {
          BUILDX_CONFIG: config,
          BUILDER_NODE_1_AUTH_TLS_CACERT: texts.ca,
          BUILDER_NODE_1_AUTH_TLS_CERT: texts.cert,
          BUILDER_NODE_1_AUTH_TLS_KEY: texts.key,
        },
        betweenPhases: async (temp) => {
          left = (await readdir(temp)).filter((name) => name.startsWith('slipway-'))
        },
      },
    )
    expect([run.exitCode, warningsOf(run)]).toEqual([0, []])
    expect(left).toEqual([expect.stringContaining('recording')])
    expect(run.rawStdout + run.rawStderr).not.toContain(texts.key.split('\n')[1])
    expect(await runPod(cluster.nodes[0] ?? '', run.tag, ['cat', '/own'])).toBe('tls')
    await expectNoBuilder()
  })

  test('with the certificate of somebody else, which is said in one line, and at once', async () => {
    const { files, endpoint } = tls
    const options = `cacert=${files.otherCa}\nservername=buildkit.test`
    const run = await build({ driver: 'remote', endpoint, 'driver-opts': options }, '')
    expect(run.annotations.map(({ message }) => message)).toEqual([
      `The remote builder ${endpoint} cannot be used: cacert did not sign its certificate. Give cacert the certificate of who did.`,
    ])
    await expectNoBuilder()
  })
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

test('a state that is kept: for one step at a time, and by a killed one, too', async () => {
  const inputs = { ...inContainer(standIn, builder.endpoint), 'keep-state': 'true' }
  const kept = async (): Promise<readonly string[]> => (await volumes()).split('\n').sort()
  const name = /^buildx_buildkit_slipway-kept-[0-9a-f]{16}-[01]0_state$/
  const barrier = await startBarrier()
  const onHost = { ...inputs, network: 'host' }
  const first = build(onHost, `RUN ${barrier.command}`)
  await barrier.held
  const second = await build(inputs, 'RUN echo second >/own')
  expect([second.exitCode, warningsOf(second)]).toEqual([0, []])
  // The first one's is still at work.
  expect(await builders()).toMatch(/^buildx_buildkit_slipway-kept-[0-9a-f]{16}-00$/)
  barrier.open()
  expect([(await first).exitCode, await builders()]).toEqual([0, ''])
  const both = await kept()
  expect(both).toEqual([expect.stringMatching(name), expect.stringMatching(name)])
  const killed = await build(inputs, 'RUN echo begun && sleep 5', {
    killWhen: (line) => line.includes('begun'),
  })
  expect([killed.postExitCode, warningsOf(killed), await builders()]).toEqual([0, [], ''])
  expect(await kept()).toEqual(both)
  expect(await readdir(join(config, 'instances')).catch(() => [])).toEqual([])
  const locks = await docker('ps', '--all', '--quiet', '--filter', 'name=slipway-kept')
  expect(locks).toBe('')
  await Promise.all([barrier.stop(), docker('volume', 'rm', ...both)])
})
