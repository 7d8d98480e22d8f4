import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeFiles } from '../support/bake.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { warningsOf } from '../support/loading.ts'
import { type OtherBuilder, startOtherBuilder } from '../support/other-builder.ts'
import { type Registry, startRegistry } from '../support/registry.ts'
import { credentialsOf, runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  type Cluster,
  ctr,
  docker,
  imagesOf,
  inNode,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

let builder: OtherBuilder
let cluster: Cluster
let github: GitHub
let registry: Registry
let workspace: string
const name = uniqueName('push')

beforeAll(async () => {
  ;[builder, cluster, github, registry] = await Promise.all([
    startOtherBuilder(),
    startCluster(),
    startGitHub({
      repositories: {
        'acme/private-one': { Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' },
        'acme/private-two': {},
      },
    }),
    startRegistry('public'),
  ])
  workspace = await mkdtemp(join(tmpdir(), 'push-'))
  await writeFiles(workspace, { Dockerfile: `FROM scratch\nCOPY own /\n`, own: name })
})
afterAll(async () => {
  await Promise.all([builder.remove(), cluster.remove(), github.stop(), registry.stop()])
  await rm(workspace, { recursive: true })
})

const run = (inputs: Readonly<Record<string, string>>, isOther = true) =>
  runSlipway(
    { 'cluster-name': cluster.name, context: '.', push: 'true', ...inputs },
    { github: { workspace }, ...(isOther && { env: { BUILDX_CONFIG: builder.config } }) },
  )

type Manifest = {
  readonly config?: { readonly digest: string }
  readonly annotations?: Readonly<Record<string, string>>
  readonly manifests?: readonly {
    readonly digest: string
    readonly platform: { readonly os: string }
  }[]
}

const inRegistry = async (repository: string, reference: string) => {
  const { token } = (await (await fetch(`http://${registry.host}/token`)).json()) as {
    token: string
  }
  const url = `http://${registry.host}/v2/${repository}/manifests/${reference}`
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  const manifest = (await answer.json()) as Manifest
  return { manifest, digest: answer.headers.get('docker-content-digest') }
}

test('one build pushes and loads: the registry alone has what tells of the image', async () => {
  const repository = `${name}/api`
  const tag = `${registry.host}/${repository}:dev`
  const pushed = await run({
    ...credentialsOf(github),
    tags: tag,
    provenance: 'mode=max',
    annotations: 'manifest:team=ship, yard\nindex:level=index',
    outputs: 'type=local,dest=out',
    builder: 'other',
  })
  expect([pushed.exitCode, warningsOf(pushed)]).toEqual([0, []])
  const { digest = '', 'image-id': id = '' } = pushed.outputs
  const { manifest: index, digest: found } = await inRegistry(repository, 'dev')
  expect(found).toBe(digest)
  expect(index.annotations).toEqual({ level: 'index' })
  expect(index.manifests?.map(({ platform }) => platform.os)).toEqual(['linux', 'unknown'])
  const [own] = index.manifests ?? []
  const { manifest } = await inRegistry(repository, own?.digest ?? '')
  expect(manifest.config?.digest).toBe(id)
  expect(manifest.annotations).toEqual({ team: 'ship, yard' })
  // The node finds the image by its tag, and by the digest that was pushed.
  const [node = ''] = cluster.nodes
  expect(await imagesOf(node)).toEqual(
    expect.arrayContaining([tag, `${registry.host}/${repository}@${digest}`, id]),
  )
  const byDigest = await inNode(
    node,
    'crictl',
    'inspecti',
    `${registry.host}/${repository}@${digest}`,
  )
  expect(JSON.parse(byDigest).status.id).toBe(id)
  const [, , target = ''] = (await ctr(node, 'images', 'list', `name==${tag}`))
    .split(/\s*\n|\s+/)
    .filter((word) => word.startsWith('sha256:') || word === tag || word === 'DIGEST')
  const loaded = JSON.parse(await ctr(node, 'content', 'get', target)) as Manifest
  expect([loaded.config?.digest, loaded.annotations, loaded.manifests]).toEqual([
    id,
    undefined,
    undefined,
  ])
  expect(github.tokens.map((token) => token.state())).toEqual(['revoked'])
  expect(await docker('image', 'ls', '--quiet', tag)).toBe('')
})

test("Docker's own builder pushes and loads in one build, too, and keeps no attestation apart", async () => {
  const repository = `${name}/own`
  const tag = `${registry.host}/${repository}:dev`
  const minted = github.tokens.length
  const refused = await run({ ...credentialsOf(github), tags: tag, sbom: 'true' }, false)
  expect([refused.exitCode, github.tokens.length]).toEqual([1, minted])
  expect(refused.log).toContain("would also be in Docker's store and in the nodes")
  const pushed = await run({ tags: tag }, false)
  expect([pushed.exitCode, warningsOf(pushed)]).toEqual([0, []])
  const { manifest, digest } = await inRegistry(repository, 'dev')
  expect(digest).toBe(pushed.outputs['digest'])
  // In the containerd store, an image's ID is its manifest's digest.
  expect([digest, manifest.config?.digest]).toContain(pushed.outputs['image-id'])
  expect(pushed.log).not.toContain('pushing slipway.invalid')
  expect(await imagesOf(cluster.nodes[0] ?? '')).toContain(tag)
  await docker('rmi', '--force', tag)
})

test('a private repository as the context is fetched with the token', async () => {
  const tag = `${name}/git:dev`
  const context = `${github.serverUrl}/acme/private-one.git`
  const inputs = { context, tags: tag, push: 'false' }
  const refused = await run(inputs, false)
  expect(refused.log).toContain('could not read Username')
  const app = { ...credentialsOf(github), repositories: 'private-one' }
  const built = await run({ ...app, ...inputs }, false)
  expect([built.exitCode, warningsOf(built)]).toEqual([0, []])
  expect(await imagesOf(cluster.nodes[0] ?? '')).toContain(`docker.io/${tag}`)
  expect(github.tokens.map((token) => token.state())).not.toContain('live')
  await docker('rmi', '--force', tag)
})

test('what a build is told in the words of build-push-action reaches its steps', async () => {
  const tag = `${name}/told:dev`
  const told = [
    `grep -q '^10.0.0.7[[:space:]].*db' /etc/hosts && grep -q '^10.0.0.8[[:space:]].*db' /etc/hosts`,
    'test "$(ulimit -Sn)" = 1000 && test "$(ulimit -Hn)" = 2000',
    `grep -q 'shm.*size=65536k' /proc/mounts && echo told >/told`,
  ]
  await writeFiles(workspace, {
    Dockerfile: [`FROM ${baseImage()} AS told`, ...told.map((each) => `RUN ${each}`), ''].join(
      '\n',
    ),
  })
  const inputs = {
    'add-hosts': 'db:10.0.0.7, db:10.0.0.8',
    ulimit: 'nofile=1000:2000',
    'shm-size': '64m',
    'no-cache-filters': 'told',
    platforms: 'linux/amd64',
    'cache-to': 'type=inline',
    outputs: 'type=local,dest=told',
  }
  const built = await run({ ...inputs, tags: tag, push: 'false', call: 'build' }, false)
  expect([built.exitCode, warningsOf(built)]).toEqual([0, []])
  await access(join(workspace, 'told/told'))
  await docker('rmi', '--force', tag)
})
