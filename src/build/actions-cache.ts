import { toFields } from '../inputs/entries.ts'
import type { BakeTarget } from './definition.ts'

type Defined = Pick<BakeTarget, 'definition'>

/** A secret of the Bake file's could be the token itself, by the name of its variable. */
const namesToken = ({ definition }: Defined): boolean =>
  /ACTIONS_/.test(JSON.stringify(definition['secret'] ?? ''))

/**
 * Whether a target's cache is GitHub's, for which BuildKit needs the run's own token. One build gets
 * it for all of its entries, or for none: an address of the Bake file's own choice would be sent it.
 */
export const usesActionsCache = (targets: readonly Defined[]): boolean => {
  const entries = targets
    .flatMap(({ definition }) => [definition['cache-from'], definition['cache-to']])
    .flatMap((each) => (Array.isArray(each) ? each : []))
    .map(toFields)
    .filter((fields) => /^gha$/i.test(fields.get('type') ?? ''))
  const isElsewhere = entries.some((fields) => fields.has('url') || fields.has('url_v2'))
  return entries.length > 0 && !isElsewhere && !targets.some(namesToken)
}
