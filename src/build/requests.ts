import { dirname, join } from 'node:path'
import { toContextPaths, toDockerfilePaths, wantsAgent } from '../inputs/context.ts'
import { splitFields, toEntries, toFields } from '../inputs/entries.ts'
import type { BakeDefinition, BakeFile } from '../inputs/inputs.ts'

/** Something that a target of a Bake file requests of the machine that it is built on. */
export type AccessRequest = {
  /** The word of the target that says so. */
  readonly key: string
  /**
   * A path, or a word of `bake --allow`; or what no one can allow, as Bake would read it as something
   * else than we do.
   */
  readonly kind: 'read' | 'write' | 'word' | 'template'
  readonly text: string
}

type Wish = readonly [kind: AccessRequest['kind'], text: string]

const read = (path: string): Wish => ['read', path]
const write = (path: string): Wish => ['write', path]

const ofContexts = (target: BakeDefinition, workspace: string): readonly AccessRequest[] => {
  const { context = '.', contexts, dockerfile = 'Dockerfile' } = target
  const named = typeof context === 'string' ? context : undefined
  const paths = named === undefined ? [] : toContextPaths(named, workspace)
  const file = String(dockerfile)
  const local = /^cwd:\/\/(.*)$/s.exec(file)?.[1]
  const files =
    local !== undefined || file.startsWith('/')
      ? [local ?? file]
      : paths.map((path) => join(path, file))
  // A frontend of the Dockerfile's own choice may read all of its folder.
  const ofFiles = files.flatMap((path) => [dirname(path), ...toDockerfilePaths(path)])
  const further = Object.values(contexts ?? {}).map(String)
  const agent = { key: 'context', kind: 'word', text: 'ssh' } as const
  const ofKey = (key: string, all: readonly string[]): readonly AccessRequest[] =>
    all.map((text) => ({ key, kind: 'read', text }))
  return [
    ...ofKey('context', paths),
    ...ofKey('dockerfile', ofFiles),
    ...(named !== undefined && wantsAgent(named) ? [agent] : []),
    ...further.flatMap((each) => ofKey('contexts', toContextPaths(each, workspace))),
  ]
}

const ofSecret = (entry: unknown): readonly Wish[] => {
  const fields = toFields(entry)
  const env = fields.get('env')
  const paths = ['src', 'source'].flatMap((name) => fields.get(name) || [])
  if (paths.length > 0 && fields.get('type') === 'env' && !env) return []
  // Without a place, an id that is not the name of a variable is that of a file.
  return (paths.length > 0 || env ? paths : [fields.get('id') ?? '']).map(read)
}

const ofSsh = (entry: unknown): readonly Wish[] => {
  const paths =
    typeof entry === 'string'
      ? entry.slice(entry.indexOf('=') + 1 || entry.length).split(',')
      : toEntries((entry as { readonly paths?: unknown } | null)?.paths).map(String)
  const named = paths.filter((path) => path !== '')
  // An empty one is the agent's, too.
  const isAgent = named.length < Math.max(paths.length, 1)
  return [...named.map(read), ...(isAgent ? [['word', 'ssh'] as const] : [])]
}

const cachePaths = (entry: unknown): readonly string[] =>
  ['src', 'dest'].flatMap((name) => toFields(entry).get(name) ?? [])

/** `-` is standard output, a text without `=` a folder. */
const ofOutput = (entry: unknown): readonly Wish[] => {
  const path = toFields(entry).get('dest') ?? toFields(entry).get('')
  return path === undefined || path === '' || path === '-' ? [] : [write(path)]
}

const ofEntitlement = (entry: unknown): readonly Wish[] => {
  const [name = '', value = ''] = String(entry).split(/=(.*)/s)
  const [device] = splitFields(value)
  return [['word', name === 'device' && device ? `device=${device}` : String(entry)]]
}

/** buildx 0.31 reads any file; newer ones stay in the context and the folder that they are started in. */
const ofPolicy = (entry: unknown): readonly Wish[] =>
  splitFields(String(entry)).flatMap((field) => {
    const [, path] = /^\s*filename\s*=(?:cwd:\/\/)?(.+)$/is.exec(field) ?? []
    return path === undefined ? [] : [read(path)]
  })

/** What each entry of a word requests. */
const finders: Readonly<Record<string, (entry: unknown) => readonly Wish[]>> = {
  secret: ofSecret,
  ssh: ofSsh,
  'cache-from': (entry) => cachePaths(entry).map(read),
  'cache-to': (entry) => cachePaths(entry).map(write),
  output: ofOutput,
  policy: ofPolicy,
  network: (entry) => (entry === 'host' ? [['word', 'network.host']] : []),
  entitlements: ofEntitlement,
}

/** `output` is replaced by ours. */
const reaching = ['context', 'contexts', 'dockerfile', ...Object.keys(finders)].filter(
  (key) => key !== 'output',
)

/**
 * Bake printed what it had read, and reads it once more for the build: `${...}` in a path would be
 * something else then.
 */
const ofTemplates = (target: BakeDefinition): readonly AccessRequest[] =>
  reaching.flatMap((key) => {
    const text = JSON.stringify(target[key] ?? '')
    return /[$%]\{/.test(text) ? [{ key, kind: 'template', text } as const] : []
  })

/**
 * All that a target requests of the machine, as far as Bake's own `--allow` is about it, and more: what
 * follows from an id alone, folders of images, names that look like addresses.
 */
export const findRequests = (
  target: BakeDefinition,
  workspace: string,
): readonly AccessRequest[] => [
  ...ofTemplates(target),
  ...ofContexts(target, workspace),
  ...Object.entries(finders).flatMap(([key, find]) =>
    toEntries(target[key])
      .flatMap(find)
      .map(([kind, text]) => ({ key, kind, text })),
  ),
]

/** What each target requests, by its name. */
export const findTargetRequests = (
  { target }: BakeFile,
  workspace: string,
): ReadonlyMap<string, readonly AccessRequest[]> =>
  new Map(
    Object.entries(target).map(([name, definition]) => [name, findRequests(definition, workspace)]),
  )
