import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { mintFor } from '../support/mint-for.ts'
import { runPod } from '../support/pod.ts'
import type { Run } from '../support/runner/types.ts'
import { credentialsOf, exampleBuild, runSlipway } from '../support/slipway.ts'
import {
  type Cluster,
  docker,
  helpersOf,
  inNode,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

const tag = `${uniqueName('main-job')}:dev`
let github: GitHub
let cluster: Cluster
let run: Run

beforeAll(async () => {
  github = await startGitHub()
  cluster = await startCluster(2)
  run = await runSlipway({
    ...credentialsOf(github),
    ...exampleBuild(github, tag),
    'cluster-name': cluster.name,
  })
})

afterAll(async () => {
  await Promise.all([run?.dispose(), cluster?.remove(), github?.stop(), docker('rmi', '-f', tag)])
})

test('it succeeds, and so does post', () => {
  expect(run.log).not.toContain('##[error]')
  expect([run.exitCode, run.postExitCode, run.conclusion]).toEqual([0, 0, 'success'])
})

test('pods start from the image in both nodes, without any pull, with both private repositories', async () => {
  for (const node of cluster.nodes) {
    expect(await runPod(node, tag)).toBe('acme/private-one\nacme/private-two')
  }
})

test('the token was minted once, for what was asked, and is revoked', () => {
  expect(github.tokens).toHaveLength(1)
  const [token] = github.tokens
  expect(token?.repositories).toEqual(['private-one', 'private-two'])
  expect(token?.permissions).toMatchObject({ contents: 'read' })
  expect(token?.permissions).not.toHaveProperty('packages')
  expect(token?.state()).toBe('revoked')
})

test('the token was masked before anything else could print it, and is nowhere in the log', () => {
  const token = github.tokens[0]?.value ?? 'no token'
  expect(run.masks).toContain(token)
  const firstMask = run.rawStdout.indexOf(`::add-mask::${token}`)
  expect(firstMask).toBeGreaterThan(-1)
  expect(run.rawStdout.slice(0, firstMask)).not.toContain(token)
  expect(run.log).not.toContain(token)
})

test('outputs name the image as Docker knows it, and how it got there', async () => {
  const id = await docker('image', 'inspect', '--format', '{{.Id}}', tag)
  expect(run.outputs['image-id']).toBe(id)
  expect(run.outputs['digest']).toMatch(/^sha256:[0-9a-f]{64}$/)
  expect(JSON.parse(run.outputs['metadata'] ?? '')).toHaveProperty(['buildx.build.ref'])
  expect(run.outputs['freed-bytes']).toBe('0')
  const [build] = Object.values<object>(JSON.parse(run.outputs['timings'] ?? ''))
  expect(build).toMatchObject({
    missed: {
      instruction: expect.stringMatching(/^[A-Z]+ /),
      location: { file: expect.stringMatching(/private-dependencies\/Dockerfile$/), line: 8 },
    },
  })
  const images = JSON.parse(run.outputs['images'] ?? '')
  expect(images).toMatchObject([
    { ref: tag, id, nodes: cluster.nodes.map((name) => ({ name, way: 'link' })) },
  ])
  expect(images[0].sizeBytes).toBeGreaterThan(1_000_000)
  for (const { durationMs } of images[0].nodes) expect(durationMs).toBeGreaterThan(0)
  expect(Object.keys(run.outputs).sort()).toEqual([
    'digest',
    'freed-bytes',
    'image-id',
    'images',
    'immutable-tags',
    'metadata',
    'timings',
  ])
})

test('the state holds the name of the run, and that the token has ended', () => {
  expect(run.state).toEqual({
    token: 'ended',
    'run-id': expect.stringMatching(/^[0-9a-f]{16}$/),
    main: expect.stringMatching(/^\d+-\d+$/),
  })
})

test('the build is shown live, inside a fence', () => {
  expect(run.log).toMatch(/#\d+ .*RUN --mount=type=secret/)
  const [fence] = run.commands.filter(({ name }) => name === 'stop-commands')
  expect(fence).toBeDefined()
})

test('the summary answers first, and has the image, how it was loaded, and what was done when', () => {
  for (const text of [
    tag.replaceAll('_', '\\_'),
    `### Slipway: 1 image in ${cluster.name} (${cluster.nodes.length} nodes)`,
    '✅\u00a0loaded',
    '| linked,',
    'Build',
    'Load',
    'section ',
  ]) {
    expect(run.summary).toContain(text)
  }
})

test('the token has one line, in the log and in the summary', () => {
  const line =
    /acme\/private-one, acme\/private-two · contents: read, metadata: read · lived .* m?s, revoked$/m
  expect(run.log).toMatch(new RegExp(`^Token: ${line.source}`, 'm'))
  expect(run.summary).toMatch(new RegExp(`^\\*\\*Token\\*\\*: ${line.source}`, 'm'))
})

test('nothing is left behind', async () => {
  expect(await helpersOf(run.state)).toEqual([])
  expect(run.orphans).toEqual([])
  for (const node of cluster.nodes) {
    const root = '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs'
    expect(await inNode(node, 'ls', root)).toBe('metadata.db\nsnapshots')
  }
})

test('a token that was given is used as it is: none is minted, and it lives on', async () => {
  const { token: secret } = await mintFor(github, 'acme', ['private-one', 'private-two'])
  github.clearRequests()
  const given = `${uniqueName('given')}:dev`
  const second = await runSlipway({
    ...exampleBuild(github, given),
    'github-token': secret.expose(),
    'cluster-name': cluster.name,
    nodes: 'worker',
  })
  expect(second.exitCode).toBe(0)
  expect(second.masks).toContain(secret.expose())
  expect(github.requests.filter(({ path }) => path.includes('installation'))).toEqual([])
  expect(github.tokens.at(-1)?.state()).toBe('live')
  // By its role, one node alone got the image.
  expect(JSON.parse(second.outputs['images'] ?? '')[0].nodes).toMatchObject([
    { name: cluster.nodes[1] },
  ])
  await second.dispose()
  await docker('rmi', '--force', given)
})
