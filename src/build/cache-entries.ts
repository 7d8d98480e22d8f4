import { findOlder, type Version } from '../docker/version.ts'
import { toEntries, toFields } from '../inputs/entries.ts'
import type { BakeDefinition } from '../inputs/inputs.ts'

/** How entries of a cache may be changed. */
export type CacheRules = {
  /** A cache that cannot be written fails the build. */
  readonly isRequired: boolean
  /** Of BuildKit; none where buildx does not tell. */
  readonly versions: readonly Version[]
}

/** A text without `=` is the name of an image. */
export const typeOf = (fields: ReadonlyMap<string, string>): string =>
  (fields.get('type') ?? 'registry').toLowerCase()

/** What is there is never changed. */
const addFields = (entry: unknown, added: Readonly<Record<string, string>>): unknown => {
  const fields = toFields(entry)
  const missing = Object.entries(added).filter(([key]) => !fields.has(key))
  if (missing.length === 0) return entry
  if (typeof entry !== 'string') return { ...(entry as object), ...Object.fromEntries(missing) }
  const start = fields.has('') ? `type=registry,ref=${entry}` : entry
  return [start, ...missing.map(([key, value]) => `${key}=${value}`)].join(',')
}

/** Registries such as Amazon's refuse the older form of a cache, an index of layers. */
const asImage = (fields: ReadonlyMap<string, string>): Readonly<Record<string, string>> =>
  fields.get('oci-mediatypes') === 'false' || fields.get('image-manifest') === 'false'
    ? {}
    : { 'image-manifest': 'true', 'oci-mediatypes': 'true' }

/** The first release of BuildKit that knows `ignore-error`. */
const ignoreError: Version = [0, 12]

const toSafe = (entry: unknown, { isRequired, versions }: CacheRules): unknown => {
  const fields = toFields(entry)
  const type = typeOf(fields)
  const isKnown = findOlder(versions, ignoreError) === undefined
  const isLenient = type !== 'inline' && !isRequired && isKnown
  return addFields(entry, {
    ...(type === 'registry' && asImage(fields)),
    ...(isLenient && { 'ignore-error': 'true' }),
  })
}

/**
 * A definition whose caches are written in a form that every registry takes, and that does not fail where
 * one cannot be written.
 */
export const withSafeCaches = (definition: BakeDefinition, rules: CacheRules): BakeDefinition => {
  const entries = toEntries(definition['cache-to'])
  if (entries.length === 0) return definition
  return { ...definition, 'cache-to': entries.map((entry) => toSafe(entry, rules)) }
}

/** One that reads no cache. */
export const withoutCacheImport = (definition: BakeDefinition): BakeDefinition => ({
  ...definition,
  'cache-from': [],
})

/** One that writes no cache but what is a part of the image itself, whose ID would be another one. */
export const withoutCacheExport = (definition: BakeDefinition): BakeDefinition => {
  const entries = toEntries(definition['cache-to'])
  const inline = entries.filter((entry) => typeOf(toFields(entry)) === 'inline')
  return inline.length === entries.length ? definition : { ...definition, 'cache-to': inline }
}
