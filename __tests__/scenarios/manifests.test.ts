import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { warningsOf } from '../support/loading.ts'
import type { Run } from '../support/runner/types.ts'
import { buildTiny } from '../support/shaped-images.ts'
import { runSlipway } from '../support/slipway.ts'
import { type Cluster, docker, imagesOf, startCluster, uniqueName } from '../support/testbed.ts'

const name = uniqueName('manifests')
const secret = `hunter2-${name}`
let cluster: Cluster
let node: string
let workspace: string

beforeAll(async () => {
  cluster = await startCluster()
  node = cluster.nodes[0] ?? ''
  await buildTiny(`${name}:latest`, ['/bin/sh'])
  await docker('tag', `${name}:latest`, `${name}:dev`)
})
afterAll(async () => {
  await cluster?.remove()
  await docker('rmi', `${name}:latest`, `${name}:dev`)
})
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'manifests-'))
})
afterEach(() => rm(workspace, { recursive: true }))

const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(workspace, path)), { recursive: true })
    await writeFile(join(workspace, path), text)
  }
}

const run = (inputs: Readonly<Record<string, string>>): Promise<Run> =>
  runSlipway(
    { 'cluster-name': cluster.name, images: `${name}:latest, ${name}:dev`, ...inputs },
    { github: { workspace }, debug: true },
  )

/** Warnings with a place, as GitHub shows them beside a file. */
const placedOf = (made: Run): readonly (readonly [string, string])[] =>
  made.annotations
    .filter(({ level, props }) => level === 'warning' && props['file'] !== undefined)
    .map(({ message, props }) => [`${props['file']}:${props['line']}`, message])

const api = (): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: api }
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: api
          image: ${name}
          args: ["--token=${secret}"]
          env: [{ name: PASSWORD, value: ${secret} }]
        - name: right
          image: docker.io/library/${name}:dev
        - name: near
          image: ghcr.io/acme/${name}:dev
        - name: elsewhere
          image: postgres:16
---
kind: Secret
stringData: { password: ${secret} }
---
kind: Broken
stringData: { password: ${secret}: ${secret} }
`

test('what would go wrong in the cluster is told at its line, and nothing of secrets', async () => {
  await write({ 'k8s/api.yaml': api(), 'k8s/worker.yml': 'kind: {{ .Values.kind }\n' })
  const made = await run({ manifests: 'k8s/*.{yaml,yml}' })
  expect(made.exitCode).toBe(0)
  expect(placedOf(made)).toEqual([
    ['k8s/api.yaml:24', expect.stringContaining('`helm template`')],
    ['k8s/worker.yml:1', expect.stringContaining('`helm template`')],
    ['k8s/api.yaml:10', expect.stringContaining(`pulls ${name} from a registry`)],
    ['k8s/api.yaml:16', expect.stringContaining(`It loads ${name}:dev`)],
  ])
  // A warning does not keep anything from being done.
  expect(await imagesOf(node)).toContain(`docker.io/library/${name}:latest`)
  expect(`${made.rawStdout}${made.rawStderr}${made.summary}`).not.toContain(secret)
  expect(JSON.stringify([made.outputs, made.state])).not.toContain(secret)
})

test('a dry run tells the same', async () => {
  await write({ 'k8s/api.yaml': `kind: Pod\nspec:\n  containers:\n    - image: ${name}\n` })
  const made = await run({ manifests: 'k8s/api.yaml', 'dry-run': 'true' })
  expect([made.exitCode, made.outputs['images']]).toEqual([0, '[]'])
  expect(placedOf(made)).toEqual([['k8s/api.yaml:4', expect.stringContaining('pulls')]])
})

test('what pods mount is compared with what the nodes get', async () => {
  const pod = `kind: Pod
metadata: { name: ml }
spec:
  securityContext: { fsGroup: 1000 }
  volumes:
    - { name: right, hostPath: { path: /var/local/models, type: Directory } }
    - { name: near, hostPath: { path: /var/local/modles, type: Directory } }
    - { name: below, hostPath: { path: /var/local/models/lama.gguf, type: File } }
  containers:
    - name: ml
      image: ${name}:dev
      volumeMounts:
        - { name: right, mountPath: /models, readOnly: true }
        - { name: right, mountPath: /writable }
`
  await write({ 'ml.yaml': pod, 'models/llama.gguf': 'x' })
  const files = { 'node-files': 'models:/var/local/models' }
  const made = await run({ ...files, manifests: 'ml.yaml', 'dry-run': 'true' })
  expect(made.exitCode).toBe(0)
  expect(placedOf(made)).toEqual([
    ['ml.yaml:7', expect.stringContaining('Write path: /var/local/models.')],
    ['ml.yaml:8', expect.stringContaining('The nearest is /var/local/models/llama.gguf.')],
    ['ml.yaml:14', expect.stringContaining('without readOnly: true')],
  ])
})

test('a glob that matches nothing ends the step before anything was done', async () => {
  await docker('tag', `${name}:latest`, `${name}:late`)
  try {
    const made = await run({ images: `${name}:late`, manifests: 'k8s/*.yaml' })
    expect([made.exitCode, made.postExitCode]).toEqual([1, 0])
    expect(made.annotations.map(({ level, message }) => [level, message])).toEqual([
      ['error', expect.stringMatching(/^manifests: k8s\/\*\.yaml matches no file/)],
    ])
    expect(await imagesOf(node)).not.toContain(`docker.io/library/${name}:late`)
  } finally {
    await docker('rmi', `${name}:late`)
  }
})

test("a limit of the node's container is the tightest layer", async () => {
  const pod = `kind: Pod
metadata: { name: ml }
spec:
  containers:
    - name: ml
      image: ${name}:dev
      resources: { requests: { memory: 900M }, limits: { memory: 2G } }
`
  await write({ 'ml.yaml': pod })
  const fits = await run({ manifests: 'ml.yaml' })
  expect([fits.exitCode, placedOf(fits)]).toEqual([0, []])
  await docker('update', '--memory=1000m', '--memory-swap=-1', '--cpus=1', node)
  const made = await run({ manifests: 'ml.yaml' })
  expect(made.exitCode).toBe(0)
  const has = `the node ${node} has 1.0 GB of memory (limit of its container)`
  expect(placedOf(made)).toEqual([
    ['ml.yaml:6', expect.stringContaining(`request 900 MB of memory`)],
    ['ml.yaml:6', expect.stringContaining('The container ml has a limit of 2.0 GB of memory')],
  ])
  for (const [, message] of placedOf(made)) expect(message).toContain(has)
  expect(placedOf(made)[0]?.[1]).toMatch(/Kubernetes believes that each node has [\d.]+ GB/)
})

test('more on disk than is free is told first, and what GitHub would not show is in the log', async () => {
  const pods = Array.from(
    { length: 11 },
    (_, index) => `kind: Pod
metadata: { name: pod-${index} }
spec: { containers: [{ name: "a\\n::warning::c${index}", image: ${name} }] }
---
`,
  )
  const claim = `kind: PersistentVolumeClaim
metadata: { name: data }
spec: { resources: { requests: { storage: 100T } } }
`
  await write({ 'all.yaml': `${pods.join('')}${claim}` })
  const made = await run({ manifests: 'all.yaml', 'dry-run': 'true' })
  const warnings = warningsOf(made)
  expect([made.exitCode, warnings.length]).toEqual([0, 10])
  expect(placedOf(made)[0]).toEqual([
    'all.yaml:45',
    expect.stringMatching(
      /may write 100 TB to disk \(100 TB of volumes\); the disk of .* has .* free\./,
    ),
  ])
  expect(warnings[9]).toMatch(/^3 more warnings are in the step's log/)
  expect(made.log).toMatch(/^::warning::c10 pulls/m)
})

test('images-from loads what the manifests name, says what it cannot know, and where a name stands', async () => {
  await docker('tag', `${name}:latest`, `${name}:cr`)
  const pods = `kind: Pod
apiVersion: v1
spec:
  initContainers: [{ image: ${name}:dev }]
  containers: [{ image: excluded/${name}:1 }, { image: $IMAGE }]
---
kind: Database
apiVersion: acme.example.com/v1
spec: { image: { repository: ${name}, tag: cr } }
`
  await write({
    'all.yaml': pods,
    'missing.yaml': `kind: Pod\nspec: { containers: [{ image: ${name}:no }] }\n`,
  })
  const inputs = { images: '', 'images-from': 'manifests', 'pull-images': 'never' }
  try {
    const exclude = { 'images-from-exclude': 'excluded/*' }
    const made = await run({ ...inputs, ...exclude, manifests: 'all.yaml' })
    expect([made.exitCode, JSON.parse(made.outputs['images'] ?? '').length]).toEqual([0, 2])
    const names = ['dev', 'cr'].map((tag) => `docker.io/library/${name}:${tag}`)
    expect(await imagesOf(node)).toEqual(expect.arrayContaining(names))
    const places = `${name}:dev (all.yaml:4), ${name}:cr (all.yaml:9)`
    expect(made.log).toContain(`images-from: the manifests name 2 images besides: ${places}.`)
    expect(made.log).toContain('images-from: not all.yaml:5: "$IMAGE" is a placeholder.')
    const failed = await run({ ...inputs, manifests: 'missing.yaml' })
    expect(failed.exitCode).toBe(1)
    expect(failed.annotations[0]?.message).toContain(`does not have ${name}:no (missing.yaml:2).`)
  } finally {
    await docker('rmi', `${name}:cr`)
  }
})

test('without manifests only the tag latest is warned about', async () => {
  expect(warningsOf(await run({}))).toEqual([
    expect.stringMatching(/^Pods will pull .*:latest instead/),
  ])
})
