import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { toPrefix } from '../../../src/memory/targets.ts'
import { bakeGroup, bakeTarget, writeFiles } from '../../support/bake.ts'
import { startCacheService } from '../../support/cache-service.ts'
import { type GitHub, startGitHub } from '../../support/github/server.ts'
import type { Run, RunOptions } from '../../support/runner/types.ts'
import { credentialsOf, runSlipway } from '../../support/slipway.ts'
import { targetWith } from '../../support/target.ts'
import { baseImage, type Cluster, docker, startCluster, uniqueName } from '../../support/testbed.ts'
import { toTranscript } from '../../support/transcript.ts'

/** Finds the token in every build. */
const needsToken =
  'RUN --mount=type=secret,id=github_token test -s /run/secrets/github_token && echo has a token'

let github: GitHub
let cluster: Cluster
let workspace: string
/** The images' own, as others use the same engine. */
let name: string

beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster?.remove())
beforeEach(async () => {
  github = await startGitHub()
  name = uniqueName('transcript')
  workspace = await mkdtemp(join(tmpdir(), 'transcript-'))
})
afterEach(async () => {
  await github.stop()
  await rm(workspace, { recursive: true })
  const listed = await docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', `${name}/*`)
  if (listed !== '') await docker('rmi', '--force', ...listed.split('\n'))
})

const step = (
  inputs: Readonly<Record<string, string>>,
  options: Partial<RunOptions> = {},
): Promise<Run> =>
  runSlipway(
    { ...credentialsOf(github), 'cluster-name': cluster.name, ...inputs },
    { github: { workspace }, ...options },
  )

const expectTranscript = async (run: Run, file: string): Promise<void> => {
  const [node = ''] = cluster.nodes
  const text = toTranscript(run, {
    [node]: 'NODE',
    [cluster.name]: 'CLUSTER',
    [name]: 'acme',
    [workspace]: 'WORKSPACE',
    [baseImage()]: 'BASE',
    [github.app.clientId]: 'CLIENT',
    [github.apiUrl]: 'GITHUB-API',
    [await docker('info', '--format', '{{.DockerRootDir}}')]: 'DOCKER',
  })
  await run.dispose()
  await expect(text).toMatchFileSnapshot(file)
}

const writeContext = (...lines: readonly string[]): Promise<void> =>
  writeFiles(workspace, { Dockerfile: [`FROM ${baseImage()}`, ...lines, ''].join('\n') })

const build = () => ({ context: '.', tags: `${name}/api:dev`, 'no-cache': 'true' })

test('one image is built and loaded', async () => {
  await writeContext(needsToken, 'RUN echo api >/own')
  await expectTranscript(await step(build()), 'one-image.txt')
})

/** A base and two images on it, one of which takes long enough for a line of its own. */
const severalImages = async (): Promise<Readonly<Record<string, string>>> => {
  const on = { contexts: { base: 'target:base' } }
  const targets = ['base', 'api', 'web'].map((each) =>
    bakeTarget(each, [`${name}/${each}:dev`], each === 'base' ? {} : on),
  )
  await writeFiles(workspace, {
    'docker-bake.hcl': [bakeGroup(['api', 'web']), ...targets].join(''),
    'base/Dockerfile': `FROM ${baseImage()}\n${needsToken}\n`,
    'api/Dockerfile': 'FROM base\nRUN sleep 2 && echo api >/own\n',
    'web/Dockerfile': 'FROM base\nRUN echo web >/own\n',
  })
  return { 'bake-files': 'docker-bake.hcl', 'bake-set': '*.no-cache=true', parallel: '1' }
}

test('several images', async () => {
  await expectTranscript(await step(await severalImages()), 'several-images.txt')
})

test('dry run of several images', async () => {
  const inputs = { ...(await severalImages()), 'dry-run': 'true' }
  await expectTranscript(await step(inputs), 'dry-run.txt')
})

test('a plan that is refused', async () => {
  await writeContext('RUN echo api >/own')
  const service = await startCacheService()
  const runtime = { token: service.token, resultsUrl: service.resultsUrl }
  await (await step(build(), { runtime })).dispose()
  const prefix = toPrefix('size-v2', 'acme/app', [targetWith(`${name}/api:dev`)])
  for (const entry of service.entries) entry.key = `${prefix}9990000-9990000`
  await expectTranscript(await step(build(), { runtime }), 'refused-plan.txt')
  await service.stop()
})

test('a failing Dockerfile', async () => {
  await writeFiles(workspace, {
    'api/Dockerfile': `FROM ${baseImage()}\n${needsToken}\nRUN echo compiling && exit 3\n`,
    'web/Dockerfile': `FROM ${name}/api:dev\nRUN echo web >/own\n`,
  })
  const entry = (each: string): string =>
    `- { context: ${each}, tags: '${name}/${each}:dev', no-cache: true }\n`
  const inputs = { builds: entry('api') + entry('web'), parallel: '1' }
  await expectTranscript(await step(inputs), 'failing-dockerfile.txt')
})

test('a cancelled build', async () => {
  await writeContext('RUN echo begun && sleep 60')
  const cancelWhen = (line: string): boolean => /^#\d+ [\d.]+ begun$/.test(line)
  await expectTranscript(await step(build(), { cancelWhen }), 'cancelled.txt')
})
