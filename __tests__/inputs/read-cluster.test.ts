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

test('nodes that Docker does not run are refused', () => {
  const podman = { childEnv: { KIND_EXPERIMENTAL_PROVIDER: 'podman' } }
  expect(problemsOf({ images: 'a:1' }, podman)[0]).toContain(
    'cluster ("podman"): KIND_EXPERIMENTAL',
  )
  const docker = { childEnv: { KIND_EXPERIMENTAL_PROVIDER: 'docker' } }
  expect(problemsOf({ images: 'a:1' }, docker)).toEqual([])
  expect(problemsOf({ mode: 'report', images: 'a:1' }, podman)).toEqual([])
})
