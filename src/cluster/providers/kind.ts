import type { Get } from '../../docker/engine-api.ts'
import { Failure } from '../../failure.ts'
import type { Node } from '../node.ts'
import type { ClusterProvider } from '../provider.ts'
import {
  type Claim,
  clusterLabel,
  findObjection,
  type ImageOfClaim,
  roleLabel,
} from './kind-proof.ts'

type Container = {
  readonly Id: string
  readonly Names: readonly string[]
  readonly State: string
  readonly Labels: Readonly<Record<string, string>>
}

type InspectedContainer = Claim & {
  readonly Id: string
  readonly Name: string
  readonly Image: string
  readonly State: {
    readonly Pid: number
    readonly Running: boolean
    readonly StartedAt: string
    readonly ExitCode: number
    readonly OOMKilled: boolean
  }
  readonly Mounts: readonly {
    readonly Destination: string
    readonly Source?: string
    readonly RW?: boolean
  }[]
  readonly Config: {
    readonly Env?: readonly string[] | null
    readonly Labels: Readonly<Record<string, string>>
  }
}

const toListed = ({ Id: id, Names: [name = ''], State: state, Labels }: Container) => ({
  id,
  name: name.replace(/^\//, ''),
  state,
  cluster: Labels[clusterLabel] ?? '',
  role: Labels[roleLabel] ?? '',
})

/** Who is there, before anyone is looked at closely. */
type Listed = Readonly<ReturnType<typeof toListed>>

/** All that bear the labels of nodes, whoever wrote them there. */
const listClaims = async (get: Get): Promise<readonly Listed[]> => {
  const filters = encodeURIComponent(JSON.stringify({ label: [clusterLabel] }))
  const all = await get<readonly Container[]>(`/containers/json?all=true&filters=${filters}`)
  // kind's load balancer carries the cluster's label, too, but runs no pods.
  return (all ?? []).map(toListed).filter(({ role }) => role !== 'external-load-balancer')
}

/** Parts nodes from what only bears their labels; what has just been removed is neither. */
const prove = async (get: Get, claims: readonly Listed[]) => {
  const images = new Map<string, Promise<ImageOfClaim | undefined>>()
  const askImage = (id: string): Promise<ImageOfClaim | undefined> => {
    const asked = images.get(id) ?? get<ImageOfClaim>(`/images/${encodeURIComponent(id)}/json`)
    images.set(id, asked)
    return asked
  }
  const proven = await Promise.all(
    claims.map(async (claim) => {
      const inspected = await get<InspectedContainer>(`/containers/${claim.id}/json`)
      if (inspected === undefined) return undefined
      const objection = findObjection(inspected, await askImage(inspected.Image))
      if (objection === undefined) return { ...claim, inspected }
      return `Slipway ignores ${claim.name}: it has the labels of a kind node, but ${objection}.`
    }),
  )
  return {
    nodes: proven.filter((each) => typeof each === 'object'),
    /** A line for each container that only claims to be one. */
    leftOut: proven.filter((each) => typeof each === 'string'),
  }
}

/** A cluster's nodes. */
export type Members = Readonly<Awaited<ReturnType<typeof prove>>>

/** A container that is a node, running or not. */
export type Member = Readonly<Members['nodes'][number]>

/** Finds the nodes of a cluster, running or not. */
export const listMembers = async (get: Get, clusterName: string): Promise<Members> => {
  const all = await listClaims(get)
  const claims = all.filter(({ cluster }) => cluster === clusterName)
  return prove(get, claims)
}

/** @throws {Failure} naming the clusters that there are */
const refuseCluster = async (
  get: Get,
  clusterName: string,
  leftOut: readonly string[],
): Promise<never> => {
  const { nodes } = await prove(get, await listClaims(get))
  const known = [...new Set(nodes.map(({ cluster }) => cluster))].sort()
  const remedy =
    known.length === 0
      ? 'This Docker daemon runs none. Create one before this step (`kind create cluster`), or set create-cluster: true.'
      : `Set cluster-name to one of: ${known.join(', ')}.`
  throw new Failure(`There is no kind cluster named ${clusterName}`, {
    remedy: [...leftOut, remedy].join(' '),
  })
}

const pickNodes = (members: readonly Member[], wanted: readonly string[]): readonly Member[] => {
  const isMeant = (word: string, { name, role }: Listed): boolean => word === name || word === role
  const unknown = wanted.filter((word) => !members.some((member) => isMeant(word, member)))
  if (unknown.length > 0) {
    const known = members.map(({ name, role }) => `${name} (${role})`).sort()
    throw new Failure(`The cluster has no node with the name or role ${unknown.join(', ')}`, {
      remedy: `Its nodes are: ${known.join(', ')}.`,
    })
  }
  if (wanted.length === 0) return members
  return members.filter((member) => wanted.some((word) => isMeant(word, member)))
}

const requireRunning = (picked: readonly Member[]): void => {
  const down = picked.filter(({ state }) => state !== 'running')
  if (down.length === 0) return
  const list = down.map(({ name, state }) => `${name} is ${state}`).join(', ')
  const paused = down.every(({ state }) => state === 'paused')
  throw new Failure(`Not every node is running: ${list}`, {
    remedy: `\`docker ${paused ? 'unpause' : 'start'} ${down.map(({ name }) => name).join(' ')}\` starts it again; or leave it out of the input nodes.`,
  })
}

const toNode = (inspected: InspectedContainer): Node => {
  const variable = 'KIND_EXPERIMENTAL_CONTAINERD_SNAPSHOTTER='
  const chosen = inspected.Config.Env?.find((entry) => entry.startsWith(variable))
  return {
    name: inspected.Name.replace(/^\//, ''),
    role: inspected.Config.Labels[roleLabel] ?? 'unknown',
    containerId: inspected.Id,
    imageId: inspected.Image,
    pid: inspected.State.Pid,
    mounts: inspected.Mounts.flatMap(({ Destination: destination, Source: source, RW }) =>
      source ? [{ destination, source, isReadOnly: RW === false }] : [],
    ),
    containerd: {
      namespace: 'k8s.io',
      root: '/var/lib/containerd',
      snapshotter: chosen?.slice(variable.length) || 'overlayfs',
    },
  }
}

/** Finds a kind cluster's nodes by the labels that kind gives their containers. */
const findNodes: ClusterProvider['findNodes'] = async (get, clusterName, wanted) => {
  const { nodes: members, leftOut } = await listMembers(get, clusterName)
  if (members.length === 0) return refuseCluster(get, clusterName, leftOut)
  const picked = pickNodes(members, wanted)
  requireRunning(picked)
  const nodes = picked.map(({ inspected }) => toNode(inspected))
  return { nodes: nodes.sort((a, b) => a.name.localeCompare(b.name)), leftOut }
}

export const kind: ClusterProvider = { findNodes }
