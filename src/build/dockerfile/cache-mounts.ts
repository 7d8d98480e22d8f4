import { posix } from 'node:path'
import { toFields } from '../../inputs/entries.ts'
import type { Instruction } from './instructions.ts'
import { expand } from './words.ts'

/** A cache that RUN steps mount, by what makes it another one for BuildKit. */
export type CacheMount = {
  /** Its target where nothing else is written. */
  readonly id: string
  /** As in a mount's flag; undefined where nothing is written. */
  readonly uid: string | undefined
  readonly gid: string | undefined
  readonly mode: string | undefined
  readonly sharing: 'shared' | 'private' | 'locked'
}

/** A cache that a line mounts; its text where Slipway cannot know, or keep, what that is. */
export type FoundMount = { readonly line: number } & (
  | { readonly mount: CacheMount }
  | { readonly mount: undefined; readonly why: string }
)

const isSharing = (word: string): word is CacheMount['sharing'] =>
  word === 'shared' || word === 'private' || word === 'locked'

const toMount = (options: ReadonlyMap<string, string>): CacheMount | string => {
  const target = options.get('target') ?? options.get('dst') ?? options.get('destination') ?? ''
  const sharing = options.get('sharing')?.toLowerCase() || 'shared'
  const [uid, gid, mode] = ['uid', 'gid', 'mode'].map((name) => options.get(name) || undefined)
  if (options.has('from') || options.has('source') || options.has('src'))
    return 'begins with files of the build (from, source)'
  if (![uid, gid].every((each) => each === undefined || /^\d{1,10}$/.test(each)))
    return 'has an owner that is no number'
  if (mode !== undefined && !/^[0-7]{1,5}$/.test(mode)) return 'has a mode that is no octal number'
  if (!isSharing(sharing)) return 'has an unknown sharing'
  // As BuildKit names it, also where the path is relative.
  const id = options.get('id') || posix.normalize(target).replace(/(.)\/$/, '$1')
  return { id, uid, gid, mode, sharing }
}

/**
 * The caches that an instruction mounts.
 *
 * @param variables that are known at this line
 */
export const toCacheMounts = (
  { keyword, flags, line }: Instruction,
  escapeSign: string,
  variables: ReadonlyMap<string, string>,
): readonly FoundMount[] =>
  keyword !== 'run'
    ? []
    : flags.flatMap((flag): readonly FoundMount[] => {
        if (!/^--mount=(?:.*,)?\s*type=cache\b/i.test(flag)) return []
        let isKnown = true
        const text = expand(flag.slice('--mount='.length), escapeSign, (name) => {
          isKnown &&= variables.has(name)
          return variables.get(name)
        })
        const mount =
          isKnown && text !== undefined ? toMount(toFields(text)) : 'has variables without a value'
        return [
          typeof mount === 'string' ? { line, mount: undefined, why: mount } : { line, mount },
        ]
      })
