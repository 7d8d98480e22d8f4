import { Failure } from '../failure.ts'
import { toEntries, toFields } from '../inputs/entries.ts'
import type { Target } from './target.ts'

/** What the builder is, as far as it decides whether it can hand its cache out. */
type BuilderFacts = {
  readonly driver: string | undefined
  readonly hasContainerdStore: boolean
}

/** Whether the builder can write its cache to another place than the image. */
export const canExportCache = ({ driver, hasContainerdStore }: BuilderFacts): boolean =>
  driver !== 'docker' || hasContainerdStore

/** Why it cannot. */
export const classicStore = 'the docker driver cannot export its cache from the classic image store'

type CacheFacts = BuilderFacts & {
  /** Without it, buildx leaves `type=gha` out. */
  readonly hasCacheService: boolean
}

/** The names of targets with an entry of some kind. */
const findNames = (
  targets: readonly Target[],
  word: 'attest' | 'cache-to',
  isMeant: (fields: ReadonlyMap<string, string>) => boolean,
): readonly string[] =>
  targets
    .filter(({ bake }) => toEntries(bake.definition[word]).map(toFields).some(isMeant))
    .map(({ name }) => name)

/** Targets whose images shall have attestations, by their names. */
export const findAttested = (targets: readonly Target[]): readonly string[] =>
  findNames(targets, 'attest', (fields) => fields.get('disabled') !== 'true')

/** The same of annotations. */
export const findAnnotated = (targets: readonly Target[]): readonly string[] =>
  targets
    .filter(({ bake }) => toEntries(bake.definition['annotations']).length > 0)
    .map(({ name }) => name)

/**
 * Requires that the builder can do what `cache-to` says.
 *
 * @throws {Failure} before anything is built, as every one of these builds would fail
 */
export const requireCacheExport = (targets: readonly Target[], facts: CacheFacts): void => {
  if (canExportCache(facts)) return
  const names = findNames(targets, 'cache-to', (fields) => {
    // A text without `=` is the name of an image.
    const type = fields.get('type') ?? 'registry'
    return type !== 'inline' && (type !== 'gha' || facts.hasCacheService)
  })
  if (names.length === 0) return
  const remedy =
    "Use docker/setup-buildx-action before this step, turn on Docker's containerd image store, write type=inline (or `cache: inline`), or set `bake-set: '*.cache-to='`."
  throw new Failure(`cache-to of ${names.join(', ')}: ${classicStore}`, { remedy })
}
