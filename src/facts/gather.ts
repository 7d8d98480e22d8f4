import { type CachePlan, planCaches } from '../build/caches.ts'
import { requireCacheExport } from '../build/exports.ts'
import { printTargets } from '../build/print-targets.ts'
import { refuseOwnImages, refuseSeveralPlatforms } from '../build/refuse.ts'
import { requireBuildx, requireOutputs } from '../build/require-outputs.ts'
import { toTargets } from '../build/target.ts'
import { findNodeCapacities } from '../cluster/capacity.ts'
import { findNodes as findClusterNodes } from '../cluster/providers/find-cluster.ts'
import { findFreeable } from '../disk/freeable.ts'
import type { Docker } from '../docker/docker.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { type Builder, findBuilder, findBuildxVersion, findEngine } from '../docker/info.ts'
import { findReusableBytes } from '../docker/reusable.ts'
import { Failure } from '../failure.ts'
import type { Env } from '../host/command.ts'
import type { BuilderRequest } from '../inputs/builder-request.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { findManifests } from '../manifests/find-manifests.ts'
import { nothingRemembered, type Remembered, recall } from '../memory/memory.ts'
import { recallRestores } from '../memory/restore-memory.ts'
import { findObjection } from '../registry/reach.ts'
import type { Secret } from '../secret.ts'
import { findDockers, findFilesystems } from '../storage/filesystems.ts'
import type { CacheAccess } from '../store/ask-cache.ts'
import { toServerUrl } from '../token/formats.ts'
import type { Facts } from './facts.ts'
import { findArchived } from './find-archived.ts'
import { findNodeFiles } from './find-files.ts'
import { findGiven, findNamed } from './find-given.ts'

/** Where the step runs. */
export type GatherContext = {
  /** What this run is called. */
  readonly runId: string
  /** Where relative paths of inputs start. */
  readonly workspace: string
  /** A folder of the run's own for images, on a disk. */
  readonly layoutDir: string
  /** Where temporary files belong. */
  readonly tempRoot: string
  readonly isHostedRunner: boolean
  readonly hasCacheService: boolean
  readonly mayWriteCache: boolean
  /** `owner/name` of the repository that the workflow runs in; undefined where nobody says. */
  readonly repository: string | undefined
  /** What child processes inherit. */
  readonly env: Env
  /** For what Git LFS keeps of the repository; undefined where the step has no token. */
  readonly takeToken: () => Promise<Secret | undefined>
}

const toOwnBuilder = ({ driver, appended }: BuilderRequest, { isLocal }: Docker): Builder => ({
  driver,
  isLocal: isLocal && driver === 'docker-container' && appended.length === 0,
})

const toLast = ({ sizes, times, images }: Remembered) => ({
  lastSizes: sizes,
  lastTimes: times,
  lastImages: images,
})

/** What is to be linked, or loaded by kind, has to be in Docker's store. */
const keepsInDocker = ({ keepsInDocker: isAsked, loadMode }: Inputs): boolean =>
  isAsked || loadMode !== 'auto'

/**
 * Whether the images come through a registry of the step's own, and a line that says why they do not.
 *
 * @throws {Failure} where the step asks for that in any case, and it cannot be
 */
const decideRegistry = async (
  api: EngineApi,
  { isLocal }: Docker,
  inputs: Inputs,
  builder: Builder | undefined,
): Promise<{ readonly usesRegistry: boolean; readonly cacheLines: readonly string[] }> => {
  const { buildCache, builder: own, keepImages } = inputs
  if (buildCache === 'never') return { usesRegistry: false, cacheLines: [] }
  const objection =
    keepsInDocker(inputs) || keepImages === 'always'
      ? "load, load-mode and keep-images want the images in Docker's store"
      : await findObjection(api, isLocal, builder, own)
  if (objection === undefined) return { usesRegistry: true, cacheLines: [] }
  if (buildCache === 'auto')
    return { usesRegistry: false, cacheLines: [`build-cache: not used, as ${objection}.`] }
  throw new Failure(`build-cache: true, but ${objection}`, {
    remedy: 'Take `build-cache: auto` for runs that can do without.',
  })
}

/** What is to be built, with what, and how large it was last time. */
const findBuilds = async (
  docker: Docker,
  api: EngineApi,
  inputs: Inputs,
  { runId, workspace, hasCacheService, repository }: GatherContext,
  cache: CacheAccess,
): Promise<
  Pick<
    Facts,
    'targets' | 'builder' | 'cacheLines' | 'lastSizes' | 'lastTimes' | 'lastImages' | 'keptFor'
  >
> => {
  const { bake, builder: own, existingBuilder, allow, imageReport } = inputs
  const keptFor = hasCacheService ? repository : undefined
  if (bake === undefined) {
    return {
      targets: [],
      builder: undefined,
      cacheLines: [],
      ...toLast(nothingRemembered),
      keptFor,
    }
  }
  // The run's own may still be booting.
  const asking =
    own === undefined ? findBuilder(docker, existingBuilder) : toOwnBuilder(own, docker)
  const printing = requireBuildx(bake, () => findBuildxVersion(docker)).then(() =>
    printTargets(docker, bake, allow, workspace),
  )
  const deciding = Promise.resolve(asking).then((found) =>
    decideRegistry(api, docker, inputs, found),
  )
  // Without buildx, printing fails as well; that buildx is missing says more.
  await Promise.allSettled([asking, printing, deciding])
  const builder = await asking
  const { usesRegistry, cacheLines } = await deciding
  const targets = toTargets(await printing, builder?.driver, runId, {
    isSingle: bake.isSingle,
    isOwn: bake.definition !== undefined,
    pushes: bake.pushes,
    keepsInDocker: keepsInDocker(inputs),
    usesRegistry,
  })
  const last =
    keptFor === undefined
      ? nothingRemembered
      : await recall({ repository: keptFor, ...cache }, targets, imageReport !== 'false')
  return { targets, builder, cacheLines, ...toLast(last), keptFor }
}

/** Where the builds' caches are, of which nothing is asked on the way. */
const findCaches = (found: Found, inputs: Inputs, context: GatherContext): CachePlan => {
  const { hasContainerdStore } = found.engine
  const { hasCacheService, mayWriteCache } = context
  const { driver, versions = [] } = found.builder ?? {}
  const { isTrusted } = inputs
  const facts = {
    ...{ driver, versions, hasContainerdStore, hasCacheService, mayWriteCache, isTrusted },
    architecture: process.arch,
  }
  const plan = planCaches(found.targets, inputs, facts)
  // Without the token, buildx leaves that cache out.
  const usesService = hasCacheService && isTrusted
  requireCacheExport(plan.targets, { ...facts, hasCacheService: usesService })
  return plan
}

/** Only manifests are compared with it; their pods may also go to nodes that the step leaves out. */
const findCapacities = async (
  api: EngineApi,
  inputs: Inputs,
  found: Found,
): Promise<Facts['nodeCapacities']> => {
  if (inputs.manifests.length === 0 || found.nodes.length === 0) return []
  const all =
    inputs.nodes.length === 0 ? found : await findClusterNodes(api, inputs).catch(() => found)
  return findNodeCapacities(api, all.nodes, found)
}

/** A cluster that is still to be made has none yet. */
const findNodes = (api: EngineApi, inputs: Inputs): Promise<Pick<Facts, 'nodes' | 'leftOut'>> =>
  inputs.createCluster === undefined
    ? findClusterNodes(api, inputs, inputs.nodes)
    : Promise.resolve({ nodes: [], leftOut: [] })

type Found = Pick<
  Facts,
  'engine' | 'isLocalDaemon' | 'nodes' | 'targets' | 'images' | 'pulls' | 'lastSizes' | 'builder'
>

/** What a load alone writes is little; it does not wait for this. */
const isNeeded = (
  { targets }: Found,
  { isDryRun }: Inputs,
  { isHostedRunner }: GatherContext,
): boolean => targets.length > 0 || isDryRun || isHostedRunner

const findDisk = async (
  api: EngineApi,
  found: Found,
  inputs: Inputs,
  context: GatherContext,
): Promise<Pick<Facts, 'filesystems' | 'nodeImages' | 'freeable' | 'reusableBytes'>> => {
  const { nodes, lastSizes } = found
  const { tempRoot, isHostedRunner } = context
  if (!isNeeded(found, inputs, context)) {
    return { filesystems: [], nodeImages: new Map(), freeable: [], reusableBytes: 0 }
  }
  const [{ filesystems, nodeImages }, freeable] = await Promise.all([
    findFilesystems(api, found, tempRoot),
    isHostedRunner ? findFreeable() : [],
  ])
  const freeBytes = findDockers(filesystems)?.freeBytes ?? Number.POSITIVE_INFINITY
  // Builders and nodes may need as much again; what is asked for nothing costs a moment.
  const isTight = lastSizes !== undefined && 4 * lastSizes.totalBytes > freeBytes
  const reusableBytes = isTight ? await findReusableBytes(api.get, nodes) : 0
  return { filesystems, nodeImages, freeable, reusableBytes }
}

/** Whoever asks for the cache, or cannot have it, wants no memory of it. */
const findRestores = async (
  { pulls }: Found,
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
  const found = await findClusterNodes(api, inputs, inputs.nodes)
  const [nodeFiles, nodeCapacities] = await Promise.all([
    findNodeFiles(api, inputs, found.nodes, toFilesContext(inputs, context, cache)),
    findCapacities(api, inputs, { ...facts, ...found }),
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
    findNodes(api, inputs),
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
  const archived = await questions[5]
  const images = await findNamed(get, inputs, manifests, { ...built, ...given })
  const found = { engine, isLocalDaemon, nodes, leftOut, archived, ...built, ...images }
  refuseSeveralPlatforms(found.targets, engine)
  const { isHostedRunner, workspace } = context
  const { hasContainerdStore } = engine
  requireOutputs(found.targets, { builder: found.builder, hasContainerdStore, workspace })
  const { targets, lines: cacheLines } = findCaches(found, inputs, context)
  const [disk, restores, nodeFiles, nodeCapacities] = await Promise.all([
    findDisk(api, found, inputs, context),
    findRestores(found, inputs, context, cache),
    findNodeFiles(api, inputs, nodes, toFilesContext(inputs, context, cache)),
    findCapacities(api, inputs, found),
  ])
  const { hasCacheService, mayWriteCache: mayWrite, repository } = context
  return {
    ...found,
    targets,
    filesCache: hasCacheService && repository ? { repository, mayWrite } : undefined,
    cacheLines: [...found.cacheLines, ...cacheLines],
    ...disk,
    restores,
    nodeFiles,
    isHostedRunner,
    manifests,
    nodeCapacities,
  }
}
