import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeFiles } from '../support/bake.ts'
import { type Registry, startRegistry } from '../support/registry.ts'
import { runSlipway } from '../support/slipway.ts'
import { baseImage, type Cluster, docker, startCluster, uniqueName } from '../support/testbed.ts'

let cluster: Cluster
let registry: Registry
let workspace: string
let base: string

beforeAll(async () => {
  ;[cluster, registry] = await Promise.all([startCluster(), startRegistry('public')])
  workspace = await mkdtemp(join(tmpdir(), 'transient-'))
  base = `${registry.host}/base:1`
  await docker('tag', baseImage(), base)
  await docker('push', '--quiet', base)
  await docker('rmi', base)
})
afterAll(async () => {
  await Promise.all([cluster.remove(), registry.stop(), rm(workspace, { recursive: true })])
})

const buildFrom = async (
  dockerfile: string,
  inputs: Readonly<Record<string, string>>,
  onLog: (text: string) => void = () => {},
) => {
  const tag = `${uniqueName('transient')}:dev`
  await writeFiles(workspace, { Dockerfile: dockerfile })
  const run = await runSlipway(
    { context: '.', tags: tag, 'cluster-name': cluster.name, ...inputs },
    { github: { workspace }, onLog },
  )
  await docker('rmi', '--force', tag)
  return run
}

test('a registry that fails for a moment: the build is repeated, and the log says why', async () => {
  registry.failWith(503)
  const run = await buildFrom(`FROM ${base}\n`, { pull: 'true' }, (text) => {
    if (text.includes('Building again')) registry.failWith(undefined)
  })
  expect(run.log).toMatch(/: the registry failed\. Building again in [\d.]+ s\.$/m)
  expect([run.exitCode, run.annotations]).toEqual([0, []])
})

test("with retries: 0, and where it goes on failing, the error is the registry's", async () => {
  registry.failWith(503)
  const run = await buildFrom(`FROM ${base}\n`, { pull: 'true', retries: '0' })
  registry.failWith(undefined)
  expect(run.log).not.toContain('Building again')
  expect(run.annotations.map(({ message }) => message)).toEqual([
    expect.stringContaining('503 Service Unavailable'),
  ])
})

test('a RUN that fails by itself is not repeated', async () => {
  const run = await buildFrom(
    `FROM ${baseImage()}\nRUN echo unexpected status from HEAD request: 503; exit 2\n`,
    { retries: '3' },
  )
  expect([run.exitCode, run.log.includes('Building again')]).toEqual([1, false])
})
