import { expect, test } from 'vitest'
import type { NodeCapacity } from '../../src/cluster/capacity.ts'
import { checkDisks } from '../../src/manifests/check-disk.ts'

const usual = {
  evicts: { 'nodefs.available': '10%', 'imagefs.available': '15%', 'nodefs.inodesFree': '5%' },
  collectsAbove: 85,
}
/** What kind writes. */
const kinds = {
  evicts: { 'nodefs.available': '0%', 'imagefs.available': '0%', 'nodefs.inodesFree': '0%' },
  collectsAbove: 100,
}

const capacity = (
  disk: Partial<NonNullable<NodeCapacity['disk']>>,
  kubelet: NodeCapacity['kubelet'],
  node = 'kind-worker',
): NodeCapacity => ({
  node,
  role: 'worker',
  isTainted: false,
  bounds: { memory: [], cpu: [] },
  disk: {
    device: '1',
    totalBytes: 100e9,
    freeBytes: 50e9,
    totalInodes: 1000,
    freeInodes: 500,
    ...disk,
  },
  kubernetesMinor: undefined,
  kubelet,
})

const check = (...capacities: readonly NodeCapacity[]): readonly string[] =>
  checkDisks(capacities).map(({ message }) => message)

test('eviction is told with numbers, once for nodes that share a disk', () => {
  const capacities = ['kind-worker', 'kind-worker2'].map((name) =>
    capacity({ freeBytes: 14e9 }, usual, name),
  )
  expect(check(...capacities)).toEqual([
    'The disk of kind-worker and kind-worker2 has 14 GB of 100 GB free (14 %). The kubelet evicts pods below 15 GB. Free disk space first.',
  ])
})

test('an amount is a threshold as well', () => {
  const kubelet = { ...kinds, evicts: { 'nodefs.available': '20Gi' } }
  expect(check(capacity({ freeBytes: 21e9 }, kubelet))).toEqual([
    expect.stringContaining('below 21 GB'),
  ])
  expect(check(capacity({ freeBytes: 22e9 }, kubelet))).toEqual([])
})

test('images that kubelet removes are told', () => {
  const kubelet = { ...kinds, collectsAbove: 85 }
  expect(check(capacity({ freeBytes: 15e9 }, kubelet))).toEqual([
    expect.stringContaining(
      'Above 85 % use, the kubelet removes images that no pod runs, also freshly loaded ones',
    ),
  ])
  expect(check(capacity({ freeBytes: 15.1e9 }, kubelet))).toEqual([])
})

test('few inodes are told, also where kubelet would not mind', () => {
  expect(check(capacity({ freeInodes: 49 }, kinds))).toEqual([
    'The disk of kind-worker has 49 of 1000 inodes free (5 %). Images consist of many files. Delete folders with many small files.',
  ])
  expect(check(capacity({ freeInodes: 49 }, usual))).toEqual([
    expect.stringContaining('The kubelet evicts pods there.'),
  ])
  expect(check(capacity({ freeInodes: 0, totalInodes: 0 }, usual))).toEqual([])
})

test('few bytes are told, also where kubelet does not mind, as in a node as kind makes it', () => {
  const few =
    'The disk of kind-worker has 999 MB of 100 GB free (1 %). Images, logs and pods write there, and fail with `no space left on device` once it is full. Free disk space first.'
  for (const kubelet of [kinds, undefined]) {
    expect(check(capacity({ freeBytes: 999e6 }, kubelet))).toEqual([few])
    expect(check(capacity({ freeBytes: 1e9 }, kubelet))).toEqual([])
  }
  // A gigabyte would be much of a small disk.
  const small = { totalBytes: 4e9 }
  expect(check(capacity({ ...small, freeBytes: 0.2e9 }, kinds))).toEqual([])
  expect(check(capacity({ ...small, freeBytes: 0.199e9 }, kinds))).toEqual([
    expect.stringContaining('has 199 MB of 4.0 GB free (5 %)'),
  ])
})

test('what kubelet does is told alone, and a disk that nobody could see is not', () => {
  expect(check(capacity({ freeBytes: 1e6 }, usual))).toEqual([
    expect.stringContaining('The kubelet evicts'),
  ])
  expect(check({ ...capacity({}, usual), disk: undefined })).toEqual([])
})
