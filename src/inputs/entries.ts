/** The entries of a target's list; one alone may stand without it. */
export const toEntries = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]

/** The texts of a list. */
export const toTexts = (value: unknown): readonly string[] =>
  toEntries(value).filter((each) => typeof each === 'string')

/** The texts of a map. */
export const toTextMap = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(value ?? {}).filter(([, each]) => typeof each === 'string'))

/** A line of CSV as Go reads it, where a field in quotes has commas of its own. */
export const splitFields = (line: string): readonly string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
  )

/**
 * An entry as newer versions of buildx print it, a map, or as older ones do, `key=value,...`. Names are
 * in lower case; what has no sign is under the empty one.
 */
export const toFields = (entry: unknown): ReadonlyMap<string, string> => {
  const pairs: readonly (readonly [string, unknown])[] =
    typeof entry === 'string'
      ? splitFields(entry).map((field) => {
          const at = field.indexOf('=')
          return at < 0 ? ['', field] : [field.slice(0, at).trim(), field.slice(at + 1)]
        })
      : Object.entries(entry ?? {})
  return new Map(
    pairs.flatMap(([key, value]) =>
      /^(?:string|boolean)$/.test(typeof value) ? [[key.toLowerCase(), String(value)]] : [],
    ),
  )
}
