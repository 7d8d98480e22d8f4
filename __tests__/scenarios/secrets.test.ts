import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { formsOf, holds } from '../support/leaks.ts'
import { warningsOf } from '../support/loading.ts'
import { mintFor } from '../support/mint-for.ts'
import type { Run, RunOptions } from '../support/runner/types.ts'
import { credentialsOf, runSlipway } from '../support/slipway.ts'
import { baseImage, type Cluster, docker, startCluster, uniqueName } from '../support/testbed.ts'

let github: GitHub
let cluster: Cluster
let context: string
let tag: string
const tags: string[] = []

beforeAll(async () => {
  cluster = await startCluster()
  context = await mkdtemp(join(tmpdir(), 'slipway-secrets-'))
})
afterAll(async () => {
  await Promise.all([cluster.remove(), rm(context, { recursive: true })])
  await docker('rmi', '--force', ...tags)
})

beforeEach(async () => {
  github = await startGitHub({
    installations: [{ owner: 'acme' }, { owner: 'other' }],
    repositories: {
      'acme/private-one': { 'NAME.txt': 'one' },
      'acme/private-two': { 'NAME.txt': 'two' },
      'other/third': { 'NAME.txt': 'three' },
    },
  })
  tag = `${uniqueName('secrets')}:dev`
  tags.push(tag)
})
afterEach(() => github.stop())

/** Builds a Dockerfile of these lines on top of the base image. */
const build = async (
  lines: readonly string[],
  inputs: Readonly<Record<string, string>>,
  options: Partial<RunOptions> = {},
): Promise<Run> => {
  await writeFile(join(context, 'Dockerfile'), [`FROM ${baseImage()}`, ...lines, ''].join('\n'))
  const build = { context, tags: tag, network: 'host', 'no-cache': 'true' }
  return runSlipway({ ...build, 'cluster-name': cluster.name, ...inputs }, options)
}

const inImage = (...command: readonly string[]): Promise<string> =>
  docker('run', '--rm', '--network=none', tag, ...command)

const mount = '--mount=type=secret,id=gitconfig,target=/etc/gitconfig'

test('a gitconfig serves https and ssh addresses, and nothing of it stays in a layer', async () => {
  const { host, hostname } = new URL(github.serverUrl)
  const run = await build(
    [
      `RUN ${mount} git clone -q git@${hostname}:acme/private-one.git /one`,
      `RUN ${mount} git clone -q ssh://git@${hostname}/acme/private-two.git /two && git clone -q http://${host}/acme/private-one.git /three`,
    ],
    { ...credentialsOf(github), 'secret-format': 'gitconfig' },
  )
  expect(run.log).not.toContain('##[error]')
  expect(await inImage('cat', '/one/NAME.txt', '/two/NAME.txt', '/three/NAME.txt')).toBe(
    'onetwoone',
  )
  const [token] = github.tokens
  const forms = [...formsOf(token?.value ?? ''), ...formsOf(`x-access-token:${token?.value ?? ''}`)]
  const traces = await inImage(
    'sh',
    '-c',
    'cat /*/.git/config /*/.git/FETCH_HEAD /*/.git/logs/HEAD /etc/gitconfig 2>&1; true',
  )
  expect(traces).toContain('private-one')
  expect(holds(traces, forms)).toBe(false)
  expect(token?.state()).toBe('revoked')
  await run.dispose()
})

test('repositories of two owners: two tokens, both ended', async () => {
  const { host } = new URL(github.serverUrl)
  const run = await build(
    [
      `RUN ${mount} git clone -q http://${host}/acme/private-one.git /one && git clone -q http://${host}/other/third.git /three`,
    ],
    {
      ...credentialsOf(github),
      repositories: 'private-one, other/third',
      'secret-format': 'gitconfig',
    },
  )
  expect(run.log).not.toContain('##[error]')
  expect(github.tokens.map(({ owner, state }) => [owner, state()]).sort()).toEqual([
    ['acme', 'revoked'],
    ['other', 'revoked'],
  ])
  await run.dispose()
})

test('further secrets arrive byte for byte, in every RUN, next to the token', async () => {
  const bytes = Buffer.from([0, 1, 255, 10, 13, 34])
  await writeFile(join(context, 'key.bin'), bytes)
  const json = '{"user": "a,b", "quote": "\\"", "equals": "x=y"}'
  const lines = 'first line\nsecond "line", with more'
  const ids = ['github_token', 'json', 'lines', 'variable', 'file']
  const mounts = ids.map((id) => `--mount=type=secret,id=${id}`).join(' ')
  const encode = (folder: string): string =>
    `RUN ${mounts} mkdir /${folder} && cd /run/secrets && for id in *; do base64 -w0 <$id >/${folder}/$id; done`
  const run = await build(
    [encode('first'), encode('second'), 'RUN --mount=type=secret,id=forgotten true'],
    {
      ...credentialsOf(github),
      secrets: `json=${json}\n"lines=${lines.replaceAll('"', '""')}"`,
      'secret-envs': 'variable=MY_SECRET',
      'secret-files': 'file=key.bin',
    },
    { env: { MY_SECRET: 'from, the "environment"' }, github: { workspace: context } },
  )
  expect(run.log).not.toContain('##[error]')
  for (const folder of ['first', 'second']) {
    const read = async (id: string): Promise<string> =>
      Buffer.from(await inImage('cat', `/${folder}/${id}`), 'base64').toString('latin1')
    expect(await read('github_token')).toBe(github.tokens[0]?.value)
    expect(await read('json')).toBe(json)
    expect(await read('lines')).toBe(lines)
    expect(await read('variable')).toBe('from, the "environment"')
    expect(await read('file')).toBe(bytes.toString('latin1'))
  }
  const warnings = run.annotations.filter(({ level }) => level === 'warning')
  const forgotten = warnings.find(({ message }) => message.includes('`forgotten`, which is not'))
  expect(forgotten?.props).toMatchObject({ file: 'Dockerfile', line: '4' })
  // Its lines are too short to be hidden.
  expect(warnings.map(({ message }) => message)).toContainEqual(
    expect.stringContaining('does not mask the secret file'),
  )
  await run.dispose()
})

test('a step that is killed with SIGKILL while it builds: its watchdog revokes, and post says so', async () => {
  let pid = 0
  const running = build(
    ['RUN --mount=type=secret,id=github_token sleep 6789'],
    credentialsOf(github),
    {
      onSpawn: (spawned, phase) => {
        if (phase === 'main') pid = spawned
      },
    },
  )
  await eventually('the build runs', () =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes('sleep 6789'),
  )
  expect(github.tokens.map((token) => token.state())).toEqual(['live'])
  process.kill(pid, 'SIGKILL')
  await eventually('it is revoked', () => github.tokens[0]?.state() === 'revoked', 30_000)
  const run = await running
  expect(warningsOf(run)).toEqual([
    expect.stringMatching(/was killed while it held a token\. Its watchdog revoked the token/),
  ])
  expect(run.orphans.filter(({ command }) => command.includes('watchdog'))).toEqual([])
  await run.dispose()
})

test('when nothing is built, nobody asks GitHub for anything', async () => {
  const run = await runSlipway({
    ...credentialsOf(github),
    images: baseImage(),
    'cluster-name': cluster.name,
  })
  expect(run.exitCode).toBe(0)
  expect(github.requests).toEqual([])
  await run.dispose()
})

const forkRun = (event_name: string): Partial<RunOptions> => ({
  github: {
    event_name,
    event: {
      repository: { full_name: 'acme/app' },
      pull_request: { head: { repo: { full_name: 'mallory/app' } } },
    },
  },
})

test("a fork's code on pull_request_target gets no token, and nothing is done", async () => {
  const run = await build(['RUN true'], credentialsOf(github), forkRun('pull_request_target'))
  expect(run.exitCode).toBe(1)
  expect(run.log).toMatch(/allow-untrusted-trigger: pull_request_target runs for a fork's code/)
  expect(github.requests).toEqual([])
  await run.dispose()
})

test('where a fork gets no key, it builds with github-token, and the log says why', async () => {
  const { token } = await mintFor(github, 'acme')
  const run = await build(
    ['RUN --mount=type=secret,id=github_token,required=true test -s /run/secrets/github_token'],
    { ...credentialsOf(github), 'private-key': '', 'github-token': token.expose() },
    forkRun('pull_request'),
  )
  expect(run.log).not.toContain('##[error]')
  expect(run.log).toMatch(/private-key is empty: workflows that a fork triggers get no secrets/)
  expect(github.tokens.map(({ state }) => state())).toEqual(['live'])
  await run.dispose()
})

test('a docker that is a script without standard input: every secret arrives as it is', async () => {
  const folder = join(context, 'bin')
  await mkdir(folder)
  const { PATH = '' } = process.env
  const script = `#!/bin/sh\nexec 0<&-\nPATH='${PATH}' exec docker "$@"\n`
  await writeFile(join(folder, 'docker'), script, { mode: 0o755 })
  const mounts = '--mount=type=secret,id=one --mount=type=secret,id=two'
  const show = 'cat /run/secrets/one /run/secrets/two | rev'
  const run = await build(
    [`RUN ${mounts} ${show}`, `RUN ${mounts} ${show}`],
    { secrets: 'one=f1rst-v4lue\ntwo=s3cond-v4lue' },
    { env: { PATH: `${folder}:${PATH}` } },
  )
  expect(run.exitCode).toBe(0)
  expect(warningsOf(run)).toEqual([])
  expect(run.log.match(/eul4v-dnoc3seul4v-tsr1f/g)).toHaveLength(2)
  await run.dispose()
})
