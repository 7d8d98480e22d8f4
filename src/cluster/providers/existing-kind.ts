import { describeEnd } from '../../docker/docker.ts'
import type { EngineApi } from '../../docker/engine-api.ts'
import { Failure } from '../../failure.ts'
import { runCaptured } from '../../host/process.ts'
import type { ClusterRequest } from '../request.ts'
import { findContainers } from './find-cluster.ts'
import { type Claimed, findMaker, isComplete, listClaimed, removeOwned } from './kind-owned.ts'
import { findKubeconfig, type KindPlace, toKindCommand } from './run-kind.ts'

/** Longer than kind takes with our deadline. */
const longestCreationMs = 60 * 60_000

/** Whether nobody can be at work on it any more, as we have the lock. */
const isAbandoned = ({ made, createdMs }: Claimed, nowMs: number): boolean =>
  made !== undefined && (made.maker === findMaker() || nowMs - createdMs > longestCreationMs)

const refuseHalf = (cluster: string, why: string, cause?: unknown): never => {
  throw new Failure(`There is a half-made cluster ${cluster}, and ${why}`, {
    cause,
    remedy: `Wait until it is made, remove it with \`kind delete cluster --name ${cluster}\`, or take another cluster-name.`,
  })
}

/** kind finds no control plane, no way to it, or no kubeconfig in it yet. */
const isUnmade = (said: string): boolean =>
  /could not locate any control plane|failed to get (?:cluster internal kubeconfig|api server endpoint)/.test(
    said,
  )

/** Also of a cluster that is whole, where its entry finds no place. */
const exportKubeconfig = async ({ place, cluster, request }: Options): Promise<void> => {
  const command = toKindCommand(place, ['export', 'kubeconfig', `--name=${cluster}`], request)
  const ended = await runCaptured(command)
  if (ended.code === 0) return
  const cause = new Error(describeEnd(ended))
  if (isUnmade(ended.stderr)) refuseHalf(cluster, 'Slipway did not make it', cause)
  const file = findKubeconfig(request, command.env)
  throw new Failure(`kind could not write the kubeconfig ${file} of the cluster ${cluster}`, {
    cause,
    remedy: `Give kubeconfig a file that can be written. If ${file}.lock is there and no kind runs, remove it.`,
  })
}

type Options = {
  readonly place: KindPlace
  readonly api: EngineApi
  readonly cluster: string
  readonly request: ClusterRequest
  readonly line: (text: string) => void
}

/**
 * Makes the cluster of that name ready for use where there is one. What a killed step of ours left half
 * made goes; nobody else's is ever touched.
 *
 * @returns whether there is one
 * @throws {Failure} for one that cannot be used
 */
export const takeExisting = async (options: Options): Promise<boolean> => {
  const { place, api, cluster, request, line } = options
  const claimed = await listClaimed(api.get, cluster)
  if (claimed.length === 0) return false
  const ours = claimed.filter(({ made }) => made !== undefined)
  if (ours.length > 0 && !(await isComplete(api, ours))) {
    if (ours.length < claimed.length) refuseHalf(cluster, 'not all of its nodes are ours')
    if (!ours.every((each) => isAbandoned(each, Date.now())))
      refuseHalf(cluster, 'another runner may be making it')
    line(`Removing the half-made cluster ${cluster} that a killed step left.`)
    await removeOwned(place.docker, api, ours, request.kubeconfig)
    return false
  }
  // That it is none, or down, says more than what kind makes of it.
  await findContainers(api, { clusterName: cluster, cluster: 'kind' })
  await exportKubeconfig(options)
  line(`Using the cluster ${cluster} that is there; Slipway will not remove it.`)
  return true
}
