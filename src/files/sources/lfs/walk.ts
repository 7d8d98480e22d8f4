import { fstatSync, lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs'
import { attempt, Failure } from '../../../failure.ts'
import { toLine } from '../../../text/to-line.ts'
import type { TreeLink } from '../source.ts'
import { openEnd, openFolder, openFolderWithin, toPlace, using } from './open-within.ts'
import { refuseTarget } from './target.ts'

/** What is in a folder of a checkout besides files. */
export type Walked = {
  readonly links: readonly TreeLink[]
  readonly emptyFolders: readonly string[]
}

/**
 * Takes an open file.
 *
 * @param path relative to the folder that is walked
 * @throws {Failure} where it cannot be taken, which the walk tells at its end
 */
export type LookAtFile = (fd: number, stat: Stats, path: string) => void

const mostEntries = 100_000

/** A path that is longer could not be opened by its name. */
const mostPathBytes = 4_000
const deepest = 100
const mostTold = 10

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Names and targets are bytes; what is no text stays `undefined`. */
const decode = (bytes: Buffer): string | undefined => attempt(() => decoder.decode(bytes))

type Walk = {
  readonly links: TreeLink[]
  readonly emptyFolders: string[]
  readonly problems: Error[]
  readonly look: LookAtFile
  entries: number
}

const toKind = (stat: Stats): string => {
  if (stat.isSocket()) return 'a socket'
  return stat.isFIFO() ? 'a pipe' : 'a device'
}

const addLink = (walk: Walk, place: string, path: string): void => {
  const target = decode(readlinkSync(place, { encoding: 'buffer' }))
  const why = target === undefined ? 'leads to what is no UTF-8' : refuseTarget(path, target)
  if (target !== undefined && why === undefined) walk.links.push({ path, target })
  else throw new Failure(`the link ${path} ${why}`)
}

const addFile = (walk: Walk, place: string, path: string): void =>
  using(openEnd(place), (fd) => {
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw new Failure(`${path} is no file any more`)
    walk.look(fd, stat, path)
  })

const addEntry = (walk: Walk, place: string, path: string, depth: number): void => {
  if (Buffer.byteLength(path) > mostPathBytes)
    throw new Failure(`the path ${path} has more than ${mostPathBytes} bytes`)
  const stat = lstatSync(place)
  if (stat.isFile()) addFile(walk, place, path)
  else if (stat.isSymbolicLink()) addLink(walk, place, path)
  else if (stat.isDirectory())
    using(openFolder(place), (below) => addFolder(walk, below, path, depth + 1))
  else throw new Failure(`${path} is ${toKind(stat)}`)
}

const explain = (error: unknown, path: string): Error => {
  if (error instanceof Failure) return error
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined) throw error
  return new Failure(`${path} cannot be opened (${code})`)
}

/** Ends the walk at once. */
class TooMuch extends Error {}

const refuseEnd = (walk: Walk, path: string, depth: number): void => {
  if (depth > deepest) throw new TooMuch(`${path} is more than ${deepest} folders deep`)
  if (walk.entries > mostEntries)
    throw new TooMuch(`it has more than ${mostEntries} files, links and folders`)
}

const addFolder = (walk: Walk, folder: number, path: string, depth: number): void => {
  const names = readdirSync(toPlace(folder), { encoding: 'buffer' })
  walk.entries += names.length
  refuseEnd(walk, path, depth)
  const isGit = (name: Buffer): boolean => name.toString('latin1') === '.git'
  if (path !== '' && names.some(isGit))
    throw new Failure(`${path} is a repository of its own, whose files need a line of their own`)
  const taken = names.filter((name) => !isGit(name)).toSorted(Buffer.compare)
  for (const bytes of taken) {
    const name = decode(bytes)
    const below = `${path}${path === '' ? '' : '/'}${name ?? bytes.toString('latin1')}`
    try {
      if (name === undefined) throw new Failure(`the name ${below} is no UTF-8`)
      addEntry(walk, toPlace(folder, name), below, depth)
    } catch (error) {
      if (error instanceof TooMuch) throw error
      walk.problems.push(explain(error, below))
    }
  }
  if (taken.length === 0 && path !== '') walk.emptyFolders.push(path)
}

/** One message of all problems, of which the first ones are told. */
export const refuseAll = (path: string, problems: readonly Error[]): Error => {
  const [first] = problems
  // It may know its line.
  if (problems.length === 1 && first instanceof Failure && first.remedy !== undefined) return first
  const more = problems.length - mostTold
  const told = problems.slice(0, mostTold).map(({ message }) => toLine(message, 400))
  const rest = more > 0 ? `; and ${more} more` : ''
  return new Failure(
    `lfs:${toLine(path) || '.'} has what no node can be given: ${told.join('; ')}${rest}`,
    { remedy: 'Take it away, or name a folder without it.' },
  )
}

/**
 * Goes through a folder of a checkout without its `.git`. No link is followed. Not asynchronous: thousands
 * of files are opened in the time that so many promises would take alone.
 *
 * @param root real path of the workspace
 * @param path of the folder in it, without links
 * @throws {Failure} that names all that cannot be taken
 */
export const walkFolder = (root: string, path: string, look: LookAtFile): Walked => {
  const walk: Walk = { links: [], emptyFolders: [], problems: [], look, entries: 0 }
  try {
    using(openFolderWithin(root, path), (folder) => addFolder(walk, folder, '', 0))
  } catch (error) {
    walk.problems.push(error instanceof TooMuch ? error : explain(error, path))
  }
  if (walk.problems.length > 0) throw refuseAll(path, walk.problems)
  return walk
}
