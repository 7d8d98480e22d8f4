import { readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { buildKindNode } from '../support/kind-node.ts'
import { type JobOptions, type JobRun, runJob } from '../support/runner/run-job.ts'
import { baseImage, docker, uniqueName } from '../support/testbed.ts'

const commit = 'c0ffee00'.repeat(5)
const patienceMs = 600_000

let github: GitHub
let workspace: string
let name: string
let nodeImage: string

const nodesOf = (): Promise<string> =>
  docker('ps', '--all', '--quiet', '--filter', `label=io.x-k8s.kind.cluster=${name}`)

/** Stands for actions/checkout: the caller's repository, and of this one what its commit would bring. */
const checkOut = async (given: Readonly<Record<string, string>>): Promise<void> => {
  expect(given['persist-credentials']).toBe('false')
  if (given['repository'] === undefined) {
    await writeFile(
      join(workspace, 'Dockerfile'),
      `FROM ${baseImage()}\nRUN --mount=type=secret,id=github_token,required=true true\n`,
    )
    return
  }
  expect(given).toMatchObject({ repository: 'maker/slipway', ref: commit })
  const path = join(workspace, given['path'] ?? '')
  await mkdir(path, { recursive: true })
  await cp('action.yml', join(path, 'action.yml'))
  await cp(given['sparse-checkout'] ?? '', join(path, given['sparse-checkout'] ?? ''), {
    recursive: true,
  })
}

const call = (
  inputs: Readonly<Record<string, string>>,
  more: Partial<JobOptions> = {},
): Promise<JobRun> =>
  runJob({
    workflow: '.github/workflows/kind-e2e.yml',
    job: 'e2e',
    inputs: {
      'client-id': github.app.clientId,
      owner: 'acme',
      repositories: 'private-one',
      context: '.',
      tags: `${name}:dev`,
      'cluster-name': name,
      'node-image': nodeImage,
      ...inputs,
    },
    secrets: { 'private-key': github.app.privateKeyPem },
    workspace,
    baseEnv: Object.fromEntries(
      ['PATH', 'HOME', 'DOCKER_HOST', 'DOCKER_CONFIG'].flatMap((each) => {
        const value = process.env[each]
        return value === undefined ? [] : [[each, value]]
      }),
    ),
    contexts: {
      job: { workflow_repository: 'maker/slipway', workflow_sha: commit, check_run_id: 51 },
    },
    others: {
      'actions/checkout': checkOut,
    },
    options: {
      runnerEnvironment: 'self-hosted',
      github: { api_url: github.apiUrl, server_url: github.serverUrl },
    },
    ...more,
  })

const outcomes = ({ steps }: JobRun): readonly string[] =>
  steps.map((step) => `${step.name}: ${step.outcome}`)

beforeAll(async () => {
  nodeImage = await buildKindNode('works')
}, patienceMs)
beforeEach(async () => {
  github = await startGitHub()
  name = uniqueName('called')
  workspace = await mkdtemp(join(tmpdir(), 'slipway-called-'))
})
afterEach(async () => {
  await github.stop()
  await rm(workspace, { recursive: true })
  const left = (await nodesOf()).split('\n').filter(Boolean)
  if (left.length > 0) await docker('rm', '--force', '--volumes', ...left)
  await docker('rmi', '--force', `${name}:dev`)
}, patienceMs)

test(
  'its steps run in order: cluster, build and load, deploy, test, and post removes the cluster',
  async () => {
    const ran = await call({
      deploy: `printf '%s\n' "$IMMUTABLE_TAGS" '\${{ github.token }} "of $NAME"' >deployed`,
      test: [
        `grep --quiet kind-${name} "$KUBECONFIG"`,
        `docker exec ${name}-control-plane ctr --namespace k8s.io images ls --quiet >in-node`,
      ].join('\n'),
    })
    expect(outcomes(ran)).toEqual([
      'actions/checkout: success',
      'actions/checkout: success',
      'Create the cluster, build and load: success',
      'Deploy: success',
      'Test: success',
      'Diagnose: skipped',
      "Keep the nodes' logs: skipped",
    ])
    expect(readFileSync(join(workspace, 'in-node'), 'utf8')).toContain(
      `docker.io/library/${name}:dev`,
    )
    // Commands arrive as they were written, also what looks like an expression.
    expect(readFileSync(join(workspace, 'deployed'), 'utf8')).toBe(
      `${ran.outputs['immutable-tags']}\n\${{ github.token }} "of $NAME"\n`,
    )
    expect(JSON.parse(ran.outputs['images'] ?? '')).toMatchObject([{ ref: `${name}:dev` }])
    expect(ran.actions.map(({ postConclusion }) => postConclusion)).toEqual(['success'])
    expect(await nodesOf()).toBe('')
    expect(github.tokens.map((token) => token.state())).toEqual(['revoked'])
  },
  patienceMs,
)

test(
  'a test that fails is diagnosed while the cluster is there, and then it is removed',
  async () => {
    const ran = await call({ test: 'echo before\nfalse\necho after' })
    expect(outcomes(ran).slice(3)).toEqual([
      'Deploy: skipped',
      'Test: failure',
      'Diagnose: success',
      "Keep the nodes' logs: skipped",
    ])
    expect(ran.steps.find((step) => step.name === 'Test')?.log).toBe('before\n')
    const [diagnosis] = ran.actions
    expect(diagnosis?.log).toMatch(/No cause found\. Checked: 1 node/)
    expect(ran.outputs['findings']).toBe('[]')
    expect(await nodesOf()).toBe('')
  },
  patienceMs,
)

test('an action that fails: nothing is deployed, and nothing is asked', async () => {
  const ran = await call({ test: 'true', deploy: 'true', context: 'nowhere' })
  expect(outcomes(ran).slice(2)).toEqual([
    'Create the cluster, build and load: failure',
    'Deploy: skipped',
    'Test: skipped',
    'Diagnose: skipped',
    "Keep the nodes' logs: skipped",
  ])
})

test('an input or a secret that is not declared is refused, and one that is missing', async () => {
  await expect(call({ test: 'true', tag: 'a' })).rejects.toThrow('tag is not defined')
  await expect(call({})).rejects.toThrow('input test is required')
  await expect(call({ test: 'true' }, { secrets: { key: 'x' } })).rejects.toThrow(
    'key is not defined',
  )
})
