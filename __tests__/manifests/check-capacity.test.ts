import { describe, expect, test } from 'vitest'
import type { NodeCapacity } from '../../src/cluster/capacity.ts'
import type { Bound } from '../../src/cluster/cgroups.ts'
import { checkCapacity } from '../../src/manifests/check-capacity.ts'
import { parseManifest } from '../../src/manifests/parse-manifest.ts'
import type { Workload } from '../../src/manifests/workload.ts'
import { workloadOf } from '../support/manifests.ts'

const engine = { memoryBytes: 16e9, cores: 4 }

const all = (amount: number): Bound => ({
  what: 'the whole machine',
  amount,
  isShared: true,
})
const own = (amount: number): Bound => ({ what: 'limit of its container', amount, isShared: false })

const capacity = (
  node: string,
  limits: { readonly memory?: number; readonly cpu?: number } = {},
): NodeCapacity => ({
  node,
  role: node.includes('worker') ? 'worker' : 'control-plane',
  isTainted: !node.includes('worker'),
  bounds: {
    memory: [...(limits.memory ? [own(limits.memory)] : []), all(engine.memoryBytes)],
    cpu: [...(limits.cpu ? [own(limits.cpu)] : []), all(engine.cores)],
  },
  disk: undefined,
  kubernetesMinor: undefined,
  kubelet: undefined,
})

const asks = (memory: number | undefined, cpu?: number) => ({
  requests: { memory, cpu, storage: undefined },
})

const check = (
  workloads: readonly Workload[],
  ...capacities: readonly NodeCapacity[]
): readonly string[] => checkCapacity(workloads, capacities, engine).map(({ message }) => message)

describe('one node', () => {
  const limited = capacity('kind-control-plane', { memory: 4e9, cpu: 2 })

  test('more memory than its container may use is told with numbers, and what comes of it', () => {
    const workloads = [
      workloadOf([{ ...asks(2e9), line: 12 }], { pods: 3 }),
      workloadOf([asks(1e8)], { file: 'k8s/db.yaml', name: 'db' }),
    ]
    expect(checkCapacity(workloads, [limited], engine)).toEqual([
      {
        location: { file: 'k8s/api.yaml', line: 12 },
        message:
          "The pods of k8s/api.yaml and k8s/db.yaml request 6.1 GB of memory, and Kubernetes' own pods request about 300 MB of memory; the node kind-control-plane has 4.0 GB of memory (limit of its container). Kubernetes believes that each node has 16 GB and starts them all. Then the kernel kills one (OOM) when the memory is used up. Lower the requests or the replicas, or give the nodes more.",
      },
    ])
  })

  test('more than the machine has stays Pending', () => {
    const [message] = check([workloadOf([asks(6e9)], { pods: 3 })], capacity('kind-control-plane'))
    expect(message).toContain('request 18 GB')
    expect(message).toContain(
      'has 16 GB of memory (the whole machine). Some stay Pending (Insufficient memory).',
    )
  })

  test("what fits together with Kubernetes' own is nothing to tell", () => {
    expect(check([workloadOf([asks(3.7e9)])], limited)).toEqual([])
    expect(check([workloadOf([asks(3.701e9)])], limited)).toHaveLength(1)
    expect(
      check([workloadOf([asks(undefined)])], capacity('kind-control-plane', { memory: 1e8 })),
    ).toEqual([])
  })

  test('CPUs are summed up exactly', () => {
    const tenths = (count: number) => [workloadOf([asks(undefined, 0.1)], { pods: count })]
    expect(check(tenths(10), limited)).toEqual([])
    // 2.15 in all, which a computer sums up to a little more.
    expect(check(tenths(12), capacity('kind-control-plane', { cpu: 2.15 }))).toEqual([])
    expect(check(tenths(11), limited)).toEqual([
      expect.stringMatching(
        /request 1\.1 CPUs, .* about 0\.95 CPUs; .* has 2 CPUs \(limit of its container\)\. .* slow/,
      ),
    ])
    expect(check(tenths(31), capacity('kind-control-plane'))).toEqual([
      expect.stringContaining('Some stay Pending (Insufficient cpu)'),
    ])
  })

  test.each([
    ['its request comes before its containers', 'requests: { memory: 5e9 }', '1e9', '5.0 GB'],
    ['its limit is asked for where they ask for nothing', 'limits: { memory: 5e9 }', '', '5.0 GB'],
    ['its limit is not where they ask for something', 'limits: { memory: 5e9 }', '1e9', undefined],
  ])('of a pod as a whole %s', (_what, whole, ofContainer, told) => {
    const { workloads } = parseManifest(
      `kind: Pod\nspec:\n  resources: { ${whole} }\n  containers:\n    - { image: a:1, resources: { requests: { memory: ${ofContainer} } } }\n`,
      'k8s/pod.yaml',
    )
    const expected = [expect.stringContaining(`k8s/pod.yaml request ${told} of memory`)]
    expect(check(workloads, limited)).toEqual(told === undefined ? [] : expected)
  })

  test('init containers count by the largest, sidecars with all, others together', () => {
    const pod = workloadOf([
      { role: 'init', ...asks(3.5e9) },
      { role: 'sidecar', ...asks(1e9) },
      { role: 'init', ...asks(2.6e9) },
      asks(1e9),
      asks(1e9),
    ])
    // 3.5 before the sidecar is there, 3.6 beside it, 3.0 in the end.
    expect(check([pod], capacity('kind-control-plane', { memory: 3.9e9 }))).toEqual([])
    expect(check([pod], capacity('kind-control-plane', { memory: 3.8e9 }))).toEqual([
      expect.stringContaining('request 3.6 GB'),
    ])
  })

  test('of one generateName each object runs its own pods', () => {
    const job = (name: string) => workloadOf([asks(2.5e9)], { kind: 'Job', name })
    expect(check([job('j-'), job('j-')], limited)).toHaveLength(1)
    expect(check([job('j'), job('j')], limited)).toEqual([])
    const text =
      'kind: Job\nmetadata: { generateName: j }\nspec: { template: { spec: { containers: [{ image: "a:1" }] } } }\n'
    expect(parseManifest(text, 'a.yaml').workloads.map(({ name }) => name)).toEqual(['j-'])
  })

  test('pods of a CronJob are not there when others start, and twins are one', () => {
    const large = [asks(3e9)]
    expect(check([workloadOf(large), workloadOf(large, { kind: 'CronJob' })], limited)).toEqual([])
    expect(check([workloadOf([asks(4e9)], { kind: 'CronJob' })], limited)).toEqual([
      expect.stringMatching(
        /^A pod of the CronJob api requests 4\.0 GB .*\(limit of its container\)\. K/,
      ),
    ])
    expect(check([workloadOf([asks(4e9)], { pods: 0 })], limited)).toEqual([])
    expect(check([workloadOf(large), workloadOf(large)], limited)).toEqual([])
    expect(check([workloadOf(large), workloadOf(large, { namespace: 'b' })], limited)).toHaveLength(
      1,
    )
  })

  test('many files are counted', () => {
    const workloads = ['a', 'b', 'c'].map((name) =>
      workloadOf([asks(2e9)], { name, file: `${name}.yaml` }),
    )
    expect(check(workloads, limited)).toEqual([
      expect.stringMatching(/^The pods of a\.yaml and 2 other files request 6\.0 GB/),
    ])
  })

  test('a limit that the node comes before is told at its container', () => {
    const limits = { memory: 8e9, cpu: 64, storage: undefined }
    const warnings = checkCapacity(
      [workloadOf([{ name: 'ml', limits, line: 3 }])],
      [limited],
      engine,
    )
    expect(warnings).toEqual([
      {
        location: { file: 'k8s/api.yaml', line: 3 },
        message: expect.stringMatching(
          /^The container ml has a limit of 8\.0 GB of memory; the node kind-control-plane has 4\.0 GB/,
        ),
      },
    ])
    // Where the limit is the request, the sum has told it.
    expect(check([workloadOf([{ ...asks(8e9), limits }])], limited)).toHaveLength(1)
  })
})

describe('several nodes', () => {
  const control = capacity('kind-control-plane')

  test('a pod that no worker has room for is told, at its line', () => {
    const workers = [
      capacity('kind-worker', { memory: 2e9 }),
      capacity('kind-worker2', { memory: 3e9 }),
    ]
    const workloads = [workloadOf([asks(2.5e9)]), workloadOf([asks(2.96e9)], { name: 'ml' })]
    expect(check(workloads, control, ...workers)).toEqual([
      expect.stringMatching(
        /^A pod of the Deployment ml requests 3\.0 GB of memory, .* about 50 MB .*the node kind-worker2 has 3\.0 GB of memory \(limit of its container\), and no node has more\. Kubernetes believes/,
      ),
    ])
  })

  test('limits of the workers are summed up', () => {
    const workers = [
      capacity('kind-worker', { memory: 2e9 }),
      capacity('kind-worker2', { memory: 3e9 }),
    ]
    const pods = (count: number) => [workloadOf([asks(1e9)], { pods: count })]
    expect(check(pods(4), control, ...workers)).toEqual([])
    expect(check(pods(5), control, ...workers)).toEqual([
      expect.stringContaining(
        'kind-worker and kind-worker2 have 5.0 GB of memory together. Kubernetes believes',
      ),
    ])
  })

  test('what the machine has is there once, though every node believes in all of it', () => {
    const workers = [capacity('kind-worker'), capacity('kind-worker2')]
    const pods = (count: number) => [workloadOf([asks(1e9)], { pods: count })]
    expect(check(pods(15), control, ...workers)).toEqual([])
    expect(check(pods(16), control, ...workers)).toEqual([
      expect.stringMatching(
        /request 16 GB of memory, .* about 400 MB of memory; all nodes share 16 GB of memory \(the whole machine\)\. Kubernetes believes that each node has 16 GB/,
      ),
    ])
    expect(check(pods(32), control, ...workers)).toEqual([
      expect.stringContaining('Some stay Pending'),
    ])
  })

  test("one worker is told of by its name, and its own limit is nobody else's", () => {
    const worker = capacity('kind-worker', { memory: 4e9 })
    const above: Bound = { what: 'limit of the cgroup /a', amount: 2e9, isShared: true }
    const apart = { ...control, bounds: { ...control.bounds, memory: [above, all(16e9)] } }
    const pods = (count: number) => [workloadOf([asks(1e9)], { pods: count })]
    expect(check(pods(3), apart, worker)).toEqual([])
    expect(check(pods(4), apart, worker)).toEqual([
      expect.stringContaining('the node kind-worker has 4.0 GB of memory (limit of its container)'),
    ])
  })

  test('a DaemonSet has a pod in each worker', () => {
    const workers = [
      capacity('kind-worker', { memory: 2e9 }),
      capacity('kind-worker2', { memory: 2e9 }),
    ]
    const daemons = workloadOf([asks(1e9)], { kind: 'DaemonSet', pods: 'per-node' })
    expect(check([daemons], control, ...workers)).toEqual([])
    const rest = workloadOf([asks(1e9)], { pods: 2 })
    expect(check([daemons, rest], control, ...workers)).toEqual([expect.stringContaining('4.0 GB')])
  })

  test('pods that ask for nothing have room in the smallest node', () => {
    expect(check([workloadOf([{}])], control, capacity('kind-worker', { memory: 1e7 }))).toEqual([])
  })

  test("minikube's control plane takes pods beside a worker's", () => {
    const first = { ...capacity('mini', { memory: 6e9 }), isTainted: false }
    const workers = [capacity('mini-worker', { memory: 2e9 })]
    expect(check([workloadOf([asks(4e9)])], first, ...workers)).toEqual([])
  })

  test('control planes alone take pods', () => {
    expect(check([workloadOf([asks(1e9)])], control, capacity('kind-control-plane2'))).toEqual([])
  })
})

test('without nodes that were looked at, nothing is said', () => {
  expect(check([workloadOf([asks(1e15)])])).toEqual([])
})
