import type { Stats } from 'node:fs'
import { type FileHandle, lstat, readdir, readlink } from 'node:fs/promises'
import { attempt, Failure } from '../../../failure.ts'
import { toLine } from '../../../text/to-line.ts'
import type { TreeLink } from '../source.ts'
import { openFolder, openFolderWithin, toPlace } from './open-within.ts'

/** What is in a folder of a checkout; nothing of it has been read. */
export type Walked = {
  /** Relative to the folder. */
  readonly files: readonly string[]
  readonly links: readonly TreeLink[]
  readonly emptyFolders: readonly string[]
}

const mostEntries = 100_000

/** A path that is longer could not be opened by its name. */
const mostPathBytes = 4_000
const deepest = 100
const mostTold = 10

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Names and targets are bytes; what is no text stays `undefined`. */
const decode = (bytes: Buffer): string | undefined => attempt(() => decoder.decode(bytes))

/**
 * Why a link may not be: folders of the tree are no links, so that `..` at the beginning leads to where it
 * says; after the name of a link it would lead elsewhere.
 */
export const refuseTarget = (path: string, target: string): string | undefined => {
  if (target.startsWith('/')) return 'leads to an absolute path'
  const [, up = '', rest = ''] = /^((?:\.\.?(?:\/+|$))*)(.*)$/s.exec(target) ?? []
  if (rest.split('/').includes('..')) return 'goes up after it has gone down'
  const steps = up.split('/').filter((part) => part === '..').length
  return steps > path.split('/').length - 1 ? 'leads out of what is taken' : undefined
}

type Walk = {
  readonly files: string[]
  readonly links: TreeLink[]
  readonly emptyFolders: string[]
  readonly problems: string[]
  readonly signal: AbortSignal
  entries: number
}

const odd = (stat: Stats): string => {
  if (stat.isSocket()) return 'a socket'
  return stat.isFIFO() ? 'a pipe' : 'a device'
}

const addLink = async (walk: Walk, place: string, path: string): Promise<void> => {
  const target = decode(await readlink(place, { encoding: 'buffer' }))
  const why = target === undefined ? 'leads to what is no UTF-8' : refuseTarget(path, target)
  if (target === undefined || why !== undefined) walk.problems.push(`the link ${path} ${why}`)
  else walk.links.push({ path, target })
}

const addEntry = async (
  walk: Walk,
  folder: FileHandle,
  name: string,
  path: string,
  depth: number,
): Promise<void> => {
  const place = toPlace(folder, name)
  const stat = await lstat(place)
  if (stat.isFile()) walk.files.push(path)
  else if (stat.isSymbolicLink()) await addLink(walk, place, path)
  else if (!stat.isDirectory()) walk.problems.push(`${path} is ${odd(stat)}`)
  else {
    const below = await openFolder(place)
    try {
      await addFolder(walk, below, path, depth + 1)
    } finally {
      await below.close()
    }
  }
}

const addFolder = async (
  walk: Walk,
  folder: FileHandle,
  path: string,
  depth: number,
): Promise<void> => {
  walk.signal.throwIfAborted()
  if (depth > deepest) throw new Failure(`${toLine(path)} is more than ${deepest} folders deep`)
  const names = await readdir(toPlace(folder), { encoding: 'buffer' })
  walk.entries += names.length
  if (walk.entries > mostEntries)
    throw new Failure(`It has more than ${mostEntries} files, links and folders`, {
      remedy: 'Name a folder that has fewer, or pack them.',
    })
  let taken = 0
  for (const bytes of names.toSorted(Buffer.compare)) {
    const name = decode(bytes)
    const below = `${path}${path === '' ? '' : '/'}${name ?? bytes.toString('latin1')}`
    if (name === '.git') {
      if (path !== '')
        walk.problems.push(
          `${path} is a repository of its own, whose files need a line of their own`,
        )
      continue
    }
    taken += 1
    if (name === undefined) walk.problems.push(`the name ${below} is no UTF-8`)
    else if (Buffer.byteLength(below) > mostPathBytes)
      walk.problems.push(`the path ${below} has more than ${mostPathBytes} bytes`)
    else await addEntry(walk, folder, name, below, depth)
  }
  if (taken === 0 && path !== '') walk.emptyFolders.push(path)
}

/** One message of all problems, of which the first ones are told. */
export const refuseAll = (what: string, problems: readonly string[], remedy: string): Failure => {
  const more = problems.length - mostTold
  const told = problems.slice(0, mostTold).map((problem) => toLine(problem, 400))
  const rest = more > 0 ? `; and ${more} more` : ''
  return new Failure(`${what}: ${told.join('; ')}${rest}`, { remedy })
}

/**
 * Lists a folder of a checkout without `.git`. No link is followed.
 *
 * @param root real path of the workspace
 * @param path of the folder in it, without links
 * @throws {Failure} that names all that cannot be taken
 */
export const walkFolder = async (
  root: string,
  path: string,
  signal: AbortSignal,
): Promise<Walked> => {
  const walk: Walk = {
    files: [],
    links: [],
    emptyFolders: [],
    problems: [],
    signal,
    entries: 0,
  }
  const folder = await openFolderWithin(root, path)
  try {
    await addFolder(walk, folder, '', 0)
  } finally {
    await folder.close()
  }
  if (walk.problems.length > 0)
    throw refuseAll(
      `${toLine(path) || 'The workspace'} has what no node can be given`,
      walk.problems,
      'Take it away, or name a folder without it.',
    )
  return walk
}
