import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { Node } from '../../../src/cluster/node.ts'
import { findContainers, findMembers } from '../../../src/cluster/providers/find-cluster.ts'
import { isOnContainerd } from '../../../src/cluster/providers/minikube.ts'
import type { EngineApi, Get } from '../../../src/docker/engine-api.ts'

type Labels = Readonly<Record<string, string>>

/** With what the providers pass to Docker, as far as anybody asks. */
const container = (
  name: string,
  own: Labels,
  destination = '/var',
  args: readonly string[] = [],
  network = 'bridge',
  status = 'running',
) => ({
  Id: name.padEnd(64, '0'),
  Name: `/${name}`,
  Image: 'sha256:node',
  State: { Status: status, Running: status === 'running', Pid: 7 },
  HostConfig: { Privileged: true, NetworkMode: network },
  Mounts: [{ Source: '/data/volumes/v/_data', Destination: destination }],
  Config: { Env: [], Cmd: args, Labels: own },
})

const kinds = (cluster: string): Labels => ({
  'io.x-k8s.kind.cluster': cluster,
  'io.x-k8s.kind.role': 'worker',
})
const k3ds = (cluster: string, role: string): Labels => ({
  app: 'k3d',
  'k3d.cluster': cluster,
  'k3d.role': role,
})
/** minikube's label has the machine's name, which is the cluster's for the first one. */
const minikubes = (machine: string, network: string, status?: string) => {
  const labels = { 'name.minikube.sigs.k8s.io': machine, 'role.minikube.sigs.k8s.io': '' }
  return container(machine, labels, '/var', [], network, status)
}

const all = [
  container('dev-worker', kinds('dev')),
  container('both-worker', kinds('both')),
  container('k3d-dev2-server-0', k3ds('dev2', 'server'), '/var/lib/rancher/k3s', ['server']),
  container('k3d-dev2-agent-0', k3ds('dev2', 'agent'), '/var/lib/rancher/k3s', [
    'agent',
    '--snapshotter=native',
  ]),
  container('k3d-dev2-serverlb', k3ds('dev2', 'loadbalancer')),
  container('k3d-both-server-0', k3ds('both', 'server')),
  minikubes('mini', 'mini'),
  minikubes('mini-m02', 'mini'),
  minikubes('mini-m03', 'mini-m03'),
  minikubes('shared', 'lan'),
  minikubes('shared-m02', 'lan'),
  minikubes('apart', 'apart'),
  minikubes('apart-m02', 'lan'),
  minikubes('down', 'down'),
  minikubes('down-m02', 'down', 'exited'),
  minikubes('still', 'still', 'paused'),
  container('asleep-worker', kinds('asleep'), '/var', [], 'kind', 'exited'),
]

/** Docker's daemon with these containers; of a filter it knows the label. */
const asked: string[] = []
const get: Get = async <T>(path: string): Promise<T | undefined> => {
  asked.push(path)
  const [, filters] = /^\/containers\/json\?all=true&filters=(.*)$/.exec(path) ?? []
  if (filters !== undefined) {
    const { label } = JSON.parse(decodeURIComponent(filters)) as { label: readonly string[] }
    const listed = all
      .filter(({ Config }) => label.every((name) => name in Config.Labels))
      .map(({ Id, Name, State, Config, HostConfig: { NetworkMode } }) => ({
        ...{ Id, Names: [Name], State: State.Status, Labels: Config.Labels },
        HostConfig: { NetworkMode },
      }))
    return listed as T
  }
  const id = path.split('/')[2] ?? ''
  return (path.startsWith('/images/') ? { Config: {} } : all.find(({ Id }) => Id === id)) as T
}
const api = { get } as EngineApi

/** The same, whose nodes say what their pods run with. */
const onContainerd = {
  get: async <T>(path: string) =>
    path.startsWith('/exec/') ? ({ ExitCode: 0 } as T) : get<T>(path),
  post: async <T>() => ({ Id: 'exec' }) as T,
  attach: async () => {
    const said = Buffer.from('runtime-endpoint: unix:///run/containerd/containerd.sock\n')
    const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, said.length])
    return new PassThrough().end(Buffer.concat([header, said]))
  },
} as unknown as EngineApi

const summary = (nodes: readonly Node[]) =>
  nodes.map(({ name, role, provider, userland }) => [name, role, provider, userland].join(' '))

test("k3d's servers and agents are nodes, and its load balancer is none", async () => {
  const { nodes } = await findContainers(api, { clusterName: 'dev2' })
  expect(summary(nodes)).toEqual([
    'k3d-dev2-agent-0 agent k3d busybox',
    'k3d-dev2-server-0 server k3d busybox',
  ])
  expect(nodes.map(({ containerd }) => containerd.snapshotter)).toEqual(['native', 'overlayfs'])
  const [server] = (await findContainers(api, { clusterName: 'dev2' }, ['server'])).nodes
  expect(server?.containerd.root).toBe('/var/lib/rancher/k3s/agent/containerd')
})

test('kind has the first word, and waits for nobody else', async () => {
  asked.length = 0
  expect(summary((await findContainers(api, { clusterName: 'both' })).nodes)).toEqual([
    'both-worker worker kind gnu',
  ])
  expect(asked.filter((path) => path.startsWith('/containers/json'))).toHaveLength(1)
  expect(
    summary((await findContainers(api, { clusterName: 'both', cluster: 'k3d' })).nodes),
  ).toEqual(['k3d-both-server-0 server k3d busybox'])
})

test('members of whatever cluster are found for the diagnosis', async () => {
  const { nodes } = await findMembers(get, 'mini')
  expect(nodes.map(({ name }) => name)).toEqual(['mini', 'mini-m02'])
  expect((await findMembers(get, 'none')).nodes).toEqual([])
})

test("minikube's nodes are all in the network of their cluster, whatever else is called so", async () => {
  const find = (...wanted: readonly string[]) =>
    findContainers(onContainerd, { clusterName: 'mini' }, wanted)
  expect(summary((await find()).nodes)).toEqual([
    'mini control-plane minikube gnu',
    'mini-m02 worker minikube gnu',
  ])
  expect(summary((await find('worker')).nodes)).toEqual(['mini-m02 worker minikube gnu'])
  const own = await findContainers(onContainerd, { clusterName: 'mini-m03' })
  expect(summary(own.nodes)).toEqual(['mini-m03 control-plane minikube gnu'])
  await expect(findContainers(api, { clusterName: 'mini-m02' })).rejects.toThrow(
    'There is no kind cluster named mini-m02',
  )
})

test('what may be a node of minikube, or a cluster, is refused', async () => {
  await expect(findContainers(api, { clusterName: 'shared' })).rejects.toMatchObject({
    message: 'Slipway cannot tell whether shared-m02 is a node of the cluster shared',
    remedy:
      'Its network is lan, and not shared. Start minikube without --network, or load with `minikube image load`.',
  })
})

test('nothing is unclear of nodes that are named, nor of what is in a network without them', async () => {
  const named = await findContainers(onContainerd, { clusterName: 'shared' }, ['shared'])
  expect(summary(named.nodes)).toEqual(['shared control-plane minikube gnu'])
  const apart = await findContainers(onContainerd, { clusterName: 'apart' })
  expect(summary(apart.nodes)).toEqual(['apart control-plane minikube gnu'])
})

test.each([
  ['asleep', 'docker start asleep-worker'],
  ['down', 'minikube start --profile=down'],
  ['still', 'docker unpause still'],
])('a node of %s that does not run is started with `%s`', async (clusterName, command) => {
  await expect(findContainers(onContainerd, { clusterName })).rejects.toMatchObject({
    message: expect.stringContaining('Not every node is running: '),
    remedy: `\`${command}\` starts it again; or leave it out of the input nodes.`,
  })
})

test('a cluster that is not there: all that are, by their makers', async () => {
  await expect(findContainers(api, { clusterName: 'none' })).rejects.toMatchObject({
    message: 'There is no kind cluster named none',
    remedy:
      'Set cluster-name to one of: asleep, both, dev, both (k3d), dev2 (k3d), apart (minikube), apart-m02 (minikube), down (minikube), mini (minikube), mini-m03 (minikube), shared (minikube), shared-m02 (minikube), still (minikube).',
  })
  await expect(findContainers(api, { clusterName: 'dev', cluster: 'k3d' })).rejects.toMatchObject({
    message: 'There is no k3d cluster named dev',
    remedy: 'Set cluster-name to one of: both (k3d), dev2 (k3d).',
  })
})

test.each([
  ['runtime-endpoint: unix:///run/containerd/containerd.sock\n', true],
  ['runtime-endpoint: unix:///var/run/containerd/containerd.sock\nimage-endpoint: x\n', true],
  ['runtime-endpoint: unix:///var/run/cri-dockerd.sock\n', false],
  ['runtime-endpoint: unix:///var/run/crio/crio.sock\n', false],
  ['', false],
])('minikube with %j', (config, expected) => {
  expect(isOnContainerd(config)).toBe(expected)
})
