import type { Get } from '../../docker/engine-api.ts'
import { Failure } from '../../failure.ts'
import type { ContainerNode } from '../node.ts'
import { type Claim, findObjection, type ImageOfClaim } from './proof.ts'

type Container = {
  readonly Id: string
  readonly Names: readonly string[]
  readonly State: string
  readonly Labels: Readonly<Record<string, string>>
  readonly HostConfig?: { readonly NetworkMode?: string }
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
    readonly Cmd?: readonly string[] | null
    readonly Labels: Readonly<Record<string, string>>
  }
}

type Owner = { readonly cluster: string; readonly role: string }

/** How containers of Docker's become nodes of one provider's clusters. */
export type ClusterProvider = Pick<ContainerNode, 'provider' | 'userland'> & {
  readonly clusterLabel: string
  readonly roleLabel: string
  /** Whose node it is, and as what, where its label names the node itself. */
  readonly findOwner?: (label: string, network: string) => Owner | undefined
  /** Whether what has this role runs pods; load balancers and the like carry the labels, too. */
  readonly runsPods: (role: string) => boolean
  /** How people make one. */
  readonly create: string
  /** How people start a stopped one, where Docker starts its containers and nothing in them. */
  readonly restart?: (cluster: string) => string
  readonly toContainerd: (inspected: InspectedContainer) => ContainerNode['containerd']
}

const toListed = (
  { Id: id, Names: [name = ''], State: state, Labels, HostConfig }: Container,
  { clusterLabel, roleLabel, findOwner }: ClusterProvider,
) => {
  const { [clusterLabel]: label = '', [roleLabel]: role } = Labels
  const network = HostConfig?.NetworkMode ?? ''
  const owner = findOwner?.(label, network)
  return {
    ...{ id, name: name.replace(/^\//, ''), state, label, network },
    cluster: owner?.cluster ?? label,
    role: role || owner?.role || 'unknown',
  }
}

/** Who is there, before anyone is looked at closely. */
type Listed = Readonly<ReturnType<typeof toListed>>

/** All that bear the labels of nodes, whoever wrote them there. */
const listClaims = async (get: Get, provider: ClusterProvider): Promise<readonly Listed[]> => {
  const filters = encodeURIComponent(JSON.stringify({ label: [provider.clusterLabel] }))
  const all = await get<readonly Container[]>(`/containers/json?all=true&filters=${filters}`)
  return (all ?? [])
    .map((each) => toListed(each, provider))
    .filter(({ role }) => provider.runsPods(role))
}

/** Parts nodes from what only bears their labels; what has just been removed is neither. */
const prove = async (get: Get, provider: ClusterProvider, claims: readonly Listed[]) => {
  const labels = [provider.clusterLabel, provider.roleLabel]
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
      const objection = findObjection(inspected, await askImage(inspected.Image), labels)
      if (objection === undefined) return { ...claim, inspected }
      return `Slipway ignores ${claim.name}: it has the labels of a ${provider.provider} node, but ${objection}.`
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
export const listMembers = async (
  get: Get,
  provider: ClusterProvider,
  clusterName: string,
): Promise<Members> => {
  const all = await listClaims(get, provider)
  const claims = all.filter(({ cluster }) => cluster === clusterName)
  return prove(get, provider, claims)
}

/** The nodes of all clusters that there are of one provider. */
export const listAll = async (get: Get, provider: ClusterProvider): Promise<Members> =>
  prove(get, provider, await listClaims(get, provider))

/** Names of the clusters that there are of one provider. */
const listClusters = async (get: Get, provider: ClusterProvider): Promise<readonly string[]> => {
  const { nodes } = await listAll(get, provider)
  const names = [...new Set(nodes.map(({ cluster }) => cluster))].sort()
  return names.map((name) =>
    provider.provider === 'kind' ? name : `${name} (${provider.provider})`,
  )
}

/**
 * @param providers of the providers that were asked, the first that people think of first
 * @throws {Failure} naming the clusters that there are
 */
export const refuseCluster = async (
  get: Get,
  providers: readonly ClusterProvider[],
  clusterName: string,
  leftOut: readonly string[],
): Promise<never> => {
  const known = (await Promise.all(providers.map((provider) => listClusters(get, provider)))).flat()
  const { provider = 'kind', create = '' } = providers[0] ?? {}
  const own = provider === 'kind' ? ', or set create-cluster: true' : ''
  const remedy =
    known.length === 0
      ? `This Docker daemon runs none. Create one before this step (\`${create}\`)${own}.`
      : `Set cluster-name to one of: ${known.join(', ')}.`
  throw new Failure(`There is no ${provider} cluster named ${clusterName}`, {
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

const requireRunning = (picked: readonly Member[], { restart }: ClusterProvider): void => {
  const down = picked.filter(({ state }) => state !== 'running')
  const [first] = down
  if (first === undefined) return
  const list = down.map(({ name, state }) => `${name} is ${state}`).join(', ')
  const names = down.map(({ name }) => name).join(' ')
  const isPaused = down.every(({ state }) => state === 'paused')
  const start = restart?.(first.cluster) ?? `docker start ${names}`
  throw new Failure(`Not every node is running: ${list}`, {
    remedy: `\`${isPaused ? `docker unpause ${names}` : start}\` starts it again; or leave it out of the input nodes.`,
  })
}

const toNode = ({ inspected, role }: Member, provider: ClusterProvider): ContainerNode => ({
  name: inspected.Name.replace(/^\//, ''),
  role,
  containerId: inspected.Id,
  imageId: inspected.Image,
  pid: inspected.State.Pid,
  mounts: inspected.Mounts.flatMap(({ Destination: destination, Source: source, RW }) =>
    source ? [{ destination, source, isReadOnly: RW === false }] : [],
  ),
  provider: provider.provider,
  userland: provider.userland,
  containerd: provider.toContainerd(inspected),
})

/**
 * The nodes among a cluster's that are wanted.
 *
 * @throws {Failure} when there is no such node, or one is not running
 */
export const toNodes = (
  members: readonly Member[],
  provider: ClusterProvider,
  wanted: readonly string[],
): readonly ContainerNode[] => {
  const picked = pickNodes(members, wanted)
  requireRunning(picked, provider)
  const nodes = picked.map((member) => toNode(member, provider))
  return nodes.sort((a, b) => a.name.localeCompare(b.name))
}
