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

test("the README's Dockerfile clones private repositories and keeps no token", async () => {
  const readme = await readFile('README.md', 'utf8')
  const [, dockerfile = ''] = /^```dockerfile\n([\s\S]*?)^```/m.exec(readme) ?? []
  const local = dockerfile
    .replace(/^FROM .*$/m, `FROM ${baseImage()}`)
    .replaceAll('https://github.com', github.serverUrl)
  expect(local.match(/--mount=type=secret/g)).toHaveLength(2)
  await writeFile(join(context, 'Dockerfile'), local)
  const run = await runSlipway({
    ...credentialsOf(github),
    context,
    tags: tag,
    network: 'host',
    'cluster-name': cluster.name,
  })
  expect(run.log).not.toContain('##[error]')
  expect(run.exitCode).toBe(0)
  await run.dispose()
  const show = 'cat /opt/*/NAME.txt; cat /etc/gitconfig /opt/*/.git/config'
  const kept = await docker('run', '--rm', '--entrypoint', 'sh', tag, '-c', show)
  expect(kept).toMatch(/^acme\/private-one\nacme\/private-two\n/)
  expect(kept).not.toContain('ghs_')
  expect(github.tokens.map((token) => token.state())).toEqual(['revoked'])
})

test('docs/secrets.md shows the same helper', async () => {
  const [readme, secrets] = await Promise.all(
    ['README.md', 'docs/secrets.md'].map((path) => readFile(path, 'utf8')),
  )
  const [line = 'none'] = /^ *'!f\(\) .*$/m.exec(readme ?? '') ?? []
  expect(secrets).toContain(line)
})
