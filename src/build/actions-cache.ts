import type { BakeTarget } from './definition.ts'

/** An entry's words, as newer versions of buildx print it, a map, or as older ones do, in a line. */
const toWords = (entry: unknown): readonly string[] =>
  typeof entry === 'string'
    ? entry.split(',').map((word) => word.trim().replace(/^"|"$/g, ''))
    : Object.entries(entry ?? {}).map((pair) => pair.join('='))

const isOfActions = (words: readonly string[]): boolean =>
  words.some((word) => /^type=gha$/i.test(word))

/** An address of the Bake file's own choice would be sent the run's token. */
const isElsewhere = (words: readonly string[]): boolean =>
  words.some((word) => /^url(?:_v2)?\s*=/i.test(word))

/** A secret of the Bake file's could be the token itself, by the name of its variable. */
const namesToken = ({ definition }: Pick<BakeTarget, 'definition'>): boolean =>
  /ACTIONS_/.test(JSON.stringify(definition['secret'] ?? ''))

/**
 * Whether a target's cache is GitHub's, for which BuildKit needs the run's own token. One build gets
 * it for all of its entries, or for none.
 */
export const usesActionsCache = (targets: readonly Pick<BakeTarget, 'definition'>[]): boolean => {
  const entries = targets
    .flatMap(({ definition }) => [definition['cache-from'], definition['cache-to']])
    .flatMap((each) => (Array.isArray(each) ? each.map(toWords) : []))
    .filter(isOfActions)
  return entries.length > 0 && !entries.some(isElsewhere) && !targets.some(namesToken)
}
