import { dirname, join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { Failure } from '../failure.ts'
import { readRegularFile } from '../host/read-file.ts'
import type { Ask } from './asks.ts'

type Yaml = Readonly<Record<string, unknown>>

/** Whether a path may be read at all. */
type MayRead = (ask: Ask) => boolean

const toMap = (value: unknown): Yaml =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Yaml) : {}

/** A path, a list of paths, or of maps that have one. */
const toPaths = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).flatMap((entry: unknown) => {
    if (typeof entry === 'string') return [entry]
    return toMap(entry)['path'] === undefined ? [] : toPaths(toMap(entry)['path'])
  })

const parse = (file: string, path: string): readonly Yaml[] => {
  try {
    const documents = parseAllDocuments(readRegularFile(path).toString('utf8'), {
      merge: true,
      uniqueKeys: false,
      logLevel: 'silent',
    })
    for (const { errors } of documents) if (errors[0] !== undefined) throw errors[0]
    return documents.map((document) => toMap(document.toJS({ maxAliasCount: 10_000 })))
  } catch (cause) {
    // It may be HCL, for which Bake has to look at it.
    if (!/\.ya?ml$/i.test(file)) return []
    const line = String((cause as Error).message).split('\n')[0]
    throw new Failure(`Bake's Compose file ${file} cannot be read: ${line}`)
  }
}

/** More is no project that people write. */
const mostFiles = 100

/**
 * What Compose files have Bake read of the machine while it prints what they mean: other files of
 * theirs, and variables. A service's own paths are among its target's.
 *
 * @param files relative to the workspace, or absolute
 * @throws {Failure} when one is no YAML
 */
export const findComposeAsks = (
  files: readonly string[],
  workspace: string,
  mayRead: MayRead,
): readonly Ask[] => {
  const asks: Ask[] = []
  const seen = new Set<string>()
  const add = (key: string, base: string, path: string): string | undefined => {
    if (path.includes('$')) {
      asks.push({ key, want: { kind: 'template', text: path } })
      return undefined
    }
    const full = path.startsWith('/') ? path : join(base, path)
    const ask: Ask = { key, want: { kind: 'read', path: full } }
    asks.push(ask)
    return mayRead(ask) ? full : undefined
  }
  const visit = (file: string | undefined, base: string): void => {
    if (file === undefined || seen.has(`${base} ${file}`)) return
    if (seen.size >= mostFiles)
      throw new Failure(`More than ${mostFiles} Compose files include each other`)
    seen.add(`${base} ${file}`)
    add('.env', base, '.env')
    for (const { services, include } of parse(
      file,
      join(file.startsWith('/') ? '' : workspace, file),
    )) {
      for (const service of Object.values(toMap(services)).map(toMap)) {
        for (const path of toPaths(service['env_file'])) add('env_file', base, path)
        const { file: extended } = toMap(service['extends'])
        if (typeof extended !== 'string') continue
        const found = add('extends', base, extended)
        visit(found, dirname(found ?? ''))
      }
      for (const entry of Array.isArray(include) ? include : []) {
        const { project_directory: folder, env_file: variables } = toMap(entry)
        for (const path of toPaths(variables)) add('include', base, path)
        const found = toPaths(entry).map((path) => add('include', base, path))
        const start =
          typeof folder === 'string' ? add('include', base, folder) : dirname(found[0] ?? '')
        for (const each of found) if (start !== undefined) visit(each, start)
      }
    }
  }
  for (const file of files) visit(file, '.')
  return asks
}
