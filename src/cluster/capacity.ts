import { readFileSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import type { EngineApi } from '../docker/engine-api.ts'
import type { Engine } from '../docker/info.ts'
import { toDevice } from '../host/device.ts'
import {
  type Bound,
  type Bounds,
  bound,
  findBoundsAbove,
  parseCpuLimit,
  parseMemoryLimit,
} from './cgroups.ts'
import { executeIn } from './in-node.ts'
import { toKubelet } from './kubelet.ts'
import { isMachine, type Node } from './node.ts'

/** Limits are rounded to pages, and what is a hair lower is the same limit seen once more. */
const isTighter = (one: Bound, other: Bound): boolean => one.amount < other.amount * 0.9999

/** The one that counts; of equal ones the first. */
export const findTightest = ([first, ...rest]: readonly Bound[]): Bound | undefined =>
  first && rest.reduce((least, bound) => (isTighter(bound, least) ? bound : least), first)

type InspectedNode = {
  readonly Config?: { readonly Cmd?: readonly string[] | null }
  readonly HostConfig?: {
    readonly Memory?: number
    readonly NanoCpus?: number
    readonly CpuQuota?: number
    readonly CpuPeriod?: number
    readonly CpusetCpus?: string
  }
}

const toContainerBounds = ({ HostConfig = {} }: InspectedNode): Bounds => {
  const { Memory, NanoCpus = 0, CpuQuota = 0, CpuPeriod } = HostConfig
  const quota = CpuQuota > 0 ? CpuQuota / (CpuPeriod || 100_000) : undefined
  const own = (amount: number | undefined) => bound('limit of its container', amount, false)
  return { memory: own(Memory), cpu: [...own(NanoCpus / 1e9), ...own(quota)] }
}

const lineOf = (printed: string, word: string): string =>
  printed
    .split('\n')
    .find((line) => line.startsWith(`${word} `))
    ?.slice(word.length + 1) ?? ''

/** What the node itself sees of its cgroups. */
const toInnerBounds = (printed: string, { HostConfig = {} }: InspectedNode): Bounds => {
  const line = (word: string): string => lineOf(printed, word)
  const inner = "limit of its container's cgroup"
  const around = 'limit of a cgroup above its container'
  const isPinned = Boolean(HostConfig.CpusetCpus)
  return {
    memory: [
      ...bound(inner, parseMemoryLimit(line('memory')), false),
      ...bound(around, parseMemoryLimit(line('memory-around')), true),
    ],
    cpu: [
      ...bound(inner, parseCpuLimit(line('cpu')), false),
      ...bound(
        isPinned ? 'the CPUs of its container' : 'the CPUs it may run on',
        Number(line('cores')),
        !isPinned,
      ),
    ],
  }
}

/** Reads what `stat` prints for us: device, block size, blocks, free blocks, inodes, free inodes. */
export const parseDisk = (line: string, isHere: boolean) => {
  if (!/^\d+( \d+){5}$/.test(line)) return undefined
  const [dev = 0, block = 0, blocks = 0, free = 0, totalInodes = 0, freeInodes = 0] = line
    .split(' ')
    .map(Number)
  return {
    /** Machine and the kernel's number; what has the same is one filesystem. */
    device: toDevice(dev, isHere),
    totalBytes: blocks * block,
    /** What an ordinary user may still write. */
    freeBytes: free * block,
    totalInodes,
    freeInodes,
  }
}

/** A filesystem's size, and what is free of it. */
export type Disk = Readonly<NonNullable<ReturnType<typeof parseDisk>>>

const parseMinor = (version: string): number | undefined => {
  const minor = /^v1\.(\d{1,3})\./.exec(version)?.[1]
  return minor === undefined ? undefined : Number(minor)
}

export type CapacitySources = {
  readonly engine: Pick<Engine, 'memoryBytes' | 'cores'>
  readonly node: Pick<Node, 'name' | 'role' | 'provider'>
  readonly inspected: InspectedNode
  /** What in-node/capacity.sh printed; empty where it could not. */
  readonly printed: string
  readonly above: Bounds
  readonly isLocalDaemon: boolean
}

/** Puts together what the engine, the node and the machine say of one node. */
export const toNodeCapacity = (sources: CapacitySources) => {
  const { engine, node, inspected, printed, above, isLocalDaemon } = sources
  const container = toContainerBounds(inspected)
  const inner = toInnerBounds(printed, inspected)
  const all = (amount: number) => bound('the whole machine', amount, true)
  // Of the same limit seen twice, the first name is the one that people know.
  const bounds: Bounds = {
    memory: [...container.memory, ...all(engine.memoryBytes), ...above.memory, ...inner.memory],
    cpu: [...container.cpu, ...all(engine.cores), ...above.cpu, ...inner.cpu],
  }
  return {
    node: node.name,
    /** Such as `control-plane` or `worker`. */
    role: node.role,
    /** Whether it keeps ordinary pods away where there are other nodes: only kind leaves its control planes so. */
    isTainted: node.provider === 'kind' && node.role === 'control-plane',
    /** Every layer that caps it; {@link findTightest} has the one that counts. */
    bounds,
    /** The filesystem of `/var`, where images and pods are; undefined where the node does not tell. */
    disk: parseDisk(lineOf(printed, 'disk'), isLocalDaemon),
    /** The second number of the node's version of Kubernetes; undefined where nobody knows. */
    kubernetesMinor: parseMinor(lineOf(printed, 'kubernetes')),
    /** Undefined where nobody knows. */
    kubelet: toKubelet(printed, inspected.Config?.Cmd ?? [], node.provider),
  }
}

/** What a node really has, which is not what its kubelet believes: that sees the whole machine. */
export type NodeCapacity = Readonly<ReturnType<typeof toNodeCapacity>>

const timeoutMs = 10_000

/** The script that prints a node's capacity. */
export const readCapacityScript = (): string =>
  readFileSync(new URL('./in-node/capacity.sh', import.meta.url), 'utf8')

type Found = { readonly engine: Engine; readonly isLocalDaemon: boolean }

/** Docker's daemon may be on another machine. */
const findOwnCapacity = (node: Node, printed: string): NodeCapacity => {
  const engine = { memoryBytes: totalmem(), cores: availableParallelism() }
  const above = { memory: [], cpu: [] }
  return toNodeCapacity({ engine, node, inspected: {}, printed, above, isLocalDaemon: true })
}

const findNodeCapacity = async (
  api: EngineApi,
  node: Node,
  { engine, isLocalDaemon }: Found,
): Promise<NodeCapacity> => {
  const argv = ['sh', '-c', readCapacityScript(), 'sh', node.provider]
  if (isMachine(node))
    return findOwnCapacity(node, await executeIn(api, node, argv, timeoutMs).catch(() => ''))
  const [inspected, printed, above] = await Promise.all([
    api.get<InspectedNode>(`/containers/${node.containerId}/json`).catch(() => undefined),
    // A node that cannot tell is no reason to fail: less is known, that is all.
    executeIn(api, node, argv, timeoutMs).catch(() => ''),
    isLocalDaemon ? findBoundsAbove(node.pid, node.containerId) : { memory: [], cpu: [] },
  ])
  return toNodeCapacity({ engine, node, inspected: inspected ?? {}, printed, above, isLocalDaemon })
}

/** Inspects how much memory, how many CPUs and how much disk nodes have. */
export const findNodeCapacities = (
  api: EngineApi,
  nodes: readonly Node[],
  found: Found,
): Promise<readonly NodeCapacity[]> =>
  Promise.all(nodes.map((node) => findNodeCapacity(api, node, found)))
