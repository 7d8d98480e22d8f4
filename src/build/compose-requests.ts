import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Document, parseAllDocuments, visit as visitNodes } from 'yaml'
import { attempt, Failure } from '../failure.ts'
import { readRegularFile } from '../host/read-file.ts'
import { isMap } from '../inputs/yaml-words.ts'
import type { AccessRequest } from './requests.ts'

type Yaml = Readonly<Record<string, unknown>>

/** Whether a path may be read at all. */
type MayRead = (request: AccessRequest) => boolean

const toMap = (value: unknown): Yaml => (isMap(value) ? value : {})

/** A path, a list of paths, or of maps that have one. */
const toPaths = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).flatMap((entry: unknown) => {
    if (typeof entry === 'string') return [entry]
    return toMap(entry)['path'] === undefined ? [] : toPaths(toMap(entry)['path'])
  })

/** Values under a name in any case: Compose goes by that in `include`. */
const toFolded = (map: Yaml, name: string): readonly unknown[] =>
  Object.entries(map).flatMap(([key, value]) => (key.toLowerCase() === name ? [value] : []))

const unreadable = (file: string, why: string): Failure =>
  new Failure(`Bake's Compose file ${file} cannot be read: ${why}`)

/** Where Bake's own YAML begins a line, or skips something, and ours does not. */
const oddBreaks = /\r(?!\n)|[\u0085\u2028\u2029\ufeff]/

/** Bake's own parser takes what begins with a mark of UTF-16 for that. */
const readText = (file: string, path: string): string => {
  const bytes = readRegularFile(path)
  const text = attempt(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  if (text !== undefined && !oddBreaks.test(text)) return text
  throw unreadable(file, 'it is not UTF-8 text with ordinary line ends')
}

const harmlessTags =
  /^(?:!|!reset|!override|tag:yaml\.org,2002:(?:str|null|bool|int|float|map|seq))$/

/** A tag such as `!!binary` would have a text mean another one. */
const requireOrdinaryTags = (file: string, document: Document): void => {
  visitNodes(document, {
    Node: (_, node) => {
      const { tag } = node as { readonly tag?: string }
      if (tag !== undefined && !harmlessTags.test(tag))
        throw unreadable(file, `it has the tag ${tag}`)
    },
  })
}

const parse = (file: string, path: string): readonly Yaml[] => {
  try {
    const documents = parseAllDocuments(readText(file, path), {
      merge: true,
      uniqueKeys: false,
      // Tags stay where they are written.
      resolveKnownTags: false,
      logLevel: 'silent',
    })
    for (const { errors } of documents) if (errors[0] !== undefined) throw errors[0]
    return documents.map((document) => {
      requireOrdinaryTags(file, document)
      return toMap(document.toJS({ maxAliasCount: 10_000 }))
    })
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    // It may be HCL, for which Bake has to look at it.
    if (!/\.ya?ml$/i.test(file)) return []
    throw unreadable(file, String((cause as Error).message).split('\n')[0] ?? '')
  }
}

/** More is no project that people write. */
const mostFiles = 100

/** Enters that a path is read. Returns where it leads, if that may be gone into. */
type Enter = (key: string, base: string, path: string) => string | undefined

const createEnter = (mayRead: MayRead, requests: AccessRequest[]): Enter => {
  const read = (key: string, text: string): AccessRequest => {
    const request = { key, kind: 'read', text } as const
    requests.push(request)
    return request
  }
  return (key, base, path) => {
    if (path.includes('$')) {
      // It may lead anywhere, so it needs all.
      const isAllowed = mayRead({ key, kind: 'read', text: '/' })
      if (!isAllowed) requests.push({ key, kind: 'template', text: path })
      return undefined
    }
    // Compose means the home, in some places.
    if (path.startsWith('~')) read(key, join(homedir(), path.slice(1)))
    const full = path.startsWith('/') ? path : join(base, path)
    return mayRead(read(key, full)) ? full : undefined
  }
}

/** A file that is read, and the folder that its paths start from. */
type Found = { readonly file: string | undefined; readonly base: string }

const findExtended = (services: unknown, base: string, enter: Enter): readonly Found[] =>
  Object.values(toMap(services)).flatMap((service) => {
    const { env_file: variables, extends: extended } = toMap(service)
    for (const path of toPaths(variables)) enter('env_file', base, path)
    const { file } = toMap(extended)
    if (typeof file !== 'string') return []
    const found = enter('extends', base, file)
    return [{ file: found, base: dirname(found ?? '') }]
  })

const findIncluded = (entry: unknown, base: string, enter: Enter): readonly Found[] => {
  const named = typeof entry === 'string' ? { path: entry } : toMap(entry)
  for (const path of toFolded(named, 'env_file').flatMap(toPaths)) enter('include', base, path)
  const files = toFolded(named, 'path')
    .flatMap(toPaths)
    .map((path) => enter('include', base, path))
  const folders = toFolded(named, 'project_directory').flatMap(toPaths)
  // Compose goes on from another folder than the one that is meant, where one is named within another.
  if (folders.length > 0 && base !== '.') {
    throw new Failure(
      `A Compose file that is included, in ${base}, includes others with a project_directory, of which Compose does not say where their paths start`,
      { remedy: 'Include them from the first file, or leave project_directory out.' },
    )
  }
  const starts =
    folders.length === 0
      ? [dirname(files[0] ?? '')]
      : folders.flatMap((folder) => enter('include', base, folder) ?? [])
  return starts.flatMap((start) => files.map((file) => ({ file, base: start })))
}

/**
 * What Compose files have Bake read of the machine while it prints what they mean: other files of
 * theirs, and variables. A service's own paths are among its target's.
 *
 * @param files relative to the workspace, or absolute
 * @throws {Failure} when one is no YAML, or may be read in two ways
 */
export const findComposeRequests = (
  files: readonly string[],
  workspace: string,
  mayRead: MayRead,
): readonly AccessRequest[] => {
  const requests: AccessRequest[] = []
  const enter = createEnter(mayRead, requests)
  const seen = new Set<string>()
  const visit = ({ file, base }: Found): void => {
    if (file === undefined || seen.has(`${base} ${file}`)) return
    if (seen.size >= mostFiles)
      throw new Failure(`More than ${mostFiles} Compose files include each other`)
    seen.add(`${base} ${file}`)
    enter('.env', base, '.env')
    const path = join(file.startsWith('/') ? '' : workspace, file)
    for (const { services, include } of parse(file, path)) {
      findExtended(services, base, enter).forEach(visit)
      const entries = Array.isArray(include) ? include : []
      for (const entry of entries) findIncluded(entry, base, enter).forEach(visit)
    }
  }
  for (const file of files) visit({ file, base: '.' })
  return requests
}
