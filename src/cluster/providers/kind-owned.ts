import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { execute } from '../../docker/container.ts'
import type { Docker } from '../../docker/docker.ts'
import type { EngineApi, Get } from '../../docker/engine-api.ts'
import { attempt } from '../../failure.ts'
import { runCaptured } from '../../host/process.ts'
import { clusterMakerLabel, clusterRunLabel } from '../../ownership.ts'
import { kind } from './kind.ts'

const { clusterLabel, roleLabel } = kind

/** The state by which post knows what there is of a cluster that the run has made. */
export const clusterState = 'cluster'

/** The state by which post knows which file kind wrote that cluster's entry to. */
export const kubeconfigState = 'cluster-kubeconfig'

type Labels = Readonly<Record<string, string>>

type Listed = {
  readonly Id: string
  readonly Names: readonly string[]
  readonly Created: number
  readonly Labels: Labels
  readonly ImageID: string
}

/** A container with kind's label, whoever started it: a node, or the load balancer of several. */
export type Claimed = {
  readonly id: string
  readonly name: string
  readonly cluster: string
  readonly role: string
  readonly createdMs: number
  /** Undefined for one that no run of ours had kind make. */
  readonly made: { readonly runId: string; readonly maker: string } | undefined
}

type Image = { readonly Config?: { readonly Labels?: Labels | null } | null }

/** Who starts a container gives it labels; so does who made its image, and that proves nothing. */
const findMade = async (get: Get, { Labels, ImageID }: Listed): Promise<Claimed['made']> => {
  const [runId, maker = ''] = [Labels[clusterRunLabel], Labels[clusterMakerLabel]]
  if (runId === undefined) return undefined
  const image = await get<Image>(`/images/${encodeURIComponent(ImageID)}/json`)
  const isInherited = image === undefined || image.Config?.Labels?.[clusterRunLabel] !== undefined
  return isInherited ? undefined : { runId, maker }
}

/** @param label all that bear it are listed, such as `LABEL` or `LABEL=VALUE` */
const list = async (get: Get, label: string): Promise<readonly Claimed[]> => {
  const filters = encodeURIComponent(JSON.stringify({ label: [clusterLabel, label] }))
  const all = (await get<readonly Listed[]>(`/containers/json?all=true&filters=${filters}`)) ?? []
  return Promise.all(
    all.map(async (one) => ({
      id: one.Id,
      name: one.Names[0]?.replace(/^\//, '') ?? one.Id,
      cluster: one.Labels[clusterLabel] ?? '',
      role: one.Labels[roleLabel] ?? '',
      createdMs: one.Created * 1_000,
      made: await findMade(get, one),
    })),
  )
}

export const listClaimed = (get: Get, cluster: string): Promise<readonly Claimed[]> =>
  list(get, `${clusterLabel}=${cluster}`)

/** What one run had kind make, of whatever cluster. */
export const listMadeBy = async (get: Get, runId: string): Promise<readonly Claimed[]> =>
  (await list(get, `${clusterRunLabel}=${runId}`)).filter(({ made }) => made?.runId === runId)

/**
 * Where a lock of ours reaches: the same kernel since its start, the same network. What another place
 * makes may be under way although nobody here has the lock.
 */
export const findMaker = (): string => {
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')) ?? ''
  const network = attempt(() => readlinkSync('/proc/self/ns/net')) ?? ''
  return createHash('sha256').update(`${boot}\n${network}`).digest('hex').slice(0, 16)
}

/** In a control plane's own layer, so that it goes with it. */
const mark = '/kind/slipway-made'

const controlPlanesOf = (nodes: readonly Claimed[]): readonly Claimed[] =>
  nodes.filter(({ role }) => role === 'control-plane')

/** Writes down that kind has ended well: what lacks it was cut off. */
export const markComplete = async (api: EngineApi, nodes: readonly Claimed[]): Promise<void> => {
  for (const { id } of controlPlanesOf(nodes)) await execute(api, id, ['touch', mark], 10_000)
}

/** Whether kind ended well with it; read from outside, as its nodes may be down. */
export const isComplete = async (api: EngineApi, nodes: readonly Claimed[]): Promise<boolean> => {
  for (const { id } of controlPlanesOf(nodes)) {
    const file = await api.download(`/containers/${id}/archive?path=${encodeURIComponent(mark)}`)
    file?.destroy()
    if (file !== undefined) return true
  }
  return false
}

/**
 * Removes containers of ours, by their IDs, and their volumes. While they have the names of the cluster's
 * nodes nobody else can make it, so kind's own deletion, which forgets the kubeconfig's entry, takes
 * nothing else.
 */
export const removeOwned = async (
  docker: Docker,
  api: EngineApi,
  owned: readonly Claimed[],
  kubeconfig: string | undefined,
): Promise<void> => {
  for (const cluster of new Set(owned.map((each) => each.cluster))) {
    const all = await listClaimed(api.get, cluster)
    const isOurs = all.every(({ id }) => owned.some((each) => each.id === id))
    if (all.length === 0 || !isOurs) continue
    const file = kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]
    const command = docker.command(['delete', 'cluster', `--name=${cluster}`, ...file])
    // Without kind they go all the same.
    await runCaptured({ ...command, file: 'kind', timeoutMs: 60_000 }).catch(() => {})
  }
  for (const { id } of owned) await api.remove(`/containers/${id}?force=true&v=true`)
}
