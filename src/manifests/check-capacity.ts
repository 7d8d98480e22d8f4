import { findTightest, type NodeCapacity } from '../cluster/capacity.ts'
import type { Bound } from '../cluster/cgroups.ts'
import type { Engine } from '../docker/info.ts'
import type { Warning } from '../host/log.ts'
import { formatBytes } from '../text/format.ts'
import { type PodSet, toPodSets } from './pod-sets.ts'
import type { Workload } from './workload.ts'

type Resource = 'memory' | 'cpu'

/** What Kubernetes' own pods ask for in a node of kind's. */
const systemRequests = (role: string): Readonly<Record<Resource, number>> =>
  role === 'control-plane' ? { memory: 300e6, cpu: 0.95 } : { memory: 50e6, cpu: 0.1 }

type Case = {
  readonly resource: Resource
  readonly engine: Pick<Engine, 'memoryBytes' | 'cores'>
  /** Nodes that take ordinary pods. */
  readonly nodes: readonly NodeCapacity[]
  readonly allNodes: readonly NodeCapacity[]
  readonly sets: readonly PodSet[]
}

/** Sums of tenths are not quite what they should be. */
const slack = 1.000_001

const format = (resource: Resource, amount: number): string => {
  if (resource === 'memory') return `${formatBytes(amount)} of memory`
  return `${Number(amount.toFixed(2))} CPU${amount === 1 ? '' : 's'}`
}

/** What there is, and in whose name. */
type Capacity = { readonly amount: number; readonly words: string; readonly system: number }

const systemOf = (nodes: readonly NodeCapacity[], resource: Resource): number =>
  nodes.reduce((sum, { role }) => sum + systemRequests(role)[resource], 0)

const capacityOf = (capacity: NodeCapacity, resource: Resource): Capacity | undefined => {
  const { node, role, bounds } = capacity
  const tightest = findTightest(bounds[resource])
  if (tightest === undefined) return undefined
  const { amount, what } = tightest
  const words = `the node ${node} has ${format(resource, amount)} (${what})`
  return { amount, words, system: systemRequests(role)[resource] }
}

const largestOf = ({ nodes, resource }: Case): Capacity | undefined => {
  const [largest] = nodes
    .flatMap((node) => capacityOf(node, resource) ?? [])
    .toSorted((a, b) => b.amount - b.system - (a.amount - a.system))
  if (largest === undefined || nodes.length === 1) return largest
  return { ...largest, words: `${largest.words}, and no node has more` }
}

const togetherOf = ({ nodes, resource }: Case): Capacity | undefined => {
  const capacities = nodes.flatMap((node) => capacityOf(node, resource) ?? [])
  if (capacities.length < nodes.length) return undefined
  if (capacities.length === 1) return capacities[0]
  const amount = capacities.reduce((sum, capacity) => sum + capacity.amount, 0)
  const names = nodes.map(({ node }) => node).join(' and ')
  const words = `${names} have ${format(resource, amount)} together`
  return { amount, words, system: systemOf(nodes, resource) }
}

/** Nodes of one machine share what it has, and each may have a limit of its own. */
const totalOf = (each: Case): Capacity | undefined => {
  const { allNodes, resource } = each
  const together = togetherOf(each)
  const isOfAll = ({ what, isShared }: Bound): boolean =>
    isShared && allNodes.every(({ bounds }) => bounds[resource].some((it) => it.what === what))
  const shared = findTightest(allNodes.flatMap(({ bounds }) => bounds[resource].filter(isOfAll)))
  if (allNodes.length === 1 || together === undefined || shared === undefined) return together
  if (together.amount < shared.amount) return together
  const words = `all nodes share ${format(resource, shared.amount)} (${shared.what})`
  return { amount: shared.amount, words, system: systemOf(allNodes, resource) }
}

/** Kubelet sees the whole machine, in each of its nodes, whatever their limits. */
const consequence = (needed: number, believers: number, { resource, engine }: Case): string => {
  const each = resource === 'memory' ? engine.memoryBytes : engine.cores
  if (needed > each * believers * slack) return `Some stay Pending (Insufficient ${resource}).`
  const end =
    resource === 'memory'
      ? 'the kernel kills one (OOM) when the memory is used up'
      : 'they are slow, and probes may time out'
  const belief = format(resource, each).replace(' of memory', '')
  return `Kubernetes believes that each node has ${belief} and starts them all. Then ${end}.`
}

const remedy = 'Lower the requests or the replicas, or give the nodes more.'

/** `a.yaml and 2 other files`, each once and in the order given. */
export const listFiles = (sets: readonly Pick<PodSet, 'file'>[]): string => {
  const [first = '', second, ...more] = [...new Set(sets.map(({ file }) => file))]
  if (second === undefined) return first
  return `${first} and ${more.length === 0 ? second : `${more.length + 1} other files`}`
}

const checkLargest = (each: Case): readonly Warning[] => {
  const { resource, sets } = each
  const largest = largestOf(each)
  if (largest === undefined) return []
  const { amount, words, system } = largest
  return sets.flatMap(({ file, line, kind, name, request }) => {
    const asked = request[resource]
    if (asked === 0 || asked + system <= amount * slack) return []
    const own = format(resource, system)
    const message = `A pod of the ${kind} ${name} requests ${format(resource, asked)}, and Kubernetes' own pods request about ${own}; ${words}. ${consequence(asked + system, 1, each)} ${remedy}`
    return [{ message, location: { file, line } }]
  })
}

const checkTotal = (each: Case): readonly Warning[] => {
  const { resource, nodes } = each
  const capacity = totalOf(each)
  const sets = each.sets.filter(
    ({ request, isOccasional }) => request[resource] > 0 && !isOccasional,
  )
  const totalOfSet = ({ request, countIn }: PodSet): number =>
    request[resource] * countIn(nodes.length)
  const [most] = sets.toSorted((a, b) => totalOfSet(b) - totalOfSet(a))
  if (capacity === undefined || most === undefined) return []
  const asked = sets.reduce((sum, set) => sum + totalOfSet(set), 0)
  const needed = asked + capacity.system
  if (needed <= capacity.amount * slack) return []
  const message = `The pods of ${listFiles([most, ...sets])} request ${format(resource, asked)}, and Kubernetes' own pods request about ${format(resource, capacity.system)}; ${capacity.words}. ${consequence(needed, nodes.length, each)} ${remedy}`
  return [{ message, location: { file: most.file, line: most.line } }]
}

/** Limits that the node's own comes before; one that is asked for as well has been told of. */
const checkLimits = (workloads: readonly Workload[], each: Case): readonly Warning[] => {
  const largest = largestOf(each)
  if (largest === undefined) return []
  return workloads.flatMap(({ file, containers }) =>
    containers.flatMap(({ name, limits, requests, line }) => {
      const limit = limits.memory ?? 0
      if (limit <= largest.amount * slack || requests.memory === limit) return []
      const message = `The container ${name} has a limit of ${format('memory', limit)}; ${largest.words}. The kernel kills a process of the node, perhaps another pod's, before the container reaches its limit. Lower the limit.`
      return [{ message, location: { file, line } }]
    }),
  )
}

/** kind lets ordinary pods into a control plane only where that is the one node. */
export const takesPods = (capacities: readonly NodeCapacity[]): readonly NodeCapacity[] => {
  const open = capacities.filter(({ isTainted }) => !isTainted)
  return open.length > 0 ? open : capacities
}

/** Whether the pods of the manifests find the memory and CPUs that they ask for. */
export const checkCapacity = (
  workloads: readonly Workload[],
  capacities: readonly NodeCapacity[],
  engine: Case['engine'],
): readonly Warning[] => {
  if (capacities.length === 0) return []
  const sets = toPodSets(workloads)
  const nodes = takesPods(capacities)
  const facts = { engine, nodes, allNodes: capacities, sets }
  const warnings = (['memory', 'cpu'] as const).flatMap((resource) => {
    const each = { ...facts, resource }
    const total = checkTotal(each)
    // In one node, what is too large by itself is in the sum.
    const alone = capacities.length > 1 ? sets : sets.filter(({ isOccasional }) => isOccasional)
    const tooLarge = checkLargest({ ...each, sets: alone })
    return capacities.length > 1 && tooLarge.length > 0 ? tooLarge : [...tooLarge, ...total]
  })
  return [...warnings, ...checkLimits(workloads, { ...facts, resource: 'memory' })]
}
