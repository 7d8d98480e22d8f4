import { dirname, join } from 'node:path'
import { toContextPaths, wantsAgent } from '../inputs/context.ts'
import type { BakeFile } from '../inputs/inputs.ts'

/** Something that a target of a Bake file wants from the machine that it is built on. */
export type Ask = {
  /** The word of the target that says so. */
  readonly key: string
  readonly want:
    | { readonly kind: 'read' | 'write'; readonly path: string }
    /** In the words of `bake --allow`. */
    | { readonly kind: 'word'; readonly word: string }
    /** What no one can allow, as Bake would read it as something else than we do. */
    | { readonly kind: 'template'; readonly text: string }
}

type Definition = Readonly<Record<string, unknown>>

const toEntries = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]

/** A line of CSV as Go reads it, where a field in quotes has commas of its own. */
const splitFields = (line: string): readonly string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
  )

/** An entry as newer versions of buildx print it, a map, or as older ones do, `key=value,...`. */
const toFields = (entry: unknown): ReadonlyMap<string, string> => {
  const pairs: readonly (readonly [string, unknown])[] =
    typeof entry === 'string'
      ? splitFields(entry).map((field) => {
          const at = field.indexOf('=')
          return at < 0 ? ['', field] : [field.slice(0, at).trim(), field.slice(at + 1)]
        })
      : Object.entries(entry ?? {})
  return new Map(
    pairs.flatMap(([key, value]) =>
      typeof value === 'string' ? [[key.toLowerCase(), value] as const] : [],
    ),
  )
}

const read = (key: string, path: string): Ask => ({ key, want: { kind: 'read', path } })
const write = (key: string, path: string): Ask => ({ key, want: { kind: 'write', path } })
const word = (key: string, text: string): Ask => ({ key, want: { kind: 'word', word: text } })

const ofContexts = (target: Definition, workspace: string): readonly Ask[] => {
  const { context = '.', contexts, dockerfile = 'Dockerfile' } = target
  const paths = typeof context === 'string' ? toContextPaths(context, workspace) : []
  const file = String(dockerfile)
  const local = /^cwd:\/\/(.*)$/s.exec(file)?.[1]
  const files =
    local !== undefined || file.startsWith('/')
      ? [local ?? file]
      : paths.map((path) => join(path, file))
  return [
    ...paths.map((path) => read('context', path)),
    ...files.flatMap((path) => [
      // A frontend of the Dockerfile's own choice may read all of its folder.
      read('dockerfile', dirname(path)),
      read('dockerfile', path),
      // buildx takes a policy from beside it.
      read('dockerfile', `${path}.rego`),
    ]),
    ...(typeof context === 'string' && wantsAgent(context) ? [word('context', 'ssh')] : []),
    ...Object.values(contexts ?? {}).flatMap((each) =>
      toContextPaths(String(each), workspace).map((path) => read('contexts', path)),
    ),
  ]
}

const ofSecret = (entry: unknown): readonly Ask[] => {
  const fields = toFields(entry)
  const env = fields.get('env')
  const paths = ['src', 'source'].flatMap((name) => fields.get(name) || [])
  if (paths.length > 0 && fields.get('type') === 'env' && !env) return []
  // Without a place, an id that is not the name of a variable is that of a file.
  const files = paths.length > 0 || env ? paths : [fields.get('id') ?? '']
  return files.map((path) => read('secret', path))
}

const ofSsh = (entry: unknown): readonly Ask[] => {
  const paths =
    typeof entry === 'string'
      ? entry.slice(entry.indexOf('=') + 1 || entry.length).split(',')
      : toEntries((entry as { readonly paths?: unknown } | null)?.paths).map(String)
  const named = paths.filter((path) => path !== '')
  // An empty one is the agent's, too.
  const isAgent = named.length < Math.max(paths.length, 1)
  return [...named.map((path) => read('ssh', path)), ...(isAgent ? [word('ssh', 'ssh')] : [])]
}

const ofCache = (key: string, ask: typeof read, entry: unknown): readonly Ask[] => {
  const fields = toFields(entry)
  return ['src', 'dest'].flatMap((name) => {
    const path = fields.get(name)
    return path === undefined ? [] : [ask(key, path)]
  })
}

/** A text without `=` is the name of an image. */
export const toCacheType = (entry: unknown): string => toFields(entry).get('type') ?? 'registry'

/** `-` is standard output, a text without `=` a folder. */
const ofOutput = (entry: unknown): readonly Ask[] => {
  const fields = toFields(entry)
  const path = fields.get('dest') ?? fields.get('')
  return path === undefined || path === '' || path === '-' ? [] : [write('output', path)]
}

const ofEntitlement = (entry: unknown): readonly Ask[] => {
  const [name = '', value = ''] = String(entry).split(/=(.*)/s)
  const [device] = splitFields(value)
  return [word('entitlements', name === 'device' && device ? `device=${device}` : String(entry))]
}

const reaching = [
  'context',
  'contexts',
  'dockerfile',
  'secret',
  'ssh',
  'cache-from',
  'cache-to',
  'network',
  'entitlements',
] as const

/**
 * Bake printed what it had read, and reads it once more for the build: `${...}` in a path would be
 * something else then.
 */
const ofTemplates = (target: Definition): readonly Ask[] =>
  reaching.flatMap((key) => {
    const text = JSON.stringify(target[key] ?? '')
    return /[$%]\{/.test(text) ? [{ key, want: { kind: 'template', text } } as const] : []
  })

/**
 * All that a target wants from the machine, as far as Bake's own `--allow` is about it, and more: what
 * follows from an id alone, folders of images, names that look like addresses.
 */
export const findAsks = (target: Definition, workspace: string): readonly Ask[] => [
  ...ofTemplates(target),
  ...ofContexts(target, workspace),
  ...toEntries(target['secret']).flatMap(ofSecret),
  ...toEntries(target['ssh']).flatMap(ofSsh),
  ...toEntries(target['cache-from']).flatMap((entry) => ofCache('cache-from', read, entry)),
  ...toEntries(target['cache-to']).flatMap((entry) => ofCache('cache-to', write, entry)),
  ...toEntries(target['output']).flatMap(ofOutput),
  ...(target['network'] === 'host' ? [word('network', 'network.host')] : []),
  ...toEntries(target['entitlements']).flatMap(ofEntitlement),
]

/** What each target wants, by its name. */
export const findTargetAsks = (
  { target }: BakeFile,
  workspace: string,
): ReadonlyMap<string, readonly Ask[]> =>
  new Map(
    Object.entries(target).map(([name, definition]) => [name, findAsks(definition, workspace)]),
  )
