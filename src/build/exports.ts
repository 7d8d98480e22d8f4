import { Failure } from '../failure.ts'
import { toCacheType } from './asks.ts'
import type { Target } from './target.ts'

/** What the builder is, as far as it decides whether it can hand its cache out. */
type CacheFacts = {
  readonly driver: string | undefined
  readonly hasContainerdStore: boolean
  /** Without it, buildx leaves `type=gha` out. */
  readonly hasCacheService: boolean
}

/** As newer versions of buildx print an entry, or older ones: a list of `key=value`. */
const isDisabled = (entry: unknown): boolean =>
  typeof entry === 'string'
    ? /(?:^|,)disabled=true(?:,|$)/.test(entry)
    : String((entry as { readonly disabled?: unknown } | null)?.disabled) === 'true'

/** Targets whose images shall have attestations, by their names. */
export const findAttested = (targets: readonly Target[]): readonly string[] =>
  targets
    .filter((target) => {
      const { attest } = target.bake.definition
      return Array.isArray(attest) && attest.some((entry) => !isDisabled(entry))
    })
    .map(({ name }) => name)

/**
 * Requires that the builder can do what `cache-to` says.
 *
 * @throws {Failure} before anything is built, as every one of these builds would fail
 */
export const requireCacheExport = (
  targets: readonly Target[],
  { driver, hasContainerdStore, hasCacheService }: CacheFacts,
): void => {
  if (driver !== 'docker' || hasContainerdStore) return
  const isExported = (entry: unknown): boolean => {
    const type = toCacheType(entry)
    return type !== 'inline' && (type !== 'gha' || hasCacheService)
  }
  const names = targets
    .filter((target) => {
      const entries = target.bake.definition['cache-to']
      return Array.isArray(entries) && entries.some(isExported)
    })
    .map(({ name }) => name)
  if (names.length === 0) return
  throw new Failure(
    `cache-to of ${names.join(', ')}: the docker driver cannot export its cache from the classic image store`,
    {
      remedy:
        "Use docker/setup-buildx-action before this step, turn on Docker's containerd image store, write type=inline, or set `bake-set: '*.cache-to='`.",
    },
  )
}
