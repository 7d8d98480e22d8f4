import { expect, test } from 'vitest'
import { problemsOf, read } from '../support/read.ts'

const wanted = { 'create-cluster': 'true' }
const request = (raw: Readonly<Record<string, string>>) => read({ ...wanted, ...raw }).createCluster

test('a cluster alone is something to do', () => {
  expect(request({})).toEqual({
    config: undefined,
    nodeImage: undefined,
    wait: undefined,
    kubeconfig: undefined,
    keeps: false,
  })
  expect(read({ images: 'a:1' }).createCluster).toBeUndefined()
  expect(problemsOf({ 'create-cluster': 'false' })[0]).toContain('nothing to do')
})

test.each([
  ['.github/kind.yaml', { kind: 'file', path: '/.github/kind.yaml' }],
  ['/etc/kind.yaml', { kind: 'file', path: '/etc/kind.yaml' }],
  ['kind: Cluster\nnodes: []', { kind: 'inline', text: 'kind: Cluster\nnodes: []\n' }],
  ['{kind: Cluster}', { kind: 'inline', text: '{kind: Cluster}\n' }],
  ['kind: Cluster', { kind: 'inline', text: 'kind: Cluster\n' }],
])('kind-config of "%s"', (text, expected) => {
  expect(request({ 'kind-config': text })?.config).toEqual(expected)
})

test('the rest, as kind takes it', () => {
  const raw = { 'node-image': 'kindest/node:v1.33.1', wait: '1m30s', kubeconfig: 'kube.yaml' }
  expect(request({ ...raw, 'keep-cluster': 'true' })).toMatchObject({
    nodeImage: 'kindest/node:v1.33.1',
    wait: '1m30s',
    kubeconfig: '/kube.yaml',
    keeps: true,
  })
})

test.each([
  ['node-image', '--retain', /not the name of an image/],
  ['wait', '60', /not a duration.*such as 60s/],
  ['wait', '-1s', /not a duration/],
  ['kubeconfig', '/etc', /it is a folder/],
  ['kind-config', 'none', /no such file/],
  ['keep-cluster', 'perhaps', /not a boolean/],
])('%s of "%s" is refused', (name, value, expected) => {
  expect(problemsOf({ ...wanted, [name]: value })).toEqual([expect.stringMatching(expected)])
})

test('what is for a new cluster does nothing without one', () => {
  const raw = { 'kind-config': 'kind.yaml', wait: '60s', 'keep-cluster': 'true' }
  const problems = problemsOf({ images: 'a:1', ...raw })
  expect(problems).toHaveLength(3)
  for (const problem of problems) expect(problem).toContain('Set create-cluster: true')
})

test('who made the cluster', () => {
  expect(read({ images: 'a:1' }).cluster).toBe('auto')
  expect(read({ images: 'a:1', cluster: 'k3d' }).cluster).toBe('k3d')
  expect(problemsOf({ images: 'a:1', cluster: 'rancher' })[0]).toContain('minikube')
  expect(problemsOf({ ...wanted, cluster: 'k3d' })[0]).toContain('clusters of kind alone')
})

test('a containerd of the machine itself', () => {
  const usual = { cluster: 'containerd', images: 'a:1' }
  expect(read(usual)).toMatchObject({
    cluster: 'containerd',
    clusterName: 'containerd',
    containerdAddress: '/run/containerd/containerd.sock',
  })
  const k3s = '/run/k3s/containerd/containerd.sock'
  expect(read({ ...usual, 'containerd-address': k3s }).containerdAddress).toBe(k3s)
  // What the runner passes by default says nothing.
  expect(problemsOf({ ...usual, 'cluster-name': 'kind', 'image-report': 'false' })).toEqual([])
  expect(problemsOf({ images: 'a:1', 'containerd-address': k3s })).toEqual([
    expect.stringContaining('Set that, or leave it out'),
  ])
  expect(problemsOf({ ...usual, mode: 'diagnose' })[0]).toContain('Use kubectl')
  expect(problemsOf({ ...wanted, cluster: 'containerd' })[0]).toContain('clusters of kind alone')
})

test.each([
  'run/containerd.sock',
  'unix:///run/containerd/containerd.sock',
  '/run/a b.sock',
  '/run/;reboot',
  '/',
])('containerd-address of "%s" is refused', (given) => {
  expect(problemsOf({ cluster: 'containerd', images: 'a:1', 'containerd-address': given })).toEqual(
    [expect.stringMatching(/not the path of a socket/)],
  )
})

test('all that needs nodes in containers is refused at once', () => {
  const raw = {
    ...{ 'cluster-name': 'dev', nodes: 'worker', 'node-files': 'models:/var/models' },
    ...{ 'node-files-prune': 'true', 'image-report': 'full', 'image-size-limit': '2GB' },
    ...{ 'image-growth-limit': '5%', comment: 'true', 'comment-token': 't', 'load-mode': 'kind' },
    ...{ driver: 'docker-container', 'keep-state': 'true' },
  }
  const problems = problemsOf({ cluster: 'containerd', images: 'a:1', ...raw })
  expect(problems.map((line) => /^- ([a-z-]+)/.exec(line)?.[1])).toEqual([
    ...['cluster-name', 'nodes', 'node-files', 'node-files-prune', 'image-report'],
    ...['image-size-limit', 'image-growth-limit', 'comment', 'keep-state', 'load-mode'],
  ])
  for (const problem of problems) expect(problem).toContain('not with cluster: containerd: ')
})

test('nodes that Docker does not run are refused', () => {
  const podman = { childEnv: { KIND_EXPERIMENTAL_PROVIDER: 'podman' } }
  expect(problemsOf({ images: 'a:1' }, podman)[0]).toContain(
    'cluster ("podman"): KIND_EXPERIMENTAL',
  )
  const docker = { childEnv: { KIND_EXPERIMENTAL_PROVIDER: 'docker' } }
  expect(problemsOf({ images: 'a:1' }, docker)).toEqual([])
  expect(problemsOf({ mode: 'report', images: 'a:1' }, podman)).toEqual([])
})
