import { refuseOwnImages, refuseSeveralPlatforms } from '../build/refuse.ts'
import { requireOutputs } from '../build/require-outputs.ts'
import { findNodeCapacities } from '../cluster/capacity.ts'
import { findNodes as findClusterNodes } from '../cluster/providers/find-cluster.ts'
import type { Docker } from '../docker/docker.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { findEngine } from '../docker/info.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { findManifests } from '../manifests/find-manifests.ts'
import { recallRestores } from '../memory/restore-memory.ts'
import type { CacheAccess } from '../store/ask-cache.ts'
import { toServerUrl } from '../token/formats.ts'
import type { GatherContext } from './context.ts'
import type { Facts } from './facts.ts'
import { findArchived } from './find-archived.ts'
import { findBuilds, findCaches } from './find-builds.ts'
import { findCacheMounts } from './find-cache-mounts.ts'
import { findDisk } from './find-disk.ts'
import { findNodeFiles } from './find-files.ts'
import { findGiven, findNamed } from './find-given.ts'
import { leaveSharedTags, mergeRepeated, refuseSharedNames } from './shared-names.ts'

/** Only manifests are compared with it; their pods may also go to nodes that the step leaves out. */
const findCapacities = async (
  api: EngineApi,
  inputs: Inputs,
  { env }: GatherContext,
  found: Pick<Facts, 'engine' | 'isLocalDaemon' | 'nodes'>,
): Promise<Facts['nodeCapacities']> => {
  if (inputs.manifests.length === 0 || found.nodes.length === 0) return []
  const all =
    inputs.nodes.length === 0 ? found : await findClusterNodes(api, inputs, env).catch(() => found)
  return findNodeCapacities(api, all.nodes, found)
}

/** A cluster that is still to be made has none yet. */
const findNodes = (
  api: EngineApi,
  inputs: Inputs,
  { env }: GatherContext,
): Promise<Pick<Facts, 'nodes' | 'leftOut'>> =>
  inputs.createCluster === undefined
    ? findClusterNodes(api, inputs, env, inputs.nodes)
    : Promise.resolve({ nodes: [], leftOut: [] })

/** Whoever asks for the cache, or cannot have it, wants no memory of it. */
const findRestores = async (
  { pulls }: Pick<Facts, 'pulls'>,
  { imageCache }: Inputs,
  { isHostedRunner, hasCacheService }: GatherContext,
  cache: CacheAccess,
): Promise<Facts['restores']> => {
  const isAuto = imageCache === 'auto' && isHostedRunner && hasCacheService
  return isAuto && pulls.length > 0 ? recallRestores(cache, pulls) : new Map()
}

const toFilesContext = (inputs: Inputs, context: GatherContext, cache: CacheAccess) => ({
  ...context,
  serverUrl: toServerUrl(inputs.apiUrl),
  signal: cache.signal,
})

/**
 * Adds what only nodes can tell, once there are some.
 *
 * @throws {Failure} when there are none, or they lack what is wanted of them
 */
export const gatherNodes = async (
  api: EngineApi,
  inputs: Inputs,
  context: GatherContext,
  cache: CacheAccess,
  facts: Facts,
): Promise<Facts> => {
  const found = await findClusterNodes(api, inputs, context.env, inputs.nodes)
  const [nodeFiles, nodeCapacities] = await Promise.all([
    findNodeFiles(api, inputs, found.nodes, toFilesContext(inputs, context, cache)),
    findCapacities(api, inputs, context, { ...facts, ...found }),
  ])
  return { ...facts, ...found, nodeFiles, nodeCapacities }
}

/**
 * Asks for all that the plan depends on, changing nothing.
 *
 * @throws {Failure} one per thing that is missing: docker, buildx, the cluster, nodes, images
 */
export const gather = async (
  docker: Docker,
  api: EngineApi,
  inputs: Inputs,
  context: GatherContext,
  cache: CacheAccess,
): Promise<Facts> => {
  const { get } = api
  const questions = [
    findEngine(get),
    findNodes(api, inputs, context),
    findGiven(get, inputs),
    findBuilds(docker, api, inputs, context, cache),
    findManifests(inputs.manifests, context.workspace),
    findArchived(inputs, context.layoutDir, cache.signal),
  ] as const
  // Several may fail; the first in this order is the one to tell.
  const [, , , builds] = await Promise.allSettled(questions)
  // Says more than that it is not there yet.
  if (builds.status === 'fulfilled') refuseOwnImages(inputs.images, builds.value.targets)
  const [engine, given] = [await questions[0], await questions[2]]
  const { nodes, leftOut } = await questions[1]
  const { isLocal: isLocalDaemon } = docker
  const built = await questions[3]
  const manifests = await questions[4]
  const archived = mergeRepeated(await questions[5], given.images)
  const images = await findNamed(get, inputs, manifests, { ...built, ...given, archived })
  const found = leaveSharedTags({
    ...{ engine, isLocalDaemon, nodes, leftOut, archived },
    ...{ ...built, ...images },
  })
  refuseSeveralPlatforms(found.targets, engine)
  refuseSharedNames(found)
  const { isHostedRunner, workspace } = context
  const { hasContainerdStore } = engine
  requireOutputs(found.targets, { builder: found.builder, hasContainerdStore, workspace })
  const { targets, lines: cacheLines } = findCaches(found, inputs, context)
  const { cacheMounts, lines: mountLines } = findCacheMounts(found, inputs, context)
  const [disk, restores, nodeFiles, nodeCapacities] = await Promise.all([
    findDisk(api, found, inputs, context),
    findRestores(found, inputs, context, cache),
    findNodeFiles(api, inputs, nodes, toFilesContext(inputs, context, cache)),
    findCapacities(api, inputs, context, found),
  ])
  const { hasCacheService, mayWriteCache: mayWrite, repository } = context
  return {
    ...found,
    targets,
    filesCache: hasCacheService && repository ? { repository, mayWrite } : undefined,
    cacheLines: [...found.cacheLines, ...cacheLines, ...mountLines],
    cacheMounts,
    ...disk,
    restores,
    nodeFiles,
    isHostedRunner,
    manifests,
    nodeCapacities,
  }
}
