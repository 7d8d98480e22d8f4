import { readFileSync } from 'node:fs'
import { executeIn } from '../cluster/in-node.ts'
import { type ContainerNode, isMachine, type MachineNode, type Node } from '../cluster/node.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { formatCount } from '../text/format.ts'
import { type Answer, needed, no, ok } from './check.ts'

/** The cluster's nodes, which all run. */
export const explainCluster = (clusterName: string, nodes: readonly Node[]): Answer =>
  ok(
    `${clusterName}, ${formatCount(nodes.length, 'node')}, running: ${nodes.map(({ name, role }) => `${name} (${role})`).join(', ')}`,
  )

const parse = (printed: string) => {
  const lines = printed.split('\n')
  const version = /^containerd (\d+\.\d+\S*)$/m.exec(printed)?.[1]
  return {
    version,
    tools: new Set(lines.flatMap((line) => /^tool (\w+)$/.exec(line)?.[1] ?? [])),
    hasSocket: lines.includes('socket'),
    isAnswering: lines.includes('answers'),
    hasCri: lines.includes('cri'),
  }
}

/** Without these nothing gets into a node. */
const neededTools = ['bash', 'ctr', 'crictl'] as const

/** Without these, it takes longer. */
const linkingTools = ['cp', 'flock', 'nsenter', 'tar'] as const

/** How people call these. */
const called: Readonly<Record<string, string>> = { cp: 'GNU cp', perl: 'Perl' }

/** An image that has all of it. */
const images: Readonly<Record<ContainerNode['provider'], string>> = {
  kind: "Create the cluster with one of kind's own node images: `kind create cluster --image kindest/node:VERSION`.",
  k3d: "Create the cluster with one of K3s' own images: `k3d cluster create --image rancher/k3s:VERSION`.",
  minikube:
    "Create the cluster with minikube's own image: `minikube start` without `--base-image`.",
}

/** What is printed of one node, and what is to be expected of it. */
export type NodeTools = Pick<ContainerNode, 'name' | 'provider' | 'userland'> & {
  readonly printed: string
}

/** Who has found it has tried it. */
const explainMachine = ({ name, version, address, startedBy, userland }: MachineNode): string => {
  const through = startedBy.length === 0 ? '' : ', through sudo'
  const how = userland === 'gnu' ? 'layer by layer' : 'whole images'
  return `${name}: containerd ${version} at ${address}${through}: ${how}`
}

const startAgain = ({ name, provider }: NodeTools): string =>
  provider === 'minikube' ? '`minikube start` with its profile' : `\`docker restart ${name}\``

const explainNode = (node: NodeTools | MachineNode, hasContainerdStore: boolean): Answer => {
  if (!('printed' in node)) return ok(explainMachine(node))
  const { name, provider, userland, printed } = node
  const { version = 'of an unknown version', tools, ...found } = parse(printed)
  const isBusybox = userland === 'busybox'
  const lacks = (wanted: readonly string[]) => wanted.filter((tool) => !tools.has(tool))
  const missing = lacks(isBusybox ? ['ctr', 'crictl'] : neededTools)
  if (missing.length > 0) return needed(`${name} has no ${missing.join(', ')}`, images[provider])
  const look = `See \`docker exec ${name} journalctl --unit containerd\`; ${startAgain(node)} starts it again.`
  if (!found.hasSocket && !isBusybox)
    return needed(`${name} has no socket /run/containerd/containerd.sock`, look)
  if (!found.isAnswering) return needed(`${name}: its containerd does not answer`, look)
  if (!found.hasCri) return needed(`${name}: its containerd's CRI does not answer`, look)
  if (isBusybox) return ok(`${name}: containerd ${version}, BusyBox`)
  // Only that store has manifests, which it reads.
  const slower = lacks(hasContainerdStore ? [...linkingTools, 'perl'] : linkingTools)
  if (slower.length > 0) {
    const what = slower.map((tool) => called[tool] ?? tool).join(', ')
    return no(`${name} has no ${what}: Slipway streams images there`, images[provider])
  }
  return ok(`${name}: containerd ${version}${tools.has('perl') ? '' : ', without Perl'}`)
}

/** @param hasContainerdStore whether Docker keeps images in containerd */
export const explainNodes = (
  nodes: readonly (NodeTools | MachineNode)[],
  hasContainerdStore: boolean,
): Answer => {
  const answers = nodes.map((node) => explainNode(node, hasContainerdStore))
  const bad = answers.filter((answer) => answer.state === 'no')
  const worst = bad.find(({ isNeeded }) => isNeeded) ?? bad[0]
  return worst ?? ok(answers.map(({ found }) => found).join(', '))
}

const timeoutMs = 4_500

/** Asks all nodes side by side for their containerd and its tools. */
export const inspectNodes = async (
  api: EngineApi,
  nodes: readonly Node[],
): Promise<readonly (MachineNode | (ContainerNode & NodeTools))[]> => {
  const script = readFileSync(new URL('./in-node/tools.sh', import.meta.url), 'utf8')
  const inspect = async (node: Node) => {
    if (isMachine(node)) return node
    const printed = await executeIn(api, node, ['sh', '-c', script], timeoutMs)
    return { ...node, printed }
  }
  return Promise.all(nodes.map(inspect))
}

/** What a node's own folder is on, as `stat` calls it, where that is a volume of Docker's. */
export const findVolumesFilesystem = (
  dataRoot: string,
  nodes: readonly (Pick<ContainerNode, 'mounts'> & Pick<NodeTools, 'printed'>)[],
): string | undefined => {
  const node = nodes.find(({ mounts }) =>
    mounts.some(({ destination, source }) => destination === '/var' && source.startsWith(dataRoot)),
  )
  return /^filesystem (\w\S*)$/m.exec(node?.printed ?? '')?.[1]
}
