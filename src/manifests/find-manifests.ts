import { glob, stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { readRegularFile } from '../host/read-file.ts'
import { findOutside, toRealPaths } from '../host/real-path.ts'
import { decodeManifest } from './decode.ts'
import { joinManifests, type Manifests } from './workload.ts'

/** More than this is a whole repository, not what is applied. */
const mostFiles = 2_000

const isManifestName = (path: string): boolean => /\.(ya?ml|json)$/i.test(path)

/** Where globs start, and what they leave out. */
type Search = { readonly workspace: string; readonly exclude: readonly string[] }

/** Links are followed; one that leads nowhere is `other`, as is what is not there. */
const inspectPath = async (path: string, pattern: string, workspace: string) => {
  const found = await stat(path).catch(() => undefined)
  const kind = found?.isFile() ? 'file' : found?.isDirectory() ? 'folder' : 'other'
  /** Where it leads that was found in the workspace, and is outside of it. */
  const outside = findOwnOutside(path, pattern, workspace)
  return { path, kind, outside }
}

type Entry = Awaited<ReturnType<typeof inspectPath>>

/** Links there are whoever's who wrote what was checked out; an absolute glob is the author's own. */
const findOwnOutside = (path: string, pattern: string, workspace: string): string | undefined =>
  pattern.startsWith('/') ? undefined : findOutside(path, workspace, toRealPaths('.', workspace))

/** What would be gone through must not be the whole machine. */
const requireInside = (pattern: string, workspace: string): void => {
  const folder = pattern.replace(/[^/]*[*?{[(].*$/s, '')
  const outside = findOwnOutside(folder, pattern, workspace)
  if (outside === undefined) return
  throw new Failure(`manifests: ${pattern} leads out of the workspace, to ${outside}`, {
    remedy: 'Write the absolute path if you mean that.',
  })
}

const expand = async (pattern: string, search: Search): Promise<readonly Entry[]> => {
  const { workspace, exclude } = search
  requireInside(pattern, workspace)
  // A name that is there is meant as it is, also with brackets in it.
  const named = await inspectPath(resolve(workspace, pattern), pattern, workspace)
  if (named.kind !== 'other') return [named]
  const entries: Entry[] = []
  for await (const path of glob(pattern, { cwd: workspace, exclude })) {
    if (entries.length > mostFiles) break
    if (isManifestName(path))
      entries.push(await inspectPath(resolve(workspace, path), pattern, workspace))
  }
  return entries.filter(({ kind }) => kind !== 'folder')
}

const requireSome = async (
  pattern: string,
  entries: readonly Entry[],
  excluded: readonly string[],
  workspace: string,
): Promise<void> => {
  const [first] = entries
  if (first?.kind === 'folder') {
    throw new Failure(`manifests: ${pattern} is a folder`, {
      remedy: `Name its files, such as ${pattern.replace(/\/$/, '')}/*.yaml.`,
    })
  }
  if (entries.length > 0) return
  if (excluded.length > 0 && (await expand(pattern, { workspace, exclude: [] })).length > 0) {
    const all = excluded.map((glob) => `!${glob}`).join(', ')
    throw new Failure(`manifests: ${all} leaves out all files that ${pattern} matches`, {
      remedy: 'Exclude less, or do not set manifests at all.',
    })
  }
  throw new Failure(`manifests: ${pattern} matches no file that ends in .yaml, .yml or .json`, {
    remedy: 'Paths start in the workspace. A step that writes manifests must run before this one.',
  })
}

const findEntries = async (patterns: readonly string[], workspace: string): Promise<Entry[]> => {
  const excluded = patterns
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) => pattern.slice(1).trim().replace(/^\.\//, ''))
  const search = { workspace, exclude: ['**/node_modules', ...excluded] }
  const found = new Map<string, Entry>()
  for (const pattern of patterns.filter((each) => !each.startsWith('!'))) {
    const entries = await expand(pattern, search)
    await requireSome(pattern, entries, excluded, workspace)
    for (const entry of entries) found.set(entry.path, entry)
  }
  if (found.size > mostFiles) {
    throw new Failure(`manifests: more than ${mostFiles} files match`, {
      remedy: 'Name the folder of the manifests, such as k8s/**/*.yaml.',
    })
  }
  return [...found.values()].sort((a, b) => a.path.localeCompare(b.path))
}

const readManifest = (path: string): ReturnType<typeof decodeManifest> => {
  try {
    return decodeManifest(readRegularFile(path))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { why: `it cannot be read (${code ?? message})` }
  }
}

const readEntry = async (
  { path, kind, outside }: Entry,
  workspace: string,
): Promise<Partial<Manifests>> => {
  const below = relative(workspace, path)
  const file = below.startsWith('..') ? path : below
  const skip = (why: string): Partial<Manifests> => ({
    warnings: [{ message: `${file} is not checked: ${why}.`, location: { file, line: 1 } }],
  })
  if (kind !== 'file') return skip('it is not a file')
  if (outside !== undefined) return skip(`it leads out of the workspace, to ${outside}`)
  const decoded = readManifest(path)
  if ('why' in decoded) return skip(decoded.why)
  // The YAML library is a large part of all that is loaded, and most steps have no use for it.
  const { parseManifest } = await import('./parse-manifest.ts')
  return parseManifest(decoded.text, file)
}

/**
 * Reads the Kubernetes manifests that the globs name, those that begin with `!` left out.
 *
 * @throws {Failure} when a glob matches no manifest: a typo must not mean that nothing is checked
 */
export const findManifests = async (
  patterns: readonly string[],
  workspace: string,
): Promise<Manifests> => {
  const read: Partial<Manifests>[] = []
  for (const entry of await findEntries(patterns, workspace)) {
    read.push(await readEntry(entry, workspace))
  }
  return joinManifests(read)
}
