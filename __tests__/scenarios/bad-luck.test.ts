import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { untilCriAnswers } from '../support/loading.ts'
import type { Run, RunOptions } from '../support/runner/types.ts'
import { credentialsOf, exampleBuild, runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  type Cluster,
  docker,
  helpersOf,
  imagesOf,
  snapshotsOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

let github: GitHub
let cluster: Cluster
let scratch: string
let inputs: Record<string, string>
let tag: string

beforeAll(async () => {
  cluster = await startCluster(2)
  scratch = await mkdtemp(join(tmpdir(), 'slipway-bad-luck-'))
})
afterAll(() => Promise.all([cluster.remove(), rm(scratch, { recursive: true })]))

beforeEach(async () => {
  github = await startGitHub()
  tag = `${uniqueName('bad-luck')}:dev`
  inputs = {
    ...credentialsOf(github),
    ...exampleBuild(github, tag),
    'cluster-name': cluster.name,
  }
})
afterEach(() => github.stop())

/** Runs a step that must fail with one clear line, leaving nothing and no live token behind. */
const failing = async (
  change: Readonly<Record<string, string>>,
  options: Partial<RunOptions> = {},
  nodesThatRun = cluster.nodes,
): Promise<string> => {
  const before = await stateOf(nodesThatRun)
  const run = await runSlipway({ ...inputs, ...change }, options)
  expect(run.exitCode).toBe(1)
  expect(run.postExitCode).toBe(0)
  expect(run.log).not.toMatch(/^\s+at .*\.js:\d+/m)
  expect(github.tokens.filter((token) => token.state() === 'live')).toEqual([])
  expect(await stateOf(nodesThatRun)).toEqual(before)
  expect(await helpersOf(run.state)).toEqual([])
  expect(run.orphans).toEqual([])
  expect((await readdir(run.files.temp)).filter((name) => name.includes('slipway'))).toEqual([])
  const message = errorOf(run)
  await run.dispose()
  return message
}

const errorOf = (run: Run): string => {
  const errors = run.annotations.filter(({ level }) => level === 'error')
  expect(errors).toHaveLength(1)
  return errors[0]?.message ?? ''
}

/** Snapshots and images of nodes. */
const stateOf = (nodes: readonly string[]) =>
  Promise.all(
    nodes.map(async (node) => ({
      snapshots: await snapshotsOf(node),
      images: await imagesOf(node),
    })),
  )

test('bad inputs: all of them in one error, before any request', async () => {
  const message = await failing({ tags: 'API:Dev', 'no-cache': 'si', 'private-key': 'no key' })
  expect(message).toContain('3 problems')
  expect(message).toContain('tags ("API:Dev"): image names are lower case')
  expect(message).toContain('no-cache ("si"): not a boolean')
  expect(message).toContain('private-key: not the key of a GitHub App')
  expect(github.requests).toEqual([])
})

test('no docker at all', async () => {
  const message = await failing({}, { env: { PATH: '/nowhere' } })
  expect(message).toMatch(/^Could not start docker: spawn docker ENOENT\. Install docker/)
  expect(github.requests).toEqual([])
})

test('no daemon', async () => {
  const message = await failing({}, { env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } })
  expect(message).toMatch(/^Docker does not answer: .*\/nowhere\/docker\.sock.* Start the daemon/)
  expect(github.requests).toEqual([])
})

test('no buildx', async () => {
  const real = (process.env['PATH'] ?? '').split(':')[0]
  const script = `#!/bin/sh\n[ "$1" != buildx ] || { echo "docker: 'buildx' is not a docker command." >&2; exit 1; }\nexec ${real}/docker "$@"\n`
  await writeFile(join(scratch, 'docker'), script)
  await chmod(join(scratch, 'docker'), 0o755)
  const message = await failing({}, { env: { PATH: `${scratch}:${process.env['PATH']}` } })
  expect(message).toMatch(
    /^`docker buildx` does not work: .*not a docker command.*docker\/setup-buildx-action/,
  )
  expect(github.requests).toEqual([])
})

test('no such cluster: those that there are', async () => {
  const message = await failing({ 'cluster-name': 'no-such' })
  expect(message).toMatch(/^There is no kind cluster named no-such\. Set cluster-name to one of: /)
  expect(message).toContain(cluster.name)
  expect(github.requests).toEqual([])
})

test('no such node: those that there are', async () => {
  const message = await failing({ nodes: 'kind-worker7' })
  expect(message).toBe(
    `The cluster has no node with the name or role kind-worker7. Its nodes are: ${cluster.nodes[0]} (control-plane), ${cluster.nodes[1]} (worker).`,
  )
  expect(github.requests).toEqual([])
})

test.each([
  ['stopped', 'stop', 'start', 'is exited'],
  ['paused', 'pause', 'unpause', 'is paused'],
])('a node that is %s', async (_name, bring, back, said) => {
  const [other = '', worker = ''] = cluster.nodes
  await docker(bring, ...(bring === 'stop' ? ['--time=1'] : []), worker)
  try {
    const message = await failing({}, {}, [other])
    expect(message).toMatch(
      `Not every node is running: ${worker} ${said}. \`docker ${back} ${worker}\``,
    )
    expect(github.requests).toEqual([])
  } finally {
    await docker(back, worker)
    await untilCriAnswers(worker)
  }
})

test('an image that is not there', async () => {
  const message = await failing({
    context: '',
    tags: '',
    images: `${baseImage()}, no-such-image:1`,
    'pull-images': 'never',
  })
  expect(message).toMatch(/^Docker's local store does not have no-such-image:1\. Build or pull it/)
})

test('a Dockerfile that fails', async () => {
  await writeFile(
    join(scratch, 'Dockerfile'),
    `FROM ${baseImage()}\n\nRUN echo broken >&2; exit 3\n`,
  )
  const message = await failing({ context: scratch, file: join(scratch, 'Dockerfile') })
  expect(message).toMatch(
    new RegExp(`^${tag}: RUN echo broken >&2; exit 3 exited with 3: broken\\. .*Dockerfile:3\\.`),
  )
  expect(github.tokens.map((token) => token.state())).toEqual(['revoked'])
})

test('a Dockerfile that is not there', async () => {
  const message = await failing({ file: `${scratch}/Nofile` })
  expect(message).toContain('Nofile')
})

test('a private repository that the token does not reach', async () => {
  const message = await failing({ repositories: 'private-one' })
  expect(message).toMatch(/RUN --mount=type=secret.* exited with 128: .*\. .*Dockerfile:\d+\./)
  expect(github.tokens.map((token) => token.state())).toEqual(['revoked'])
})

test('an App that is not installed', async () => {
  github.uninstall('acme')
  const message = await failing({})
  expect(message).toMatch(
    /^No token could be minted for acme\/private-one, acme\/private-two: the App is not installed/,
  )
  expect(github.tokens).toEqual([])
})

test('a key of another App', async () => {
  const other = github.addApp('other')
  const message = await failing({ 'private-key': other.privateKeyPem })
  expect(message).toMatch(/does not accept the App's signature.*belong to the same App/)
})

test('a repository that the installation does not have, and a permission that it does not grant', async () => {
  expect(await failing({ repositories: 'private-one, secret-other' })).toMatch(
    /the App is not installed on acme\/secret-other: There is at least one repository/,
  )
  expect(await failing({ permissions: 'administration: write' })).toMatch(
    /the installation does not grant administration: write/,
  )
})

test('a suspended installation', async () => {
  github.suspend('acme')
  expect(await failing({})).toMatch(/the installation is suspended since 2026/)
})

test('a server that is in trouble for a moment is asked again', async () => {
  github.inject({ kind: 'status', status: 502, match: /access_tokens/ })
  github.inject({ kind: 'reset', match: /installation$/ })
  const run = await runSlipway(inputs)
  expect(run.exitCode).toBe(0)
  expect(github.tokens.map((token) => token.state())).toEqual(['revoked'])
  await run.dispose()
  await docker('rmi', '--force', tag)
})

test('cancelled in the middle of the build: the token is revoked, nothing stays', async () => {
  await writeFile(join(scratch, 'Slow'), `FROM ${baseImage()}\nRUN echo now-$((6*7)); sleep 300\n`)
  const run = await runSlipway(
    { ...inputs, context: scratch, file: join(scratch, 'Slow') },
    { cancelWhen: (line) => line.includes('now-42') },
  )
  expect(run.conclusion).toBe('cancelled')
  // Nobody waits for the build, whose beginning may take long on a busy machine.
  expect(run.durationMs).toBeLessThan(60_000)
  expect(github.tokens.map((token) => token.state())).toEqual(['revoked'])
  expect(run.log).toContain('The step was cancelled')
  expect(run.orphans).toEqual([])
  await run.dispose()
})

test('killed in the middle of the build: post removes what is left, and can run twice', async () => {
  await writeFile(join(scratch, 'Slow'), `FROM ${baseImage()}\nRUN echo now-$((6*7)); sleep 20\n`)
  const run = await runSlipway(
    { ...inputs, context: scratch, file: join(scratch, 'Slow') },
    { killWhen: (line) => line.includes('now-42') },
  )
  expect(run.exitCode).toBe(137)
  expect(run.postExitCode).toBe(0)
  expect((await readdir(run.files.temp)).filter((name) => name.includes('slipway'))).toEqual([])
  expect(await helpersOf(run.state)).toEqual([])
  await run.dispose()
})

test('a build without any token says so', async () => {
  const tokenless = Object.keys(credentialsOf(github)).map((name) => [name, ''])
  await writeFile(join(scratch, 'Plain'), `FROM ${baseImage()}\nRUN true\n`)
  const run = await runSlipway({
    ...inputs,
    ...Object.fromEntries(tokenless),
    context: scratch,
    file: join(scratch, 'Plain'),
  })
  expect(run.exitCode).toBe(0)
  expect(run.log).toContain('The build gets no token')
  expect(github.requests).toEqual([])
  await run.dispose()
  await docker('rmi', '--force', tag)
})

test('cancelled while the token is being minted: it is revoked all the same', async () => {
  github.inject({ kind: 'delay', ms: 1_500, match: /access_tokens/ })
  const cancel = new AbortController()
  const running = runSlipway(inputs, { signal: cancel.signal })
  await eventually('GitHub is asked for a token', () =>
    github.requests.some(({ path }) => path.includes('access_tokens')),
  )
  cancel.abort()
  const run = await running
  expect(run.conclusion).toBe('cancelled')
  expect(github.tokens.map((token) => token.state())).toEqual(['revoked'])
  await run.dispose()
})
