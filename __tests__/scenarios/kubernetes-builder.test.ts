import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { writeFiles } from '../support/bake.ts'
import { makeBuilderImage } from '../support/container-builder.ts'
import { type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { warningsOf } from '../support/loading.ts'
import { type OtherBuilder, startOtherBuilder } from '../support/other-builder.ts'
import { runPod } from '../support/pod.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import { baseImage, type Cluster, docker, startCluster, uniqueName } from '../support/testbed.ts'

let builder: OtherBuilder
let cluster: Cluster
let api: KubernetesApi
let scratch: string
const standIn = `${uniqueName('buildkit')}:1`
const kubectl = execFileSync('bash', ['script/testbed', 'kubectl'], { encoding: 'utf8' }).trim()

beforeAll(async () => {
  ;[builder, cluster] = await Promise.all([startOtherBuilder(), startCluster(2)])
  await makeBuilderImage(standIn)
})
afterAll(async () => {
  await docker('rmi', '--force', standIn)
  await Promise.all([builder.remove(), cluster.remove()])
})
beforeEach(async () => {
  api = await startKubernetesApi(['default', 'builders'])
  scratch = await mkdtemp(join(tmpdir(), 'kubernetes-builder-'))
  await writeFile(kubeconfig(), api.kubeconfig())
})
afterEach(() => Promise.all([api.stop(), removeFolder(scratch)]))

const kubeconfig = (): string => join(scratch, 'kubeconfig')

/** A buildx whose step was killed may still write there: a folder that gets a file meanwhile is not empty. */
const removeFolder = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, maxRetries: 10 })

/** As `kind create cluster` does, which makes its own cluster the current one. */
const moveContext = async (): Promise<void> => {
  const elsewhere = `clusters:
- name: elsewhere
  cluster: {server: "https://127.0.0.1:1"}
- `
  const contexts = 'contexts:\n- name: elsewhere\n  context: {cluster: elsewhere, user: builder}\n'
  await writeFile(
    `${kubeconfig()}.new`,
    api
      .kubeconfig()
      .replace('clusters:\n- ', elsewhere)
      .replace('contexts:\n', contexts)
      .replace('current-context: double', 'current-context: elsewhere'),
  )
  // Whoever reads it meanwhile finds all of one of them.
  await rename(`${kubeconfig()}.new`, kubeconfig())
}

/** Printed by a step, which is never in the builder's cache; what follows comes after it. */
const begin = (next: string): string => `RUN echo begun ${uniqueName('step')} && ${next}`
const hasBegun = (line: string): boolean => /^#\d+ \d\S* begun /.test(line)

/** As cloud providers write it: a program that signs in, and paths beside the file. */
const signInByProgram = async (): Promise<void> => {
  const kind = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' }
  const credential = JSON.stringify({ ...kind, status: { token: api.token } })
  await writeFile(join(scratch, 'sign-in'), `#!/bin/sh\necho '${credential}'\n`, { mode: 0o755 })
  await writeFile(join(scratch, 'ca.crt'), api.ca)
  const exec = `exec: {apiVersion: ${kind.apiVersion}, command: ./sign-in, interactiveMode: Never}`
  await writeFile(
    kubeconfig(),
    api
      .kubeconfig()
      .replace(/certificate-authority-data: .*/, 'certificate-authority: ca.crt')
      .replace(/token: .*/, exec),
  )
}

const build = async (
  dockerfile: string,
  driverOpts: readonly string[] = [],
  { inputs = {}, ...options }: Parameters<typeof runSlipway>[1] = {},
): Promise<Run & { readonly tag: string }> => {
  const tag = `${uniqueName('kubernetes')}:dev`
  const workspace = join(scratch, 'workspace')
  await writeFiles(workspace, { Dockerfile: `FROM ${baseImage()}\n${dockerfile}\n` })
  const endpoint = builder.endpoint.replace('tcp://', '')
  const opts = [`image=${standIn}`, `env.BUILDKIT=${endpoint}`, ...driverOpts].join('\n')
  const made = { context: '.', tags: tag, driver: 'kubernetes', 'driver-opts': opts }
  const run = await runSlipway(
    { ...made, 'cluster-name': cluster.name, ...inputs },
    {
      github: { workspace },
      env: {
        BUILDX_CONFIG: join(scratch, 'buildx'),
        KUBECONFIG: kubeconfig(),
        PATH: `${dirname(kubectl)}:${process.env['PATH']}`,
      },
      ...options,
    },
  )
  return { ...run, tag }
}

const messagesOf = (run: Run): readonly string[] => run.annotations.map(({ message }) => message)

const knownBuilders = (): Promise<readonly string[]> =>
  readdir(join(scratch, 'buildx', 'instances')).catch(() => [])

/** Something in the cluster, of some days ago. */
const putOld = (
  resource: Parameters<KubernetesApi['put']>[0],
  name: string,
  mark: string | undefined,
  days: number,
): void => {
  const marks = mark === undefined ? {} : { 'dev.slipway.run': mark }
  const [labels, annotations] = resource === 'configmaps' ? [{}, marks] : [marks, {}]
  const creationTimestamp = new Date(Date.now() - days * 86_400_000).toISOString()
  const own = { uid: name, labels, annotations }
  api.put(resource, { metadata: { name, namespace: 'builders', creationTimestamp, ...own } })
}

test('a builder in a cluster, for the step alone; what others and dead machines have there', async () => {
  const [old, young] = ['0123456789abcdef', 'fedcba9876543210']
  putOld('deployments', `slipway-${old}0`, old, 6)
  putOld('configmaps', `slipway-${old}0-config`, old, 6)
  putOld('persistentvolumeclaims', `buildkitd-slipway-${old}0-0`, old, 6)
  putOld('deployments', `slipway-${young}0`, young, 4)
  putOld('deployments', 'buildkit-ci0', old, 90)
  putOld('configmaps', `slipway-${old}1-config`, undefined, 90)
  const run = await build(
    begin('sleep 1 && echo far >/own'),
    ['namespace=builders', '"labels=team=a,tier=ci"', 'annotations=note=1'],
    {
      inputs: { 'buildkitd-config-inline': 'debug = true' },
      onLog: (text) => void (hasBegun(text) && moveContext()),
    },
  )
  expect([run.exitCode, warningsOf(run)]).toEqual([0, []])
  for (const node of cluster.nodes) expect(await runPod(node, run.tag, ['cat', '/own'])).toBe('far')
  const mark = { 'dev.slipway.run': run.state['run-id'] }
  const node = `slipway-${run.state['run-id']}0`
  expect(api.made).toMatchObject([
    {
      kind: 'ConfigMap',
      metadata: { name: `${node}-config`, annotations: { ...mark, note: '1' } },
    },
    {
      kind: 'Deployment',
      metadata: { name: node, namespace: 'builders', labels: { ...mark, team: 'a', tier: 'ci' } },
      template: { labels: mark, container: { image: standIn } },
    },
  ])
  expect(api.names()).toEqual([
    `configmaps/slipway-${old}1-config`,
    'deployments/buildkit-ci0',
    `deployments/slipway-${young}0`,
  ])
  expect(await knownBuilders()).toEqual([])
})

test('after SIGKILL post removes it, though buildx has forgotten it and the context has moved', async () => {
  let during: readonly string[] = []
  const run = await build(begin('sleep 5'), [], {
    killWhen: hasBegun,
    betweenPhases: async () => {
      during = api.names()
      const name = /^deployments\/(.*)$/m.exec(during.join('\n'))?.[1] ?? ''
      const mark = name.slice('slipway-'.length, -1)
      const metadata = api.all('deployments')[0]?.metadata
      if (metadata === undefined) throw new Error('there is no builder')
      // Of a StatefulSet, whose claims buildx leaves.
      api.put('persistentvolumeclaims', {
        metadata: { ...metadata, name: `buildkitd-${name}-0`, labels: { 'dev.slipway.run': mark } },
      })
      await removeFolder(join(scratch, 'buildx'))
      await moveContext()
    },
  })
  expect(during).toEqual([
    expect.stringMatching(/^deployments\/slipway-[0-9a-f]{16}0$/),
    expect.stringMatching(/^pods\/slipway-/),
  ])
  expect([run.postExitCode, warningsOf(run), api.names()]).toEqual([0, [], []])
})

test('a cancelled step takes it along; a program signs in', async () => {
  await signInByProgram()
  const run = await build(begin('sleep 60'), [], { cancelWhen: hasBegun })
  expect([run.conclusion, api.names(), await knownBuilders()]).toEqual(['cancelled', [], []])
})

const obstacles = [
  [
    'unschedulable',
    '0/3 nodes are available: 3 Insufficient memory.',
    /^The kubernetes builder does not start: pod slipway-\S+ is not scheduled: 0\/3 nodes are available: 3 Insufficient memory\. See driver-opts/,
  ],
  [
    'quota',
    'exceeded quota: ci, requested: pods=1, used: pods=4, limited: pods=4',
    /^The kubernetes builder does not start: Kubernetes makes no pod: Error creating: pods "\S+" is forbidden: exceeded quota: ci/,
  ],
] as const

test.each(obstacles)('no pod, %s: the words of the event', async (kind, message, expected) => {
  api.setObstacle({ kind, message })
  // The first look is after 1.5 s, and asks kubectl twice.
  const run = await build('', ['timeout=10s'])
  expect(messagesOf(run)).toEqual([expect.stringMatching(expected)])
  expect(run.log).toMatch(/^.*The builder waits: .*$/m)
  expect(api.names()).toEqual([])
})

test('an image that is not there: at once', async () => {
  const run = await build('', ['image=no.invalid/no:1'])
  expect(messagesOf(run)).toEqual([
    expect.stringMatching(/the image of pod \S+ cannot be pulled: .*no\.invalid\/no:1: not found/),
  ])
  expect(run.durationMs).toBeLessThan(60_000)
})

test.each([
  ['create deployments', /cannot create resource "deployments" in API group "apps"/],
  ['create pods/exec', /cannot create resource "pods\/exec" in API group ""/],
])('%s is forbidden', async (act, expected) => {
  api.deny(act)
  const run = await build('')
  expect(messagesOf(run)).toEqual([expect.stringMatching(expected)])
  expect(run.durationMs).toBeLessThan(60_000)
  expect(api.names()).toEqual([])
})

test('a pod that goes away midway: buildx is ended, and the build begins again in the next pod', async () => {
  let isEvicted = false
  const run = await build(begin('sleep 4 && echo far >/own'), [], {
    timeoutMs: 240_000,
    onLog: (text) => {
      if (isEvicted || !hasBegun(text)) return
      isEvicted = true
      void api.evict()
    },
  })
  expect(run.log).toMatch(/the builder(?:'s pod)? went away\. Building again in/)
  expect([run.exitCode, messagesOf(run)]).toEqual([0, []])
}, 300_000)
