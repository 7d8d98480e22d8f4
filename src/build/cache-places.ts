import type { Version } from '../docker/version.ts'
import { toRepository } from '../image/reference.ts'
import type { CacheChoice } from '../inputs/choices.ts'
import type { CacheInputs } from '../inputs/inputs.ts'
import { toVariant } from '../inputs/variant.ts'
import { shorten } from '../text/shorten.ts'
import type { Target } from './target.ts'

/** What the builder and the runner can do for a cache. */
export type CacheFacts = {
  readonly driver: string | undefined
  readonly hasContainerdStore: boolean
  /** Of BuildKit. */
  readonly versions: readonly Version[]
  /** Whether the runner told where the Actions cache is. */
  readonly hasCacheService: boolean
  /** Whether the run may write into it. */
  readonly mayWriteCache: boolean
  /** Whether builds may have the run's token for it. */
  readonly isTrusted: boolean
  /** Of this machine, as Node.js calls it. */
  readonly architecture: string
}

/** Where a cache may be. */
export type CacheKind = Exclude<CacheChoice, 'auto'>

/** Node.js' names, where they are not Docker's. */
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' }

const toWord = (text: string): string => text.replace(/[^\w.-]+/g, '-')

/**
 * What tells a target's cache from others: the target's name, and what else makes it another build. Jobs
 * for several platforms, or stages, often share all else.
 */
export const toScope = (
  { name, tags, bake }: Target,
  { architecture }: Pick<CacheFacts, 'architecture'>,
) => {
  const isSingle = name !== bake.name
  const own = architectures[architecture] ?? architecture
  const { stage, platforms } = toVariant(bake.definition, own)
  const image = toRepository(tags[0]?.canonical ?? '').replace(/^docker\.io\/(library\/)?/, '')
  const rest = [
    ...(isSingle && stage !== undefined ? [stage] : []),
    ...(platforms === 'linux/amd64' ? [] : [platforms]),
  ]
  return {
    full: toWord([isSingle ? image : name, ...rest].join('-')),
    /** Where the image's name stands before it. */
    short: toWord([...(isSingle ? [] : [name]), ...rest].join('-')),
  }
}

/**
 * A name with its registry. Others are names of this machine: on Docker Hub they may be a stranger's, whose
 * cache the build would take.
 */
const findRegistryTag = ({ tags }: Target): string | undefined =>
  tags.find(({ given }) => /^(?:[^/]*[.:][^/]*|localhost)\//.test(given))?.given

const longestTag = 128

const toTag = (text: string): string =>
  text.length <= longestTag ? text : shorten(text, longestTag, text, 12)

const toCacheRef = (target: Target, ref: string | undefined, facts: CacheFacts) => {
  const { full, short } = toScope(target, facts)
  if (ref !== undefined) {
    const repository = toRepository(ref)
    return `${repository}:${toTag(`${ref.slice(repository.length + 1) || 'buildcache'}-${full}`)}`
  }
  const tag = findRegistryTag(target)
  const words = ['buildcache', ...(short === '' ? [] : [short])]
  return tag && `${toRepository(tag)}:${toTag(words.join('-'))}`
}

type Entries = Partial<Record<'cache-from' | 'cache-to', readonly string[]>>

/** The entries of one target, and how its cache is called; undefined where it has no place. */
export const toCache = (
  kind: CacheKind,
  target: Target,
  { cacheRef }: CacheInputs,
  facts: CacheFacts,
): { readonly place: string; readonly entries: Entries } | undefined => {
  switch (kind) {
    case 'none':
      return { place: '', entries: {} }
    case 'gha': {
      const { full } = toScope(target, facts)
      const entry = `type=gha,scope=${full}`
      const to = facts.mayWriteCache ? { 'cache-to': [`${entry},mode=max`] } : {}
      return { place: `scope ${full}`, entries: { 'cache-from': [entry], ...to } }
    }
    case 'registry': {
      const ref = toCacheRef(target, cacheRef, facts)
      const entry = `type=registry,ref=${ref}`
      const entries = { 'cache-from': [entry], 'cache-to': [`${entry},mode=max`] }
      return ref === undefined ? undefined : { place: ref, entries }
    }
    case 'inline': {
      const tag = findRegistryTag(target)
      const from = tag === undefined ? {} : { 'cache-from': [`type=registry,ref=${tag}`] }
      return { place: tag ?? 'the image', entries: { ...from, 'cache-to': ['type=inline'] } }
    }
  }
}
