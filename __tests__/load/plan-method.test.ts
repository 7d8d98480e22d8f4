import { expect, test } from 'vitest'
import type { ContainerNode, MachineNode } from '../../src/cluster/node.ts'
import { snapshotsOf, toHostPath } from '../../src/cluster/node.ts'
import type { Engine } from '../../src/docker/info.ts'
import { commonFolder } from '../../src/host/common-folder.ts'
import { renderBecause } from '../../src/load/because.ts'
import { toHelperRequest, toMounts } from '../../src/load/helper-request.ts'
import { planMethod } from '../../src/load/plan-method.ts'

const engine: Engine = {
  version: '28.5.2',
  driver: 'overlay2',
  driverStatus: { 'Native Overlay Diff': 'true', 'Using metacopy': 'false' },
  dataRoot: '/var/lib/docker',
  cores: 4,
  memoryBytes: 16e9,
  securityOptions: ['name=seccomp,profile=builtin'],
  operatingSystem: 'Debian',
  cgroupVersion: '2',
  containerd: { address: '/run/containerd/containerd.sock', namespace: 'moby' },
  hasContainerdStore: false,
}

const node: ContainerNode = {
  name: 'kind-worker',
  role: 'worker',
  containerId: 'c',
  imageId: 'sha256:1',
  pid: 7,
  mounts: [{ destination: '/var', source: '/var/lib/docker/volumes/v/_data' }],
  provider: 'kind',
  userland: 'gnu',
  containerd: { namespace: 'k8s.io', root: '/var/lib/containerd', snapshotter: 'overlayfs' },
}

const containerdStore: Partial<Engine> = { hasContainerdStore: true, driver: 'overlayfs' }

test.each<[string, Partial<Engine>]>([
  ['overlay2', {}],
  ['the containerd store', containerdStore],
])('%s has folders to give', (_name, change) => {
  expect(planMethod({ ...engine, ...change }, node, 'auto', true)).toEqual({
    kind: 'direct',
    wanted: 'auto',
  })
  expect(planMethod({ ...engine, ...change }, node, 'copy', true)).toEqual({
    kind: 'direct',
    wanted: 'copy',
  })
})

const gates: readonly [string, Partial<Engine>, Partial<ContainerNode>, RegExp][] = [
  ['vfs', { driver: 'vfs' }, {}, /storage driver is vfs/],
  ['fuse-overlayfs', { driver: 'fuse-overlayfs' }, {}, /storage driver is fuse-overlayfs/],
  ['another snapshotter', { ...containerdStore, driver: 'native' }, {}, /snapshotter is native/],
  ['a hidden containerd', { ...containerdStore, containerd: undefined }, {}, /does not say where/],
  ['a rootless daemon', { securityOptions: ['name=seccomp', 'name=rootless'] }, {}, /rootless/],
  ['remapped users', { securityOptions: ['name=userns'] }, {}, /remaps/],
  ['redirects', { driverStatus: { 'Native Overlay Diff': 'false' } }, {}, /redirects/],
  ['metacopy', { driverStatus: { 'Using metacopy': 'true' } }, {}, /metadata/],
  ["k3d's node", {}, { provider: 'k3d', userland: 'busybox' }, /BusyBox/],
  [
    "the node's snapshotter",
    {},
    { containerd: { ...node.containerd, snapshotter: 'native' } },
    /its snapshotter is native/,
  ],
]

test.each(gates)('%s: streamed, with the reason', (_name, engineChange, nodeChange, because) => {
  const choice = planMethod(
    { ...engine, ...engineChange },
    { ...node, ...nodeChange },
    'auto',
    true,
  )
  if (choice.kind === 'direct') throw new Error('no gate')
  expect(choice.kind).toBe('stream')
  expect(renderBecause(choice.because)).toMatch(because)
})

test.each(gates)(
  '%s: an error that names the gate, when links are insisted on',
  (_name, engineChange, nodeChange, because) => {
    const plan = () =>
      planMethod({ ...engine, ...engineChange }, { ...node, ...nodeChange }, 'link', true)
    expect(plan).toThrow(/^load-mode: link cannot work with kind-worker: /)
    expect(plan).toThrow(because)
  },
)

test('stream and kind can be asked for anywhere', () => {
  expect(planMethod(engine, node, 'stream', true)).toEqual({
    kind: 'stream',
    because: { kind: 'load-mode', mode: 'stream' },
  })
  expect(planMethod(engine, node, 'kind', true)).toEqual({
    kind: 'kind',
    because: { kind: 'load-mode', mode: 'kind' },
  })
})

test('the innermost mount says where a folder of the node is', () => {
  expect(toHostPath(node, snapshotsOf(node))).toBe(
    '/var/lib/docker/volumes/v/_data/lib/containerd/io.containerd.snapshotter.v1.overlayfs',
  )
  const mounts = [...node.mounts, { destination: '/var/lib/containerd', source: '/data/c' }]
  expect(toHostPath({ ...node, mounts }, snapshotsOf(node))).toBe(
    '/data/c/io.containerd.snapshotter.v1.overlayfs',
  )
  const lookalike = [{ destination: '/var/lib/cont', source: '/x' }]
  expect(toHostPath({ ...node, mounts: lookalike }, snapshotsOf(node))).toBeUndefined()
})

test.each([
  [['/a/b', '/a/b/c'], '/a/b'],
  [['/a/bc', '/a/b'], '/a'],
  [['/a', '/b'], '/'],
  [['/a/b'], '/a/b'],
])('the folder that holds %j is %s', (paths, expected) => {
  expect(commonFolder(paths)).toBe(expected)
})

const image = {
  references: [{ given: 'a:1', canonical: 'docker.io/library/a:1' }],
  digestNames: [`docker.io/library/a@sha256:${'9'.repeat(64)}`],
  id: `sha256:${'1'.repeat(64)}`,
  sizeBytes: 1,
  architecture: 'amd64',
  layers: [{ diffId: 'sha256:d', chainId: 'sha256:d', folder: '/var/lib/docker/overlay2/x/diff' }],
}

const orderOf = (change: Partial<Engine>): readonly string[] => {
  const changed = { ...engine, ...change }
  const mounts = toMounts(changed, image, [node])
  if (typeof mounts === 'string') throw new Error(mounts)
  const lines = toHelperRequest(changed, image, [node], 'auto', 'r', 5_000, mounts)
  return [`MOUNT ${mounts.mountedFolder}`, ...lines.trimEnd().split('\n')]
}

test('the order of an overlay2 image mounts the data root and names folders', () => {
  expect(orderOf({})).toMatchInlineSnapshot(`
    [
      "MOUNT /var/lib/docker",
      "run	r",
      "deadline	5",
      "method	auto",
      "mount	/var/lib/docker	/slipway",
      "name	docker.io/library/a:1",
      "name	docker.io/library/a:sha-111111111111",
      "node	kind-worker	7	/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs	/var/lib/docker/volumes/v/_data/lib/containerd/io.containerd.snapshotter.v1.overlayfs",
      "overlay2	/var/lib/docker/image/overlay2/imagedb/content/sha256/1111111111111111111111111111111111111111111111111111111111111111	sha256:1111111111111111111111111111111111111111111111111111111111111111",
      "layer	sha256:d	sha256:d	/var/lib/docker/overlay2/x/diff",
      "go",
    ]
  `)
})

test("the order of a containerd store's image names the containerd, and keeps digests", () => {
  expect(orderOf(containerdStore)).toMatchInlineSnapshot(`
    [
      "MOUNT /var/lib",
      "run	r",
      "deadline	5",
      "method	auto",
      "mount	/var/lib	/slipway",
      "name	docker.io/library/a:1",
      "name	docker.io/library/a:sha-111111111111",
      "name	docker.io/library/a@sha256:9999999999999999999999999999999999999999999999999999999999999999",
      "node	kind-worker	7	/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs	/var/lib/docker/volumes/v/_data/lib/containerd/io.containerd.snapshotter.v1.overlayfs",
      "containerd	/run/containerd/containerd.sock	moby	sha256:1111111111111111111111111111111111111111111111111111111111111111	amd64",
      "layer	sha256:d	sha256:d",
      "go",
    ]
  `)
})

const machine: MachineNode = {
  ...{ name: 'runner', role: 'machine', userland: 'gnu', provider: 'containerd' },
  ...{ address: '/run/containerd/containerd.sock', version: '2.1.9' },
  ...{ containerd: node.containerd, startedBy: [], env: {} },
}

test('a machine sees all folders where they are', () => {
  expect(planMethod(engine, machine, 'auto', true)).toEqual({ kind: 'direct', wanted: 'auto' })
  const mounts = toMounts(engine, image, [machine])
  if (typeof mounts === 'string') throw new Error(mounts)
  const lines = toHelperRequest(engine, image, [machine], 'auto', 'r', 5_000, mounts)
  const snapshots = '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs'
  expect(lines.split('\n')).toEqual(
    expect.arrayContaining(['mount\t/', `node\trunner\tself\t${snapshots}\t${snapshots}`]),
  )
})

test.each([
  ['Docker elsewhere', machine, false, /another machine/],
  ['a user who may not write', { ...machine, userland: 'busybox' } as const, true, /only root/],
])('a machine with %s: streamed', (_, one, isLocal, because) => {
  const choice = planMethod(engine, one, 'auto', isLocal)
  if (choice.kind === 'direct') throw new Error('no gate')
  expect(renderBecause(choice.because)).toMatch(because)
})

test('a store without folders is said to be one', () => {
  const bare = { ...image, layers: image.layers.map((layer) => ({ ...layer, folder: undefined })) }
  expect(toMounts(engine, bare, [node])).toMatch(/does not say where/)
})

test.each(['k3d', 'minikube'] as const)('kind loads into no node of %s', (provider) => {
  expect(() => planMethod(engine, { ...node, provider }, 'kind', true)).toThrow(
    `${provider} made it`,
  )
})
