import { join } from 'node:path'
import { type CachePlan, planCaches } from '../build/caches.ts'
import { requireCacheExport } from '../build/exports.ts'
import { lookForImage } from '../build/look-for-image.ts'
import { printTargets } from '../build/print-targets.ts'
import { requireBuildx } from '../build/require-outputs.ts'
import { toTargets } from '../build/target.ts'
import type { Docker } from '../docker/docker.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { type Builder, findBuilder, findBuildxVersion, isDaemonHere } from '../docker/info.ts'
import { Failure } from '../failure.ts'
import type { BuilderRequest } from '../inputs/builder-request.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { nothingRemembered, type Remembered, recall } from '../memory/memory.ts'
import { findObjection } from '../registry/reach.ts'
import type { CacheAccess } from '../store/ask-cache.ts'
import type { GatherContext } from './context.ts'
import type { Facts } from './facts.ts'

/** The builder that the run makes, by what it is to be: it may still be booting. */
export const toOwnBuilder = (
  { driver, endpoint = 'default', appended }: BuilderRequest,
  { isLocal }: Pick<Docker, 'isLocal'>,
): Builder => ({
  driver,
  isLocal:
    isLocal && driver === 'docker-container' && appended.length === 0 && isDaemonHere(endpoint),
})

const toLast = ({ sizes, times, images }: Remembered) => ({
  lastSizes: sizes,
  lastTimes: times,
  lastImages: images,
})

/** What is to be linked, or loaded by kind, has to be in Docker's store. */
const keepsInDocker = ({ keepsInDocker: isAsked, loadMode }: Inputs): boolean =>
  isAsked || loadMode !== 'auto'

const onlyInRun =
  "build-cache: only a run can ask the builder whether it reaches this machine's loopback; this plan assumes it does."

/**
 * Whether the images come through a registry of the step's own, and a line that says why they do not.
 *
 * @throws {Failure} where the step asks for that in any case, and it cannot be
 */
export const decideRegistry = async (
  api: EngineApi,
  docker: Docker,
  inputs: Inputs,
  builder: Builder | undefined,
  layoutDir: string,
): Promise<{ readonly usesRegistry: boolean; readonly cacheLines: readonly string[] }> => {
  const { buildCache, builder: own, keepImages } = inputs
  if (buildCache === 'never') return { usesRegistry: false, cacheLines: [] }
  // A dry run makes none, and buildx would ask the current one.
  const isMissing = own !== undefined && inputs.isDryRun
  const ask = (image: string) => lookForImage(docker, image, join(layoutDir, 'probe'))
  const objection =
    keepsInDocker(inputs) || keepImages === 'always'
      ? "load, load-mode and keep-images want the images in Docker's store"
      : await findObjection(api, docker.isLocal, builder, own, isMissing ? undefined : ask)
  if (objection === undefined) {
    const isUnknown = isMissing && own.driver === 'remote'
    return { usesRegistry: true, cacheLines: isUnknown ? [onlyInRun] : [] }
  }
  if (buildCache === 'auto')
    return { usesRegistry: false, cacheLines: [`build-cache: not used, as ${objection}.`] }
  throw new Failure(`build-cache: true, but ${objection}`, {
    remedy: 'Take `build-cache: auto` for runs that can do without.',
  })
}

/** What is to be built, with what, and how large it was last time. */
export const findBuilds = async (
  docker: Docker,
  api: EngineApi,
  inputs: Inputs,
  { runId, workspace, layoutDir, hasCacheService, repository }: GatherContext,
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
  const asking =
    own === undefined ? findBuilder(docker, existingBuilder) : toOwnBuilder(own, docker)
  const printing = requireBuildx(bake, () => findBuildxVersion(docker)).then(() =>
    printTargets(docker, bake, allow, workspace),
  )
  const deciding = Promise.resolve(asking).then((found) =>
    decideRegistry(api, docker, inputs, found, layoutDir),
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
export const findCaches = (
  found: Pick<Facts, 'engine' | 'targets' | 'builder'>,
  inputs: Inputs,
  context: GatherContext,
): CachePlan => {
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
