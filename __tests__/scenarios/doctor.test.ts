import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Check } from '../../src/doctor/check.ts'
import { type CacheService, startCacheService } from '../support/cache-service.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { expectNothingOfOurs, useSuiteNode } from '../support/one-node.ts'
import type { Run } from '../support/runner/types.ts'
import { credentialsOf, runSlipway, type SlipwayOptions } from '../support/slipway.ts'
import { helpersOf, inNode, uniqueName } from '../support/testbed.ts'

const fixture = useSuiteNode()
let github: GitHub
let service: CacheService
let scratch: string

beforeAll(async () => {
  github = await startGitHub()
  service = await startCacheService()
  scratch = await mkdtemp(join(tmpdir(), 'doctor-'))
})
afterAll(async () => {
  await Promise.all([github?.stop(), service?.stop(), rm(scratch, { recursive: true })])
})

type Examined = Run & {
  readonly about: (name: string) => Check | undefined
  readonly minted: GitHub['tokens']
}

/** On a very busy machine an answer may come later than the step waits for it. */
const isLate = ({ found }: Check): boolean => found.includes('no answer within')

/** The step, and its answers by what they are about; where one was late, of the next one that asked. */
const examine = async (
  inputs: Readonly<Record<string, string>>,
  options: SlipwayOptions = {},
  tries = 3,
): Promise<Examined> => {
  const named = { mode: 'doctor', 'cluster-name': fixture.cluster.name, ...inputs }
  const before = github.tokens.length
  const run = await runSlipway(named, options)
  const checks = JSON.parse(run.outputs['checks'] ?? '[]') as readonly Check[]
  await run.dispose()
  expect(run.postExitCode).toBe(0)
  if (tries > 1 && checks.some(isLate)) return examine(inputs, options, tries - 1)
  const about = (name: string) => checks.find((check) => check.name === name)
  return { ...run, about, minted: github.tokens.slice(before) }
}

test('all is there: it is tried, and nothing of it stays', async () => {
  const { token, resultsUrl } = service
  const run = await examine(credentialsOf(github), { runtime: { token, resultsUrl } })
  expect([run.exitCode, run.annotations]).toEqual([0, []])
  const names = [
    'Docker',
    'store',
    'buildx',
    'builder',
    'cluster',
    'nodes',
    'links',
    'cache',
    'App',
  ]
  for (const name of names) expect(run.about(name)).toMatchObject({ state: 'ok' })
  expect(run.about('links')?.found).toContain(`${fixture.node} by link`)
  expect(run.about('App')?.found).toMatch(
    /acme\/private-one, acme\/private-two · contents: read.*, revoked$/,
  )
  expect(run.log).toMatch(/^ok {2}links +layers reach /m)
  expect(run.summary).toContain('### Slipway: nothing that a step needs is missing')
  expect(service.entries).toEqual([])
  expect(run.minted.map((each) => each.state())).toEqual(['revoked'])
  await expectNothingOfOurs(fixture.node)
  expect(await helpersOf(run.state)).toEqual([])
})

test('no cluster, no buildx, an App that is not installed: what needs them is not asked', async () => {
  const run = await examine(
    {
      'cluster-name': uniqueName('none'),
      ...credentialsOf(github),
      repositories: 'elsewhere/theirs',
      owner: 'elsewhere',
    },
    // Where the docker command would find its plugin.
    { env: { DOCKER_CONFIG: scratch } },
  )
  expect(run.about('cluster')).toMatchObject({ state: 'no', isNeeded: false })
  expect(run.about('cluster')).toMatchObject({ remedy: expect.stringContaining('cluster-name') })
  for (const name of ['nodes', 'links']) expect(run.about(name)).toMatchObject({ state: 'unknown' })
  for (const name of ['buildx', 'builder'])
    expect(run.about(name)).toMatchObject({
      state: 'no',
      remedy: expect.stringContaining('docker/setup-buildx-action'),
    })
  expect(run.about('Docker')).toMatchObject({ state: 'ok' })
  expect(run.about('App')).toMatchObject({ state: 'no', isNeeded: true })
  // The step names the App, so it would fail.
  expect(run.exitCode).toBe(1)
  const [{ message = '' } = {}] = run.annotations
  expect(message).toMatch(
    /^App: .*the App is not installed on elsewhere\/theirs.* Install it there/,
  )
})

test('another filesystem in the node is told by the words of cp', async () => {
  const { node } = fixture
  const snapshots = '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs'
  await inNode(node, 'mount', '-t', 'tmpfs', 'tmpfs', snapshots)
  try {
    await inNode(node, 'mkdir', `${snapshots}/snapshots`)
    expect((await examine({})).about('links')).toMatchObject({
      state: 'no',
      found: expect.stringMatching(/copy \(cp: .*Invalid cross-device link\)/),
      remedy: expect.stringContaining('on one filesystem'),
    })
    expect(await inNode(node, 'ls', snapshots)).toBe('snapshots')
  } finally {
    await inNode(node, 'umount', snapshots)
  }
})
