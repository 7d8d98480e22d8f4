import { Failure } from '../failure.ts'
import type { Ask } from '../host/engine-api.ts'
import type { KindNode } from './facts.ts'

const clusterLabel = 'io.x-k8s.kind.cluster'
const roleLabel = 'io.x-k8s.kind.role'

/** Who is there, before anyone is looked at closely. */
type Listed = {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly cluster: string
  readonly role: string
}

type Container = {
  readonly Id: string
  readonly Names: readonly string[]
  readonly State: string
  readonly Labels: Readonly<Record<string, string>>
}

type Inspected = {
  readonly Id: string
  readonly Name: string
  readonly Image: string
  readonly State: { readonly Pid: number }
  readonly Mounts: readonly { readonly Destination: string; readonly Source?: string }[]
  readonly Config: {
    readonly Env?: readonly string[] | null
    readonly Labels: Readonly<Record<string, string>>
  }
}

/** kind's load balancer carries the cluster's label, too, but runs no pods. */
const runsPods = ({ role }: Listed): boolean => role !== 'external-load-balancer'

export const listNodes = async (ask: Ask): Promise<readonly Listed[]> => {
  const filters = encodeURIComponent(JSON.stringify({ label: [clusterLabel] }))
  const all = await ask<readonly Container[]>(`/containers/json?all=true&filters=${filters}`)
  return (all ?? [])
    .map(({ Id: id, Names: [name = ''], State: state, Labels }) => ({
      id,
      name: name.replace(/^\//, ''),
      state,
      cluster: Labels[clusterLabel] ?? '',
      role: Labels[roleLabel] ?? '',
    }))
    .filter(runsPods)
}

const requireCluster = (all: readonly Listed[], clusterName: string): readonly Listed[] => {
  const members = all.filter(({ cluster }) => cluster === clusterName)
  if (members.length > 0) return members
  const known = [...new Set(all.map(({ cluster }) => cluster))].sort()
  throw new Failure(`There is no kind cluster named ${clusterName}`, {
    remedy:
      known.length === 0
        ? 'Create one before this step (`kind create cluster`); Docker here runs none.'
        : `Set cluster-name to one of: ${known.join(', ')}.`,
  })
}

const pickNodes = (members: readonly Listed[], wanted: readonly string[]): readonly Listed[] => {
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

const requireRunning = (picked: readonly Listed[]): void => {
  const down = picked.filter(({ state }) => state !== 'running')
  if (down.length === 0) return
  const list = down.map(({ name, state }) => `${name} is ${state}`).join(', ')
  const paused = down.every(({ state }) => state === 'paused')
  throw new Failure(`Not every node is up: ${list}`, {
    remedy: `\`docker ${paused ? 'unpause' : 'start'} ${down.map(({ name }) => name).join(' ')}\` brings it back, or leave it out with the input nodes.`,
  })
}

const toNode = (inspected: Inspected): KindNode => {
  const variable = 'KIND_EXPERIMENTAL_CONTAINERD_SNAPSHOTTER='
  const chosen = inspected.Config.Env?.find((entry) => entry.startsWith(variable))
  return {
    name: inspected.Name.replace(/^\//, ''),
    role: inspected.Config.Labels[roleLabel] ?? 'unknown',
    containerId: inspected.Id,
    imageId: inspected.Image,
    pid: inspected.State.Pid,
    mounts: inspected.Mounts.flatMap(({ Destination, Source }) =>
      Source === undefined || Source === '' ? [] : [{ destination: Destination, source: Source }],
    ),
    snapshotter: chosen?.slice(variable.length) || 'overlayfs',
  }
}

/**
 * Finds a kind cluster's nodes by the labels that kind gives their containers.
 *
 * @throws {Failure} when there is no such cluster or node, or one is not running
 */
export const findNodes = async (
  ask: Ask,
  clusterName: string,
  wanted: readonly string[],
): Promise<readonly KindNode[]> => {
  const members = requireCluster(await listNodes(ask), clusterName)
  const picked = pickNodes(members, wanted)
  requireRunning(picked)
  const inspected = await Promise.all(
    picked.map(async ({ id, name }) => {
      const found = await ask<Inspected>(`/containers/${id}/json`)
      if (found === undefined) throw new Failure(`The node ${name} has just been removed`)
      return toNode(found)
    }),
  )
  return inspected.sort((a, b) => a.name.localeCompare(b.name))
}
