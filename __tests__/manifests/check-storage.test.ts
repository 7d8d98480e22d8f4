import { describe, expect, test } from 'vitest'
import type { NodeCapacity } from '../../src/cluster/capacity.ts'
import { checkStorage } from '../../src/manifests/check-storage.ts'
import type { Claim, Workload } from '../../src/manifests/workload.ts'
import { workloadOf } from '../support/manifests.ts'

const capacity = (node: string, freeBytes: number | undefined, device = '1'): NodeCapacity => ({
  node,
  role: node.includes('worker') ? 'worker' : 'control-plane',
  isTainted: !node.includes('worker'),
  bounds: { memory: [], cpu: [] },
  disk:
    freeBytes === undefined
      ? undefined
      : { device, totalBytes: 100e9, freeBytes, totalInodes: 0, freeInodes: 0 },
  kubernetesMinor: undefined,
  kubelet: undefined,
})

const amounts = (storage: number | undefined) => ({ memory: undefined, cpu: undefined, storage })
const asks = (storage: number | undefined) => ({ requests: amounts(storage) })
const volumes = (emptyDirs: number, claims: number) => ({ volumes: { emptyDirs, claims } })
const claim = (bytes: number, change: Partial<Claim> = {}): Claim => ({
  file: 'k8s/data.yaml',
  namespace: undefined,
  name: 'data',
  bytes,
  volumeName: undefined,
  line: 3,
  ...change,
})

const check = (
  { workloads = [], claims = [] }: { workloads?: readonly Workload[]; claims?: readonly Claim[] },
  ...capacities: readonly NodeCapacity[]
): readonly string[] =>
  checkStorage({ workloads, claims }, capacities).map(({ message }) => message)

describe('one disk', () => {
  const control = capacity('kind-control-plane', 20e9)

  test('more than is free is told with numbers, at what asks for most', () => {
    const workloads = [
      workloadOf([asks(1e9)], { pods: 2 }),
      workloadOf([{ line: 12 }], { file: 'k8s/db.yaml', name: 'db', pods: 3, ...volumes(0, 5e9) }),
    ]
    expect(checkStorage({ workloads, claims: [claim(4e9)] }, [control])).toEqual([
      {
        location: { file: 'k8s/db.yaml', line: 12 },
        message:
          "The pods and claims of k8s/db.yaml and 2 other files may write 21 GB to disk (2.0 GB of ephemeral storage, 19 GB of volumes); the disk of kind-control-plane has 20 GB of 100 GB free. Kubernetes compares requests with the disk's size, not with its free space, and does not count kind's volumes at all. So it starts all pods, and writing fails for every pod (no space left on device) once the disk is full. Request less, or free disk space first.",
      },
    ])
  })

  test('a claim alone is told at its line, and what just fits is not', () => {
    expect(checkStorage({ workloads: [], claims: [claim(20e9)] }, [control])).toEqual([])
    const [warning] = checkStorage({ workloads: [], claims: [claim(20.1e9)] }, [control])
    expect(warning?.location).toEqual({ file: 'k8s/data.yaml', line: 3 })
  })

  test('emptyDirs are part of what a pod requests, not added to it', () => {
    const pod = (requested: number, emptyDirs: number) => ({
      workloads: [workloadOf([asks(requested)], volumes(emptyDirs, 0))],
    })
    expect(check(pod(12e9, 12e9), control)).toEqual([])
    expect(check(pod(21e9, 1e9), control)).toHaveLength(1)
    expect(check(pod(1e9, 21e9), control)).toEqual([
      expect.stringContaining('21 GB to disk (21 GB of ephemeral storage)'),
    ])
  })

  test('requests above the size of the disk stay Pending, and volumes never do', () => {
    expect(check({ workloads: [workloadOf([asks(51e9)], { pods: 2 })] }, control)).toEqual([
      expect.stringContaining('Some stay Pending (Insufficient ephemeral-storage). Request less.'),
    ])
    const large = { workloads: [workloadOf([{}], volumes(51e9, 51e9))], claims: [claim(500e9)] }
    expect(check(large, control)).toEqual([expect.stringContaining('starts all pods')])
  })

  test('a CronJob counts by itself, twins once, and what does not run not at all', () => {
    const job = workloadOf([asks(15e9)], { kind: 'CronJob', name: 'job' })
    expect(check({ workloads: [job], claims: [claim(15e9), claim(15e9)] }, control)).toEqual([])
    expect(
      check({ claims: [claim(15e9), claim(15e9, { namespace: 'other' })] }, control),
    ).toHaveLength(1)
    expect(check({ workloads: [workloadOf([asks(90e9)], { pods: 0 })] }, control)).toEqual([])
    const larger = workloadOf([asks(21e9)], { kind: 'CronJob', name: 'job' })
    expect(check({ workloads: [larger] }, control)).toEqual([
      expect.stringMatching(/^A pod of the CronJob job may write 21 GB to disk/),
    ])
  })

  test('a limit above what is free is told at its container, unless the sum has', () => {
    const limits = amounts(30e9)
    const ml = workloadOf([{ name: 'ml', limits, ...asks(1e9), line: 9 }])
    expect(checkStorage({ workloads: [ml], claims: [] }, [control])).toEqual([
      {
        location: { file: 'k8s/api.yaml', line: 9 },
        message:
          'The container ml may write 30 GB to disk (30 GB of ephemeral storage) before it reaches its limit; the disk of kind-control-plane has 20 GB of 100 GB free. Once that is full, writing fails for all pods there (no space left on device). Lower the limit, or free disk space first.',
      },
    ])
    expect(check({ workloads: [workloadOf([{ limits, ...asks(30e9) }])] }, control)).toEqual([
      expect.stringMatching(/^The pods and claims of/),
    ])
  })

  test('nodes that share it have it once', () => {
    const capacities = [control, capacity('kind-worker', 20e9), capacity('kind-worker2', 20e9)]
    const daemons = (bytes: number) => ({
      workloads: [workloadOf([asks(bytes)], { kind: 'DaemonSet', pods: 'per-node' })],
    })
    expect(check(daemons(10e9), ...capacities)).toEqual([])
    expect(check(daemons(11e9), ...capacities)).toEqual([
      expect.stringContaining('the disk of kind-worker and kind-worker2 has 20 GB of 100 GB free'),
    ])
    // Each of the two says that it has 100 GB.
    expect(check(daemons(99e9), ...capacities)).toEqual([
      expect.stringContaining('starts all pods'),
    ])
  })
})

describe('several disks', () => {
  const capacities = [
    capacity('kind-control-plane', 500e9, '1'),
    capacity('kind-worker', 5e9, '2'),
    capacity('kind-worker2', 10e9, '3'),
  ]
  const pods = (storage: number, count: number) => ({
    workloads: [workloadOf([asks(storage)], { pods: count })],
  })

  test('those of the nodes that take pods are summed up', () => {
    expect(check(pods(5e9, 3), ...capacities)).toEqual([])
    expect(check(pods(5e9, 4), ...capacities)).toEqual([
      expect.stringContaining(
        'the disks of kind-worker and kind-worker2 have 15 GB of 200 GB free',
      ),
    ])
  })

  test('a pod that fits on none is told by itself', () => {
    expect(check(pods(11e9, 1), ...capacities)).toEqual([
      expect.stringMatching(
        /^A pod of the Deployment api may write 11 GB .*; the disk of kind-worker2 has 10 GB/,
      ),
    ])
  })

  test('one that nobody could see may have the room', () => {
    expect(check(pods(50e9, 9), ...capacities, capacity('kind-worker3', undefined))).toEqual([])
    expect(check(pods(50e9, 9))).toEqual([])
  })
})
