import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
  const files = {
    'docker-bake.hcl': `group "default" { targets = ["a", "b"] }
target "base" {
  context = "base"
  tags = ["${name}/base:dev"]
}
target "a" {
  context = "a"
  contexts = { base = "target:base" }
  tags = ["${name}/a:dev"]
}
target "b" {
  context = "b"
  tags = ["${name}/b:dev"]
}`,
    'base/Dockerfile': `FROM ${baseImage()}\nRUN ${secret} && ${random}\n`,
    'a/Dockerfile': `FROM base\nRUN ${secret} && echo a >/own\n`,
    'b/Dockerfile': `FROM ${name}/base:dev\nRUN ${secret} && echo b >/own\n`,
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(workspace, path)), { recursive: true })
    await writeFile(join(workspace, path), text)
  }
  const made = await runSlipway(
    {
      ...credentialsOf(github),
      'bake-files': 'docker-bake.hcl',
      'cluster-name': cluster.name,
    },
    { github: { workspace }, env: { BUILDX_CONFIG: builder.config } },
  )
  expect([made.exitCode, warningsOf(made)]).toEqual([0, []])
  expect(made.log).toContain('using remote driver')
  expect(await docker('image', 'ls', '--quiet', `${name}/base`)).toBe('')
  const [node = ''] = cluster.nodes
  const inPod = (target: string, path: string): Promise<string> =>
    runPod(node, `${name}/${target}:dev`, ['cat', path])
  expect(await inPod('a', '/own')).toBe('a')
  expect(await inPod('b', '/own')).toBe('b')
  expect(await inPod('a', `/base-${name}`)).toBe(await inPod('b', `/base-${name}`))
  expect(github.tokens.map((token) => token.state())).toEqual(['revoked'])
})
