import type { BakeTarget } from './definition.ts'

/** As newer versions of buildx print an entry, or older ones: a list of `key=value`. */
const isOfActions = (entry: unknown): boolean => {
  if (typeof entry === 'string') return /(?:^|,)\s*"?type=gha"?\s*(?:,|$)/i.test(entry)
  return (entry as { readonly type?: unknown } | null)?.type === 'gha'
}

/** Whether a target's cache is GitHub's, for which BuildKit needs the run's own token. */
export const usesActionsCache = (targets: readonly Pick<BakeTarget, 'definition'>[]): boolean =>
  targets
    .flatMap(({ definition }) => [definition['cache-from'], definition['cache-to']])
    .some((entries) => Array.isArray(entries) && entries.some(isOfActions))
