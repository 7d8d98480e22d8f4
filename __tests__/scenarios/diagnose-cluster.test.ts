import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ClusterReading, readCluster } from '../../src/diagnose/cluster/read-cluster.ts'
import { createDocker } from '../../src/docker/docker.ts'
import { withEngineApi } from '../../src/docker/engine-api.ts'
import type { ApiObjects } from '../support/kubernetes/answers.ts'
import { events, nodes } from '../support/kubernetes/bad-day-events.ts'
import { pods } from '../support/kubernetes/bad-day-pods.ts'
import { sentinel } from '../support/kubernetes/make-pods.ts'
import { type Kubernetes, startKubernetes } from '../support/kubernetes/server.ts'
import { badDay } from '../support/kubernetes/to-cluster.ts'
import { type Cluster, docker, inNode, startCluster } from '../support/testbed.ts'

const run = promisify(execFile)
const recorded: ApiObjects = { pods, events, nodes }
const configPath = '/etc/kubernetes/admin.conf'

let cluster: Cluster
/** With kubectl, as kind's nodes have it; the second has none. */
let [node, bare] = ['', '']
let gateway: string
let kubernetes: Kubernetes

beforeAll(async () => {
  const kubectl = (await run('script/testbed', ['kubectl'])).stdout.trim()
  cluster = await startCluster(2)
  node = cluster.nodes[0] ?? ''
  bare = cluster.nodes[1] ?? ''
  await docker('cp', kubectl, `${node}:/usr/bin/kubectl`)
  const address = '{{(index .IPAM.Config 0).Gateway}}'
  gateway = await docker('network', 'inspect', 'kind', '--format', address)
})
afterAll(() => cluster?.remove())

const serve = async (objects: ApiObjects): Promise<void> => {
  kubernetes = await startKubernetes(objects)
  const folder = await mkdtemp(join(tmpdir(), 'admin-'))
  await writeFile(join(folder, 'admin.conf'), kubernetes.adminConfig(gateway))
  await inNode(node, 'mkdir', '-p', '/etc/kubernetes')
  await docker('cp', join(folder, 'admin.conf'), `${node}:${configPath}`)
  await rm(folder, { recursive: true })
}

beforeEach(() => serve(recorded))
afterEach(() => kubernetes.stop())

/** Reads from nodes, all of them control planes; and all that came out of them. */
const read = async (
  ...names: readonly string[]
): Promise<ClusterReading & { readonly received: string }> => {
  const env = Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1])
  const chunks: Buffer[] = []
  const reading = await withEngineApi(createDocker(Object.fromEntries(env)), (api) => {
    const attach: typeof api.attach = async (path, content) => {
      const socket = await api.attach(path, content)
      return socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    }
    const all = names.map((name) => ({ id: name, name, role: 'control-plane' }))
    return readCluster({ ...api, attach }, all)
  })
  return { ...reading, received: Buffer.concat(chunks).toString() }
}

test("a node's own kubectl tells of all, and no secret of the specs comes out", async () => {
  const { cluster, unchecked, received } = await read(node)
  expect(unchecked).toEqual([])
  expect(cluster).toEqual(badDay)
  expect(JSON.stringify(recorded).split(sentinel).length).toBeGreaterThan(50)
  expect(received).toContain('hungry')
  expect(received).not.toContain(sentinel)
  expect(new Set(kubernetes.requests.map(({ user }) => user))).toEqual(
    new Set(['kubernetes-admin']),
  )
  await expect(inNode(node, 'ls', '/root/.kube')).rejects.toThrow('No such file')
})

test('minikube has it in folders of its versions, of which the newest counts', async () => {
  const folder = '/var/lib/minikube/binaries'
  await inNode(node, 'mkdir', '-p', `${folder}/v1.9.0`, `${folder}/v1.34.0`)
  await inNode(node, 'mv', '/usr/bin/kubectl', `${folder}/v1.34.0/kubectl`)
  await inNode(node, 'ln', '-s', '/bin/false', `${folder}/v1.9.0/kubectl`)
  try {
    expect(await read(node)).toMatchObject({ cluster: badDay, unchecked: [] })
  } finally {
    await inNode(node, 'mv', `${folder}/v1.34.0/kubectl`, '/usr/bin/kubectl')
    await inNode(node, 'rm', '-r', folder)
  }
})

test('a list in several pieces is read to its end', async () => {
  const [pod] = pods
  if (pod === undefined) throw new Error('no pods')
  const many = Array.from({ length: 600 }, (_, index) => ({
    ...pod,
    metadata: { ...pod.metadata, name: `many-${index}`, uid: `uid-${index}` },
  }))
  await kubernetes.stop()
  await serve({ ...recorded, pods: many })
  const { cluster } = await read(node)
  expect(cluster?.pods.length).toBe(600)
  expect(kubernetes.requests.filter(({ path }) => path.startsWith('/api/v1/pods')).length).toBe(2)
})

test('of objects that break the template nothing comes out, and the others tell', async () => {
  await kubernetes.stop()
  // kubectl prints the whole list when a template fails on it.
  const broken = events.map((event) => ({ ...event, series: sentinel }))
  await serve({ ...recorded, events: broken })
  const { cluster, unchecked, received } = await read(node)
  expect(cluster).toEqual({ ...badDay, events: [] })
  expect(unchecked).toEqual(['events (they have an unexpected form)'])
  expect(received).not.toContain(sentinel)
})

test('an API that refuses, hangs or is gone is told of in words', async () => {
  await inNode(node, 'sed', '-i', 's/client-key-data: .*/token: wrong/', configPath)
  await inNode(node, 'sed', '-i', '/client-certificate-data/d', configPath)
  const refused = await read(node)
  expect(refused.cluster).toBeUndefined()
  expect(refused.unchecked).toEqual([
    expect.stringMatching(/^Kubernetes \(.*(Unauthorized|must be logged in)/),
  ])
  await kubernetes.stop()
  await serve(recorded)
  kubernetes.hang()
  const started = performance.now()
  const late = await read(node)
  // It gives up after 4.2 s; a busy machine takes its time to begin and to tell.
  expect(performance.now() - started).toBeLessThan(10_000)
  expect(late.cluster).toBeUndefined()
  expect(late.unchecked).toEqual([`Kubernetes (the API server of ${node} does not answer)`])
  await kubernetes.stop()
  const gone = await read(node)
  expect(gone.cluster).toBeUndefined()
  expect(gone.unchecked).toEqual([expect.stringMatching(/^Kubernetes \(.*was refused/)])
  await serve(recorded)
})

test('control planes that hang do so side by side', async () => {
  kubernetes.hang()
  const started = performance.now()
  // The same one thrice stands for three.
  const { cluster, unchecked } = await read(node, node, node)
  // One after the other they would take three times 4.2 s.
  expect(performance.now() - started).toBeLessThan(12_000)
  expect(cluster).toBeUndefined()
  const silent = `Kubernetes (the API server of ${node} does not answer)`
  expect(unchecked).toEqual([silent, silent, silent])
})

test('where a control plane tells nothing, the next one is believed', async () => {
  const { cluster, unchecked } = await read(bare, node)
  expect(unchecked).toEqual([])
  expect(cluster?.nodes.length).toBe(3)
  const alone = await read(bare)
  expect(alone).toMatchObject({
    cluster: undefined,
    unchecked: [`Kubernetes (no kubectl in ${bare})`],
  })
  await inNode(node, 'rm', configPath)
  expect((await read(node)).unchecked).toEqual([`Kubernetes (no ${configPath} in ${node})`])
  await docker('pause', bare)
  try {
    expect((await read(bare)).unchecked).toEqual([expect.stringContaining('paused')])
  } finally {
    await docker('unpause', bare)
  }
  expect((await read()).unchecked).toEqual(['Kubernetes (no control-plane node is running)'])
})
