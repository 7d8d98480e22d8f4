import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  type CapacitySources,
  findTightest,
  readCapacityScript,
  toNodeCapacity,
} from '../../src/cluster/capacity.ts'
import {
  findBoundsAbove,
  parseCpuLimit,
  parseMemoryLimit,
  toAbove,
} from '../../src/cluster/cgroups.ts'

const id = 'b9c21e5b16312efb55f34e04b9ea5356da8a3044a34e7bcc79ffced5cb59fd89'

/** Printed by in-node/capacity.sh in nodes of either version. */
const printedOnOne = `cores 2
memory-around 9223372036854771712
cpu -1 100000
disk 65024 4096 66059520 11796480 16777216 15226383
`
const printedOnTwo = `cores 4
memory max
cpu max 100000
disk 2049 4096 38000000 20000000 19000000 17000000
kubelet
evictionHard:
  imagefs.available: 0%
  nodefs.available: "0%"
  nodefs.inodesFree: 0%
imageGCHighThresholdPercent: 100
`

const see = (change: Partial<CapacitySources> = {}) =>
  toNodeCapacity({
    engine: { memoryBytes: 16e9, cores: 4 },
    node: { name: 'kind-worker', role: 'worker', provider: 'kind' },
    inspected: {
      HostConfig: { Memory: 0, NanoCpus: 0, CpuQuota: 0, CpuPeriod: 0, CpusetCpus: '' },
    },
    printed: printedOnTwo,
    above: { memory: [], cpu: [] },
    isLocalDaemon: true,
    ...change,
  })

const tightest = (change: Partial<CapacitySources>) => {
  const { memory, cpu } = see(change).bounds
  return [memory, cpu].map((bounds) => {
    const found = findTightest(bounds)
    return [found?.amount, found?.what, found?.isShared]
  })
}

const everything = 'the whole machine'

test.each([
  ['kind', 'control-plane', true],
  ['kind', 'worker', false],
  ['minikube', 'control-plane', false],
  ['k3d', 'server', false],
] as const)('of %s, a node as %s keeps pods away: %s', (provider, role, expected) => {
  expect(see({ node: { name: 'n', role, provider } }).isTainted).toBe(expected)
})

describe('which layer is the tightest', () => {
  test('without limits it is the machine', () => {
    expect(tightest({})).toEqual([
      [16e9, everything, true],
      [4, everything, true],
    ])
    expect(tightest({ printed: printedOnOne.replace('cores 2', 'cores 4') })).toEqual([
      [16e9, everything, true],
      [4, everything, true],
    ])
    expect(tightest({ printed: '' })).toEqual(tightest({}))
  })

  test("its container's limit, which the cgroup shows rounded to pages", () => {
    const inspected = { HostConfig: { Memory: 4e9, NanoCpus: 1_500_000_000 } }
    const printed = printedOnOne
      .replace('9223372036854771712', '3999997952')
      .replace('-1 100000', '150000 100000')
    const expected = [
      [4e9, 'limit of its container', false],
      [1.5, 'limit of its container', false],
    ]
    expect(tightest({ inspected, printed })).toEqual(expected)
    const onTwo = printedOnTwo
      .replace('memory max', 'memory 3999997952')
      .replace('cpu max', 'cpu 150000')
    expect(tightest({ inspected, printed: onTwo })).toEqual(expected)
    expect(tightest({ inspected: { HostConfig: { CpuQuota: 50_000 } } })[1]?.[0]).toBe(0.5)
    const halves = { HostConfig: { CpuQuota: 50_000, CpuPeriod: 200_000 } }
    expect(tightest({ inspected: halves })[1]?.[0]).toBe(0.25)
  })

  test('a cgroup that Docker does not know of', () => {
    const inspected = { HostConfig: { Memory: 8e9 } }
    const onTwo = printedOnTwo.replace('memory max', 'memory 3000000000')
    expect(tightest({ inspected, printed: onTwo })[0]).toEqual([
      3e9,
      "limit of its container's cgroup",
      false,
    ])
    const onOne = printedOnOne.replace('9223372036854771712', '3000000000')
    expect(tightest({ inspected, printed: onOne })[0]).toEqual([
      3e9,
      'limit of a cgroup above its container',
      true,
    ])
    const memory = [{ what: "limit of the machine's cgroup /docker", amount: 3e9, isShared: true }]
    expect(tightest({ inspected, printed: onOne, above: { memory, cpu: [] } })[0]?.[1]).toContain(
      '/docker',
    )
  })

  test('CPUs that it is pinned to', () => {
    const printed = printedOnTwo.replace('cores 4', 'cores 1')
    expect(tightest({ printed })[1]).toEqual([1, 'the CPUs it may run on', true])
    const inspected = { HostConfig: { CpusetCpus: '2' } }
    expect(tightest({ printed, inspected })[1]).toEqual([1, 'the CPUs of its container', false])
  })
})

test('the disk and what kubelet does are read', () => {
  expect(see({}).disk).toEqual({
    device: '2049',
    totalBytes: 38_000_000 * 4_096,
    freeBytes: 20_000_000 * 4_096,
    totalInodes: 19_000_000,
    freeInodes: 17_000_000,
  })
  expect(see({ isLocalDaemon: false }).disk?.device).toBe('daemon:2049')
  expect(see({}).kubelet).toEqual({
    evicts: { 'imagefs.available': '0%', 'nodefs.available': '0%', 'nodefs.inodesFree': '0%' },
    collectsAbove: 100,
  })
})

test('kubelet takes its defaults where its configuration says nothing', () => {
  expect(see({ printed: 'kubelet\n' }).kubelet).toEqual({
    evicts: expect.objectContaining({ 'imagefs.available': '15%', 'nodefs.available': '10%' }),
    collectsAbove: 85,
  })
  expect(see({ printed: 'kubelet\nevictionHard: {}\n' }).kubelet?.evicts).toEqual({})
})

test('a node that tells nothing has no disk, and nobody knows its kubelet', () => {
  expect(see({ printed: '' })).toMatchObject({
    disk: undefined,
    kubernetesMinor: undefined,
    kubelet: undefined,
  })
  expect(see({ printed: 'disk  stat: cannot read\n' }).disk).toBeUndefined()
  expect(see({ printed: printedOnOne }).kubelet).toBeUndefined()
})

test("a machine's kubelet removes images as by default where its configuration is elsewhere", () => {
  const node = { name: 'runner-1', role: 'machine', provider: 'containerd' } as const
  expect(see({ node, printed: printedOnOne }).kubelet).toEqual({ evicts: {}, collectsAbove: 85 })
  expect(see({ node }).kubelet?.collectsAbove).toBe(100)
})

test.each([
  ['max\n', undefined],
  ['9223372036854771712\n', undefined],
  ['4000000000\n', 4e9],
  ['', undefined],
  ['-1', undefined],
])('a limit of memory of %j', (text, expected) => {
  expect(parseMemoryLimit(text)).toBe(expected)
})

test.each([
  ['max 100000\n', undefined],
  ['-1 100000', undefined],
  ['150000 100000', 1.5],
  ['1\n 2\n', 0.5],
  ['100 0', undefined],
  ['', undefined],
])('a limit of CPUs of %j', (text, expected) => {
  expect(parseCpuLimit(text)).toBe(expected)
})

describe('cgroups above a container', () => {
  const one = `9:name=systemd:/docker/${id}\n4:memory:/docker/${id}\n2:cpu,cpuacct:/docker/${id}/init\n0::/docker/${id}\n`
  const two = `0::/actions.slice/docker-${id}.scope/init.scope\n`
  const pathsOf = (text: string, controller: 'memory' | 'cpu' = 'memory') =>
    toAbove(text, controller, id).map(({ folder }) => folder)

  test('are those of its path, its own left out', () => {
    expect(pathsOf(one)).toEqual(['/sys/fs/cgroup/memory', '/sys/fs/cgroup/memory/docker'])
    expect(pathsOf(one, 'cpu')).toEqual(['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/cpu/docker'])
    expect(pathsOf(two)).toEqual(['/sys/fs/cgroup', '/sys/fs/cgroup/actions.slice'])
  })

  test.each([
    ['another process', '0::/system.slice/cron.service\n'],
    ['a namespace that does not see it', `0::/../../docker/${id}\n`],
    ['none', ''],
  ])('are none for %s', (_, text) => {
    expect(pathsOf(text)).toEqual([])
  })

  const files = (entries: Readonly<Record<string, string>>) => async (path: string) => entries[path]

  test('their limits are found on version 1', async () => {
    const read = files({
      '/proc/7/cgroup': one,
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      '/sys/fs/cgroup/memory/docker/memory.limit_in_bytes': '3000000000\n',
      '/sys/fs/cgroup/cpu/docker/cpu.cfs_quota_us': '300000\n',
      '/sys/fs/cgroup/cpu/docker/cpu.cfs_period_us': '100000\n',
    })
    const what = "limit of the machine's cgroup /docker"
    expect(await findBoundsAbove(7, id, read)).toEqual({
      memory: [{ what, amount: 3e9, isShared: true }],
      cpu: [{ what, amount: 3, isShared: true }],
    })
  })

  test('their limits are found on version 2', async () => {
    const read = files({
      '/proc/7/cgroup': two,
      '/sys/fs/cgroup/memory.max': '5000000000\n',
      '/sys/fs/cgroup/actions.slice/memory.max': 'max\n',
      '/sys/fs/cgroup/actions.slice/cpu.max': '200000 100000\n',
    })
    expect(await findBoundsAbove(7, id, read)).toEqual({
      memory: [{ what: "limit of the machine's cgroup /", amount: 5e9, isShared: true }],
      cpu: [{ what: "limit of the machine's cgroup /actions.slice", amount: 2, isShared: true }],
    })
    expect(await findBoundsAbove(8, id, read)).toEqual({ memory: [], cpu: [] })
  })
})

describe('the script that looks into a node', () => {
  /** Runs it here, with folders of the test's own in place of the node's. */
  const run = async (
    files: Readonly<Record<string, string>>,
    provider = 'kind',
  ): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'room-'))
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text, { mode: 0o755 })
    }
    const script = readCapacityScript()
      .replace('/sys/fs/cgroup', `${folder}/cgroup`)
      .replace('/var/lib/kubelet', `${folder}/kubelet`)
      .replaceAll('/var/lib/rancher', `${folder}/rancher`)
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` }
    const stdio = ['ignore', 'pipe', 'ignore'] as const
    const args = ['-c', script, 'sh', provider]
    const printed = execFileSync('sh', args, { encoding: 'utf8', env, stdio: [...stdio] })
    await rm(folder, { recursive: true })
    return printed
  }
  const boundsOf = (printed: string) => {
    const { memory, cpu } = see({ printed }).bounds
    return [findTightest(memory)?.amount, cpu.find(({ what }) => /cgroup/.test(what))?.amount]
  }

  test('reads version 2', async () => {
    const files = { 'cgroup/memory.max': '2000000000\n', 'cgroup/cpu.max': '50000 100000\n' }
    expect(boundsOf(await run(files))).toEqual([2e9, 0.5])
  })

  test('reads version 1', async () => {
    const files = {
      'cgroup/memory/memory.stat': 'cache 1\nhierarchical_memory_limit 2000000000\ntotal_cache 1\n',
      'cgroup/cpu/cpu.cfs_quota_us': '50000\n',
      'cgroup/cpu/cpu.cfs_period_us': '100000\n',
    }
    expect(boundsOf(await run(files))).toEqual([2e9, 0.5])
  })

  test('takes from the configuration of kubelet what it is to tell, and no more', async () => {
    const config = `apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt
evictionHard:
  imagefs.available: "15%"
  nodefs.available: 1Gi
evictionSoft:
  nodefs.available: 90%
imageGCHighThresholdPercent: 85
staticPodURLHeader:
  Authorization: hunter2
`
    const printed = await run({ 'kubelet/config.yaml': config })
    expect(printed).not.toMatch(/hunter2|ca\.crt|90%/)
    expect(see({ printed }).kubelet).toEqual({
      evicts: { 'imagefs.available': '15%', 'nodefs.available': '1Gi' },
      collectsAbove: 85,
    })
    expect(see({ printed }).disk?.totalBytes).toBeGreaterThan(0)
  })

  test("takes minikube's version from where its kubelet runs", async () => {
    const wait = ['-e', 'setInterval(() => {}, 1e6)', '--', '--v=2']
    const argv0 = '/var/lib/minikube/binaries/v1.34.2/kubelet'
    const kubelet = spawn(process.execPath, wait, { argv0 })
    await once(kubelet, 'spawn')
    const minorOf = async (main: number | undefined) =>
      see({ printed: await run({ systemctl: `#!/bin/sh\necho ${main}\n` }, 'minikube') })
    expect((await minorOf(kubelet.pid)).kubernetesMinor).toBe(34)
    kubelet.kill()
    expect(await minorOf(0)).toMatchObject({ kubernetesMinor: undefined, disk: expect.anything() })
  })

  test("reads K3s' files in order, and the disk that they are on", async () => {
    const folder = 'rancher/k3s/agent/etc/kubelet.conf.d'
    const files = {
      'kubelet/config.yaml': 'imageGCHighThresholdPercent: 1\n',
      [`${folder}/00-k3s-defaults.conf`]: 'evictionHard:\n  nodefs.available: 5%\nkind: x\n',
      [`${folder}/10-own.conf`]: 'imageGCHighThresholdPercent: 95\n',
    }
    const printed = await run(files, 'k3d')
    expect(see({ printed })).toMatchObject({
      kubelet: { evicts: { 'nodefs.available': '5%' }, collectsAbove: 95 },
      disk: { totalBytes: expect.any(Number) },
    })
    expect(see({ printed: await run({}, 'k3d') }).kubelet).toBeUndefined()
  })
})

describe("k3d's nodes have K3s' kubelet", () => {
  const defaults = 'kubelet\nevictionHard:\n  imagefs.available: 5%\n  nodefs.available: 5%\n'
  const kubeletOf = (...Cmd: readonly string[]) => {
    const node = { name: 'k3d-dev-server-0', role: 'server', provider: 'k3d' } as const
    return see({ node, printed: defaults, inspected: { Config: { Cmd } } }).kubelet
  }

  test('which removes images, unless its flags say otherwise', () => {
    const evicts = { 'imagefs.available': '5%', 'nodefs.available': '5%' }
    expect(kubeletOf('server')).toEqual({ evicts, collectsAbove: 85 })
    expect(kubeletOf('server', '--kubelet-arg=image-gc-high-threshold=100')).toEqual({
      evicts,
      collectsAbove: 100,
    })
    const flag = '--kubelet-arg=eviction-hard=imagefs.available<1%,nodefs.available<2Gi'
    expect(kubeletOf(flag)?.evicts).toEqual({
      'imagefs.available': '1%',
      'nodefs.available': '2Gi',
    })
  })
})

test.each([
  ['v1.35.0', 35],
  ['v1.9.0-alpha.1.12+0123456789abcd', 9],
  ['v2.1.0', undefined],
  ['1.35.0', undefined],
  ['xv1.35.0', undefined],
  ['', undefined],
])('of Kubernetes %s the minor version is %s', (version, expected) => {
  expect(see({ printed: `kubernetes ${version}\n` }).kubernetesMinor).toBe(expected)
})
