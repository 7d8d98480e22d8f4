import { Failure } from '../failure.ts'
import { toEntries, toFields } from '../inputs/entries.ts'
import type { BakeDefinition, CacheInputs } from '../inputs/inputs.ts'
import { typeOf, withoutCacheExport, withSafeCaches } from './cache-entries.ts'
import { type CacheFacts, type CacheKind, toCache } from './cache-places.ts'
import { canExportCache, classicStore } from './exports.ts'
import { isPush } from './outputs.ts'
import type { Target } from './target.ts'

export type CachePlan = {
  readonly targets: readonly Target[]
  /** What was chosen, and what has no effect, for the log. */
  readonly lines: readonly string[]
}

/** Why builds cannot use the Actions cache; undefined where they can. */
const findGhaObjection = ({ hasCacheService, isTrusted }: CacheFacts): string | undefined => {
  if (!hasCacheService) return 'this runner offers no Actions cache'
  return isTrusted ? undefined : 'builds of a fork do not get the token of the Actions cache'
}

const readOnly = 'this run may only read the Actions cache'

const choose = (
  targets: readonly Target[],
  facts: CacheFacts,
): readonly [CacheKind, why: string] => {
  const objection = findGhaObjection(facts) ?? (canExportCache(facts) ? undefined : classicStore)
  if (objection === undefined) return ['gha', 'the runner has the Actions cache']
  if (targets.some(({ further }) => further.some(isPush))) return ['inline', objection]
  return ['none', objection]
}

const hasOwn = ({ bake }: Target): boolean =>
  [bake.definition['cache-from'], bake.definition['cache-to']].some(
    (each) => toEntries(each).length > 0,
  )

const namesOf = (targets: readonly Target[]): string => targets.map(({ name }) => name).join(', ')

const refuseHomeless = (targets: readonly Target[]): void => {
  if (targets.length === 0) return
  throw new Failure(
    `cache: registry has no place for the cache of ${namesOf(targets)}: no tag names a registry`,
    {
      remedy:
        'Name a repository in cache-ref, such as ghcr.io/acme/cache, or begin a tag with its registry.',
    },
  )
}

const toLack = (why: string): Failure =>
  new Failure(`cache-required is set, and there is no cache: ${why}`, {
    remedy: 'Leave cache-required out for such runs, or take another cache.',
  })

/** Adds the caches that `cache` asks for. A target that has some of its own keeps them. */
const addCaches = (all: readonly Target[], inputs: CacheInputs, facts: CacheFacts): CachePlan => {
  if (inputs.cache === 'none' || all.length === 0) return { targets: all, lines: [] }
  const own = all.filter(hasOwn)
  const [kind, why] = inputs.cache === 'auto' ? choose(all, facts) : ([inputs.cache, ''] as const)
  if (kind === 'none' && own.length < all.length && inputs.cacheRequired) throw toLack(why)
  const found = all.map((target) => ({
    target,
    cache: hasOwn(target) ? undefined : toCache(kind, target, inputs, facts),
  }))
  refuseHomeless(found.flatMap(({ target, cache }) => (cache || hasOwn(target) ? [] : [target])))
  const places = found.flatMap(({ target, cache }) =>
    cache && kind !== 'none' ? [`${target.name} (${cache.place})`] : [],
  )
  const chosen = inputs.cache === 'auto' ? `auto chose ${kind}, as ${why}` : kind
  const into = places.length === 0 ? '' : `: ${places.join(', ')}`
  return {
    targets: found.map(({ target, cache }) =>
      change(target, (definition) => ({ ...definition, ...cache?.entries })),
    ),
    lines: [
      `cache: ${chosen}${into}.`,
      ...(own.length === 0
        ? []
        : [`cache: cache-from and cache-to stay as they are for ${namesOf(own)}.`]),
    ],
  }
}

const change = (
  target: Target,
  toDefinition: (definition: BakeDefinition) => BakeDefinition,
): Target => ({
  ...target,
  bake: { ...target.bake, definition: toDefinition(target.bake.definition) },
})

/** What its bases have as targets of their own: they find their cache, and have written it. */
const withBases = (target: Target, all: readonly Target[]): Target => ({
  ...target,
  bases: target.bases.map((base) => {
    const { definition = base.definition } =
      all.find(({ bake }) => bake.name === base.name)?.bake ?? {}
    const { 'cache-from': from } = definition
    const found = from === undefined ? base.definition : { ...base.definition, 'cache-from': from }
    return { ...base, definition: withoutCacheExport(found) }
  }),
})

const isGha = (entry: unknown): boolean => typeOf(toFields(entry)) === 'gha'

/** buildx leaves out what it has no token for, and says nothing of it. */
const findIdle = (targets: readonly Target[], facts: CacheFacts): string | undefined => {
  const uses = (word: 'cache-from' | 'cache-to') =>
    targets.filter(({ bake }) => toEntries(bake.definition[word]).some(isGha))
  const users = [...new Set([...uses('cache-from'), ...uses('cache-to')])]
  if (users.length === 0) return undefined
  const objection = findGhaObjection(facts)
  if (objection !== undefined) return `type=gha of ${namesOf(users)} has no effect: ${objection}`
  return facts.mayWriteCache
    ? undefined
    : `The cache of ${namesOf(users)} stays as it is: ${readOnly}`
}

/**
 * Decides where each target's cache is: what `cache` asks for, or the definition's own, made such that every
 * registry takes it and that a build does not fail where it is not to.
 *
 * @throws {Failure} when a cache has no place, or what is required cannot be
 */
export const planCaches = (
  all: readonly Target[],
  inputs: CacheInputs,
  facts: CacheFacts,
): CachePlan => {
  const added = addCaches(all, inputs, facts)
  const rules = { isRequired: inputs.cacheRequired, versions: facts.versions }
  const targets = added.targets.map((target) =>
    change(target, (definition) => withSafeCaches(definition, rules)),
  )
  const idle = findIdle(targets, facts)
  if (inputs.cacheRequired && idle !== undefined) throw toLack(idle)
  return {
    targets: targets.map((target) => withBases(target, targets)),
    lines: [...added.lines, ...(idle === undefined ? [] : [`${idle}.`])],
  }
}
