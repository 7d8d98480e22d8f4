import { toEntries, toTextMap } from '../inputs/entries.ts'
import { intermediateRepository } from '../ownership.ts'
import { withoutCacheExport, withoutCacheImport } from './cache-entries.ts'
import { type BakeTarget, findBaseTargets } from './definition.ts'
import { type Output, toFurther } from './outputs.ts'
import { type RegistryNames, withRegistryCaches } from './registry-output.ts'

/**
 * Where an image goes: Docker's store, files for the nodes, the same through a registry of the step's own, or
 * nowhere but the builder's cache.
 */
export type BuildOutput = 'docker' | 'oci-layout' | 'registry' | 'cache'

/** Whether an image goes into a folder, from which the nodes get it. */
export const isForFolder = ({ output }: Pick<Target, 'output'>): boolean =>
  output === 'oci-layout' || output === 'registry'

/** One image to build. The name is for people, and for others that build upon it. */
export type Target = Pick<BakeTarget, 'name' | 'tags' | 'dependsOn' | 'isWanted'> & {
  /**
   * A name for as long as the step lasts, which no other step gives to an image: by it others find
   * what this one made, and so does the load. Undefined for what Docker's store does not get.
   */
  readonly intermediate: string | undefined
  readonly output: BuildOutput
  /** What the same build makes besides: what goes to a registry, for one. */
  readonly further: readonly Output[]
  /** As Bake has it. */
  readonly bake: BakeTarget
  /** What it builds upon, where it does not find that by its intermediate image. */
  readonly bases: readonly BakeTarget[]
}

/** The target with images in place of the targets that it builds upon. */
const withImages = (
  target: BakeTarget,
  intermediateOf: (name: string) => string | undefined,
): BakeTarget => {
  const contexts = Object.entries(target.definition['contexts'] ?? {}).map(([key, context]) => {
    const [, base] = /^target:(.*)$/.exec(String(context)) ?? []
    const intermediate = base === undefined ? undefined : intermediateOf(base)
    return [key, intermediate === undefined ? context : `docker-image://${intermediate}`]
  })
  return { ...target, definition: { ...target.definition, contexts: Object.fromEntries(contexts) } }
}

/** It has just been built, so the cache has it, and nothing newer is wanted. */
const toCachedBake = (target: BakeTarget): BakeTarget => {
  const again = { 'no-cache': false, 'no-cache-filter': [], pull: false }
  return { ...target, definition: { ...target.definition, ...again } }
}

/** The target as it is for the nodes alone: nothing is pushed once more. */
export const withoutFurther = (target: Target): Target => ({ ...target, further: [] })

/** The target for another try. */
export const toCached = (target: Target): Target => ({
  ...target,
  bake: toCachedBake(target.bake),
})

/** The target as it is built through a registry of the step's own. */
export const throughRegistry = (target: Target, names: RegistryNames): Target => ({
  ...target,
  bake: { ...target.bake, definition: withRegistryCaches(target.bake.definition, names) },
})

/** The target without the caches that it would write. */
export const toUncached = (target: Target): Target => ({
  ...target,
  bake: { ...target.bake, definition: withoutCacheExport(target.bake.definition) },
})

const readsCache = ({ definition }: BakeTarget): boolean =>
  toEntries(definition['cache-from']).length > 0

/** The target without the caches that it would read; undefined where it reads none. */
export const toUnread = (target: Target): Target | undefined => {
  if (!toBakeTargets(target).some(readsCache)) return undefined
  const unread = (each: BakeTarget): BakeTarget => ({
    ...each,
    definition: withoutCacheImport(each.definition),
  })
  return { ...target, bake: unread(target.bake), bases: target.bases.map(unread) }
}

/**
 * What Bake has, as builds of their own.
 *
 * Docker's own builder finds what others build upon as images: from its cache it would take them
 * mostly, but not while another build works upon the same lower image (moby/buildkit#6954), and
 * then builds them twice. Other builders do not see Docker's images, and have only the cache; and
 * `pull` would look for them in a registry.
 *
 * Nor need Docker have what they make: it goes from them into the nodes.
 *
 * @param isSingle the step's own build, which people know by its tag
 * @param isOwn the step itself says what is built, not a Bake file
 * @param pushes all that was asked for goes to its registries, too
 * @param keepsInDocker Docker's store is to have what another builder makes
 * @param usesRegistry what the nodes get goes through a registry of the step's own, also from Docker's builder
 */
export const toTargets = (
  all: readonly BakeTarget[],
  builderDriver: string | undefined,
  runId: string,
  {
    isSingle = false,
    isOwn = false,
    pushes = false,
    keepsInDocker = false,
    usesRegistry = false,
  } = {},
): readonly Target[] => {
  // Where buildx does not tell, it is most likely Docker's own.
  const isDockers = !usesRegistry && (builderDriver === 'docker' || builderDriver === undefined)
  const findsOthers = isDockers && builderDriver === 'docker'
  const upon = new Set(all.flatMap(({ dependsOn }) => dependsOn))
  const isIntermediate = (name: string): boolean => findsOthers && upon.has(name)
  const nameOf = (name: string): string =>
    `${intermediateRepository(runId)}:${all.findIndex((target) => target.name === name)}`
  const intermediateOf = (name: string): string | undefined =>
    isIntermediate(name) ? nameOf(name) : undefined
  return all.map((bake) => {
    const { name, tags, dependsOn, isWanted, definition } = bake
    // What others build upon has a cache to keep, too.
    const isBase = usesRegistry && upon.has(name)
    const isExported = isBase || isIntermediate(name) || (isWanted && tags.length > 0)
    const findsImages = findsOthers && definition['pull'] !== true
    const below = findsImages ? [] : findBaseTargets(name, all)
    const { further, isLoaded } = toFurther(bake, { isOwn, pushes })
    const forFolder = usesRegistry ? 'registry' : 'oci-layout'
    const exported = isDockers || keepsInDocker || isLoaded ? 'docker' : forFolder
    const output = isExported ? exported : 'cache'
    return {
      name: (isSingle && tags[0]?.given) || name,
      tags,
      dependsOn,
      isWanted,
      intermediate: output === 'docker' ? nameOf(name) : undefined,
      output,
      further,
      bake: findsImages ? withImages(bake, intermediateOf) : bake,
      bases: below.map(toCachedBake),
    }
  })
}

/** All that Bake is told of for one build. */
export const toBakeTargets = ({ bake, bases }: Target): readonly BakeTarget[] => [bake, ...bases]

/** Where the files of a build come from, as written. */
export const toContexts = (target: Target): readonly string[] =>
  toBakeTargets(target).flatMap(({ definition }) => [
    String(definition['context'] ?? '.'),
    ...Object.values(toTextMap(definition['contexts'])),
  ])
