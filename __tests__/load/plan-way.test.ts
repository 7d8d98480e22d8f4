import { expect, test } from 'vitest'
import type { Engine, KindNode } from '../../src/facts/facts.ts'
import { commonFolder } from '../../src/load/order.ts'
import { planNodeWay, planWay, snapshotterRoot, toHostPath } from '../../src/load/plan-way.ts'

const engine: Engine = {
  version: '28.5.2',
  driver: 'overlay2',
  driverStatus: { 'Native Overlay Diff': 'true', 'Using metacopy': 'false' },
  dataRoot: '/var/lib/docker',
  securityOptions: ['name=seccomp,profile=builtin'],
  operatingSystem: 'Debian',
}

const node: KindNode = {
  name: 'kind-worker',
  role: 'worker',
  containerId: 'c',
  imageId: 'sha256:1',
  pid: 7,
  mounts: [{ destination: '/var', source: '/var/lib/docker/volumes/v/_data' }],
  snapshotter: 'overlayfs',
}

test('overlay2 can be linked', () => {
  expect(planWay(engine)).toEqual({ way: 'link', because: undefined })
})

test.each<[string, Partial<Engine>, RegExp]>([
  [
    'the containerd store',
    { driver: 'overlayfs', driverStatus: { 'driver-type': 'io.containerd.snapshotter.v1' } },
    /containerd image store/,
  ],
  ['vfs', { driver: 'vfs' }, /vfs/],
  ['a rootless daemon', { securityOptions: ['name=seccomp', 'name=rootless'] }, /rootless/],
  ['remapped users', { securityOptions: ['name=userns'] }, /remaps/],
  ['redirects', { driverStatus: { 'Native Overlay Diff': 'false' } }, /redirects/],
  ['metacopy', { driverStatus: { 'Using metacopy': 'true' } }, /metadata/],
])('%s would be wrong to link', (_name, change, because) => {
  const choice = planWay({ ...engine, ...change })
  expect(choice.way).toBe('stream')
  expect(choice.because).toMatch(because)
})

test('a node that keeps its snapshots elsewhere cannot take links', () => {
  expect(planNodeWay(node, planWay(engine)).way).toBe('link')
  const native = planNodeWay({ ...node, snapshotter: 'native' }, planWay(engine))
  expect(native).toEqual({ way: 'stream', because: 'its snapshotter is native' })
  expect(planNodeWay({ ...node, mounts: [] }, planWay(engine)).way).toBe('stream')
})

test('the innermost mount says where a folder of the node is', () => {
  expect(toHostPath(node, snapshotterRoot)).toBe(
    '/var/lib/docker/volumes/v/_data/lib/containerd/io.containerd.snapshotter.v1.overlayfs',
  )
  const mounts = [...node.mounts, { destination: '/var/lib/containerd', source: '/data/c' }]
  expect(toHostPath({ ...node, mounts }, snapshotterRoot)).toBe(
    '/data/c/io.containerd.snapshotter.v1.overlayfs',
  )
  const lookalike = [{ destination: '/var/lib/cont', source: '/x' }]
  expect(toHostPath({ ...node, mounts: lookalike }, snapshotterRoot)).toBeUndefined()
})

test.each([
  [['/a/b', '/a/b/c'], '/a/b'],
  [['/a/bc', '/a/b'], '/a'],
  [['/a', '/b'], '/'],
  [['/a/b'], '/a/b'],
])('the folder that holds %j is %s', (paths, expected) => {
  expect(commonFolder(paths)).toBe(expected)
})
