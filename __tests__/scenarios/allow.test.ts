import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildImage } from '../../src/build/build-image.ts'
import { renderEvent } from '../../src/build/render-event.ts'
import type { Target } from '../../src/build/target.ts'
import { createDocker } from '../../src/docker/docker.ts'
import { writeFiles } from '../support/bake.ts'
import { copyCase } from '../support/cases.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { useEngine, warningsOf } from '../support/loading.ts'
import { credentialsOf, runSlipway } from '../support/slipway.ts'
import { type Cluster, docker, imagesOf, startCluster } from '../support/testbed.ts'

let cluster: Cluster
let github: GitHub
beforeEach(async () => {
  github = await startGitHub()
})
afterEach(() => github.stop())

/** With an App, so that a refusal that comes too late shows as a token. */
const bake = (workspace: string, inputs: Readonly<Record<string, string>> = {}) =>
  runSlipway(
    {
      ...credentialsOf(github),
      'bake-files': 'docker-bake.hcl',
      'cluster-name': cluster.name,
      ...inputs,
    },
    { github: { workspace } },
  )

describe.each(['containerd', 'overlay2'] as const)('Docker with %s', (store) => {
  beforeAll(async () => {
    useEngine(store)
    cluster = await startCluster()
  })
  afterAll(() => cluster?.remove())

  test('case 15: an attestation that a Bake file asks for is left out', async () => {
    const made = await bake(await copyCase('15-attest'))
    expect(made.log).not.toContain('##[error]')
    expect([made.exitCode, warningsOf(made)]).toEqual([0, []])
    expect(await imagesOf(cluster.nodes[0] ?? '')).toContain('docker.io/library/case-attest:dev')
    // One manifest, without an index around it or an attestation beside it.
    const { default: target } = JSON.parse(made.outputs['metadata'] ?? '{}')
    expect(target['containerimage.descriptor']?.mediaType ?? 'manifest').toContain('manifest')
    expect(made.log).toContain('Slipway leaves out attest of default: nodes take images without')
    expect(made.log).not.toMatch(/exporting (attestation )?manifest list|syft|sbom/)
    await docker('rmi', '--force', 'case-attest:dev')
  })

  if (store === 'containerd') return

  test('case 16: what is not allowed is named, with the input that allows it', async () => {
    const made = await bake(await copyCase('16-entitle'), { allow: 'network.host' })
    expect(made.exitCode).toBe(1)
    expect(made.log).toContain('##[error]The Bake files want what this step does not allow')
    expect(made.log).toContain('- default: entitlements needs security.insecure\n')
    expect(made.log).toContain('add this line to the step: `allow: security.insecure`.')
    expect(made.log).not.toContain('needs network.host')
    expect(github.requests).toEqual([])
  })

  test('what is allowed reaches the builder, and Bake asks nothing', async () => {
    const workspace = await copyCase('16-entitle')
    const elsewhere = await copyCase('15-attest')
    await writeFiles(workspace, {
      Dockerfile:
        'FROM case-base:1\nRUN --mount=type=secret,id=a --mount=type=secret,id=github_token cmp /run/secrets/a /dev/null || test -s /run/secrets/github_token\n',
      'docker-bake.hcl': `target "default" {
  tags = ["case-allowed:dev"]
  network = "host"
  contexts = { other = "${elsewhere}" }
  secret = ["id=a,src=${elsewhere}/Dockerfile"]
}`,
    })
    const made = await bake(workspace, { allow: `network.host, fs.read=${elsewhere}` })
    expect(made.log).not.toContain('##[error]')
    expect([made.exitCode, warningsOf(made)]).toEqual([0, []])
    expect(made.log).not.toContain('requesting privileges')
    await docker('rmi', '--force', 'case-allowed:dev')
  })

  test("what we would overlook is refused by Bake's own check", async () => {
    const workspace = await copyCase('15-attest')
    const definition = {
      context: '.',
      'dockerfile-inline': 'FROM case-base:1',
      secret: ['id=a,src=/etc/hostname'],
    }
    const made = { name: 'default', tags: [], dependsOn: [], isWanted: true }
    const target: Target = {
      ...{ ...made, intermediate: undefined, output: 'cache' as const, further: [], bases: [] },
      bake: { ...made, definition, allowances: [] },
    }
    const order = {
      target,
      secrets: [],
      workspace,
      cacheEnv: {},
      cacheRequired: false,
      wantsOrigins: false,
      dockerfile: undefined,
    }
    const env = { ...process.env } as Record<string, string>
    const said: string[] = []
    const built = buildImage(
      createDocker(env),
      { ...order, tempDir: workspace, layout: workspace },
      (event) => said.push(...renderEvent(event)),
      () => {},
    )
    await expect(built).rejects.toThrow('additional privileges requested')
    expect(said).toContain(' - Read access to path /etc/hostname')
  })

  test('what a pull request may write to get out of the workspace', async () => {
    const workspace = await copyCase('15-attest')
    await symlink('/proc', join(workspace, 'app'))
    await symlink('/etc', join(workspace, 'lib'))
    await writeFiles(workspace, {
      'docker-bake.hcl': `target "default" {
  context = "app"
  contexts = { lib = "lib", layout = "oci-layout://lib:1" }
  secret = ["id=/etc/hostname", "id=b,src=lib/../etc/hostname"]
  tags = ["case-out:dev"]
  output = ["type=local,dest=/tmp/case-out"]
  cache-to = ["type=local,dest=../case-out"]
}
target "late" {
  context = "$\${homedir()}"
  tags = ["case-late:dev"]
}`,
    })
    const made = await bake(workspace, { targets: 'default, late' })
    expect(made.exitCode).toBe(1)
    const said = made.log.split('\n').filter((line) => line.startsWith('- '))
    expect(said.map((line) => line.replace(/needs fs\.write=.*\/case-out/, 'writes'))).toEqual([
      '- default: context reads "app" outside the workspace, needs fs.read=/proc',
      '- default: contexts reads "lib" outside the workspace, needs fs.read=/etc',
      '- default: secret reads "/etc/hostname" outside the workspace, needs fs.read=/etc/hostname',
      '- default: secret reads "lib/../etc/hostname" outside the workspace, needs fs.read=/etc/hostname',
      '- default: cache-to writes "../case-out" outside the workspace, writes',
      '- default: output writes "/tmp/case-out" outside the workspace, writes',
      `- late: context has a variable in it, which Bake would evaluate: "\${homedir()}"`,
    ])
    expect(github.requests).toEqual([])
  })

  test('a cache that this builder cannot export is told before anything is built', async () => {
    const set = '*.cache-to=type=registry,ref=localhost:1/cache'
    const made = await bake(await copyCase('15-attest'), { 'bake-set': set })
    expect(made.exitCode).toBe(1)
    expect(made.log).toContain(
      '##[error]cache-to of default: the docker driver cannot export its cache from the classic image store. Use docker/setup-buildx-action',
    )
    expect(github.requests).toEqual([])
  })
})
