import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bakeGroup, bakeTarget, writeFiles } from '../support/bake.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { warningsOf } from '../support/loading.ts'
import { type OtherBuilder, startOtherBuilder } from '../support/other-builder.ts'
import { runPod } from '../support/pod.ts'
import { credentialsOf, runSlipway } from '../support/slipway.ts'
import { baseImage, type Cluster, docker, startCluster, uniqueName } from '../support/testbed.ts'

let builder: OtherBuilder
let cluster: Cluster
let github: GitHub
let workspace: string
const name = uniqueName('other')

beforeAll(async () => {
  builder = await startOtherBuilder()
  cluster = await startCluster()
  github = await startGitHub()
  workspace = await mkdtemp(join(tmpdir(), 'other-'))
})
afterAll(async () => {
  await docker('rmi', '--force', ...['a', 'b'].map((each) => `${name}/${each}:dev`))
  await Promise.all([builder.remove(), cluster.remove(), github.stop()])
  await rm(workspace, { recursive: true })
})

test('a builder that does not see the images of Docker finds what an earlier target made', async () => {
  const secret = '--mount=type=secret,id=github_token test -s /run/secrets/github_token'
  const random = `head -c 16 /dev/urandom | md5sum >/base-${name}`
  await writeFiles(workspace, {
    'docker-bake.hcl': [
      bakeGroup(['a', 'b']),
      bakeTarget('base', [`${name}/base:dev`]),
      bakeTarget('a', [`${name}/a:dev`], { contexts: { base: 'target:base' } }),
      bakeTarget('b', [`${name}/b:dev`]),
    ].join(''),
    'base/Dockerfile': `FROM ${baseImage()}\nRUN ${secret} && ${random}\n`,
    'a/Dockerfile': `FROM base\nRUN ${secret} && echo a >/own\n`,
    'b/Dockerfile': `FROM ${name}/base:dev\nRUN ${secret} && echo b >/own\n`,
  })
  const made = await runSlipway(
    {
      ...credentialsOf(github),
      'bake-files': 'docker-bake.hcl',
      'cluster-name': cluster.name,
    },
    { github: { workspace }, env: { BUILDX_CONFIG: builder.config } },
  )
  expect([made.exitCode, warningsOf(made)]).toEqual([0, []])
  // Docker's own builder exports to an image.
  expect(made.log).toMatch(/^#\d+ \[a\] exporting to docker image format$/m)
  expect(await docker('image', 'ls', '--quiet', `${name}/base`)).toBe('')
  const [node = ''] = cluster.nodes
  const inPod = (target: string, path: string): Promise<string> =>
    runPod(node, `${name}/${target}:dev`, ['cat', path])
  expect(await inPod('a', '/own')).toBe('a')
  expect(await inPod('b', '/own')).toBe('b')
  expect(await inPod('a', `/base-${name}`)).toBe(await inPod('b', `/base-${name}`))
  expect(github.tokens.map((token) => token.state())).toEqual(['revoked'])
})
