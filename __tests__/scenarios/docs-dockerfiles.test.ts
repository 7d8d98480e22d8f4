import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { credentialsOf, runSlipway } from '../support/slipway.ts'
import { baseImage, type Cluster, docker, startCluster, uniqueName } from '../support/testbed.ts'

let github: GitHub
let cluster: Cluster
let context: string
const tag = `${uniqueName('readme')}:dev`

beforeAll(async () => {
  github = await startGitHub()
  cluster = await startCluster()
  context = await mkdtemp(join(tmpdir(), 'slipway-readme-'))
})
afterAll(async () => {
  await Promise.all([github.stop(), cluster.remove(), rm(context, { recursive: true })])
  await docker('rmi', '--force', tag)
})

/** Builds a document's first Dockerfile, and returns what git left in the image. */
const buildFrom = async (document: string, format: string): Promise<string> => {
  const text = await readFile(document, 'utf8')
  const dockerfile = [...text.matchAll(/^```dockerfile\n([\s\S]*?)^```/gm)]
    .map(([, body = '']) => body)
    .find((body) => body.includes('private-one'))
  const { hostname } = new URL(github.serverUrl)
  const local = `FROM ${baseImage()}\n${dockerfile?.replace(/^FROM .*$/m, '')}`
    .replaceAll('https://github.com', github.serverUrl)
    .replaceAll('git@github.com', `git@${hostname}`)
  await writeFile(join(context, 'Dockerfile'), local)
  const run = await runSlipway({
    ...credentialsOf(github),
    'secret-format': format,
    context,
    tags: tag,
    network: 'host',
    'cluster-name': cluster.name,
  })
  expect(run.log).not.toContain('##[error]')
  expect(run.exitCode).toBe(0)
  await run.dispose()
  expect(new Set(github.tokens.map((token) => token.state()))).toEqual(new Set(['revoked']))
  const show = 'cat /opt/*/NAME.txt; cat /etc/gitconfig /opt/*/.git/config 2>/dev/null; true'
  return docker('run', '--rm', '--entrypoint', 'sh', tag, '-c', show)
}

test('the Dockerfile of docs/getting-started.md clones private repositories and keeps no token', async () => {
  const kept = await buildFrom('docs/getting-started.md', 'gitconfig')
  expect(kept).toMatch(/^acme\/private-one\nacme\/private-two\n/)
  expect(kept).not.toMatch(/ghs_|AUTHORIZATION/)
})

test('the Dockerfile of docs/secrets.md does the same with the token alone', async () => {
  const kept = await buildFrom('docs/secrets.md', 'token')
  expect(kept).toMatch(/^acme\/private-one\n/)
  expect(kept).not.toContain('ghs_')
})
