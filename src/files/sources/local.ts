import { createHash } from 'node:crypto'
import { type BigIntStats, lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, posix } from 'node:path'
import { attempt, Failure } from '../../failure.ts'
import { readRegularFile } from '../../host/read-file.ts'
import { createLinkCheck } from './links.ts'
import type { Tree, TreeFile } from './source.ts'

/** A file of this machine, and how to tell that it is still the same. */
export type LocalFile = TreeFile & {
  /** `DEVICE:INODE:SIZE:MODIFIED:CHANGED`, the times in nanoseconds. */
  readonly stat: string
}

/** A folder or a file of this machine, as it was seen. */
export type LocalSource = Tree & {
  readonly files: readonly LocalFile[]
  /** In which the paths are. */
  readonly folder: string
  /** `DEVICE:INODE` of it. */
  readonly identity: string
  readonly sizeBytes: number
  /** Equal keys mean that nothing was touched in between; undefined where that could not be seen yet. */
  readonly key: string | undefined
  /** Files that are Git LFS pointers in place of what they point to. */
  readonly pointers: readonly string[]
}

const mostEntries = 100_000

/** Times of files tell changes apart only if some time lies between them. */
const quietNs = 2_000_000_000n

const hasModels = (names: readonly string[]): boolean =>
  names.some((name) => /^(?:models|datasets|spaces)--/.test(name))

/** Whether a folder is a cache of Hugging Face's, or the home of one (`HF_HOME`). */
const isCache = (folder: string, names: readonly string[]): boolean =>
  hasModels(names) ||
  (names.includes('hub') && hasModels(attempt(() => readdirSync(join(folder, 'hub'))) ?? []))

/** Of a cache of Hugging Face's, what is of use to nobody who only reads: locks, and second copies. */
const ofDownloads: ReadonlySet<string> = new Set(['.locks', 'xet'])

const pointerStart = 'version https://git-lfs.github.com/spec/v1\n'

const isPointer = (path: string, { size }: BigIntStats): boolean =>
  size > 100n &&
  size < 1_024n &&
  readRegularFile(path, 1_024).toString('latin1').startsWith(pointerStart)

const refuse = (path: string, why: string, remedy: string): never => {
  throw new Failure(`node-files: ${path} ${why}`, { remedy })
}

/** Within the tree, and lexically so: what is at its path is somebody else's to say. */
const requireInner = (path: string, target: string, given: string): void => {
  const end = posix.normalize(posix.join(posix.dirname(path), target))
  if (target.startsWith('/') || end === '..' || end.startsWith('../'))
    refuse(
      `${given}/${path}`,
      `is a link that leads out of ${given}`,
      'Put a file in its place, or name the folder that holds both.',
    )
}

export const toStat = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`

type Found = {
  readonly files: LocalFile[]
  readonly links: { readonly path: string; readonly target: string }[]
  readonly emptyFolders: string[]
  readonly pointers: string[]
  latestNs: bigint
  count: number
  readonly mostEntries: number
}

const addFile = (found: Found, root: string, path: string, stats: BigIntStats): void => {
  const { size, mode, mtimeNs, ctimeNs } = stats
  for (const time of [mtimeNs, ctimeNs]) if (time > found.latestNs) found.latestNs = time
  const isExecutable = (mode & 0o100n) !== 0n
  const file = { path, sizeBytes: Number(size), isExecutable, sha256: undefined }
  found.files.push({ ...file, stat: toStat(stats) })
  if (isPointer(join(root, path), stats)) found.pointers.push(path)
}

const addFolder = (found: Found, root: string, path: string, given: string): void => {
  const names = readdirSync(join(root, path), { encoding: 'buffer' })
  const isOfCache = isCache(join(root, path), names.map(String))
  let isEmpty = true
  for (const bytes of names.toSorted(Buffer.compare)) {
    const name = bytes.toString('utf8')
    const inner = path === '' ? name : `${path}/${name}`
    if (!Buffer.from(name).equals(bytes))
      refuse(`${given}/${inner}`, 'has a name that is not UTF-8', 'Rename it.')
    if (inner === '.git' || (isOfCache && ofDownloads.has(name))) continue
    isEmpty = false
    found.count += 1
    if (found.count > found.mostEntries)
      refuse(
        given,
        `has more than ${found.mostEntries} files and folders`,
        'Name a folder with fewer, or pack it.',
      )
    const stats = lstatSync(join(root, inner), { bigint: true })
    if (stats.isDirectory()) addFolder(found, root, inner, given)
    else if (stats.isFile()) addFile(found, root, inner, stats)
    else if (stats.isSymbolicLink()) {
      const target = readlinkSync(join(root, inner))
      requireInner(inner, target, given)
      found.links.push({ path: inner, target })
    } else
      refuse(
        `${given}/${inner}`,
        'is neither a file, a folder nor a link',
        'Leave it out of the folder.',
      )
  }
  if (isEmpty && path !== '') found.emptyFolders.push(path)
}

/** Names alone do not tell where a link ends that leads through another one. */
const requireInnerEnds = ({ links }: Found, given: string): void => {
  const targets = new Map(links.map(({ path, target }) => [path, target]))
  const check = createLinkCheck((path) => targets.get(path))
  for (const { path, target } of links) {
    try {
      check(path, target)
    } catch (cause) {
      throw new Failure(`node-files: ${given} has a link that no node can be given`, { cause })
    }
  }
}

const toStatKey = ({ files, links, emptyFolders }: Found, isFile: boolean): string => {
  // A folder of one file has the same row as that file.
  const hash = createHash('sha256').update(isFile ? 'file\0' : 'folder\0')
  for (const { path, isExecutable, stat } of files)
    hash.update(`f${path}\0${isExecutable}\0${stat}\0`)
  for (const { path, target } of links) hash.update(`l${path}\0${target}\0`)
  for (const path of emptyFolders) hash.update(`d${path}\0`)
  return hash.digest('hex')
}

/**
 * Lists a folder, or a file, of this machine.
 *
 * @param path absolute; checked to be one that the workflow's author means
 * @param given as people wrote it
 * @param most of files and folders
 * @throws {Failure} for what cannot be put onto a node
 */
export const findLocalSource = (path: string, given: string, most = mostEntries): LocalSource => {
  const real = realpathSync(path)
  const top = lstatSync(real, { bigint: true })
  const isFile = top.isFile()
  if (!isFile && !top.isDirectory()) refuse(given, 'is neither a file nor a folder', 'Name one.')
  const folder = isFile ? dirname(real) : real
  const found: Found = {
    files: [],
    links: [],
    emptyFolders: [],
    pointers: [],
    latestNs: 0n,
    count: 0,
    mostEntries: most,
  }
  if (isFile) addFile(found, folder, basename(real), top)
  else addFolder(found, folder, '', given)
  requireInnerEnds(found, given)
  if (found.files.length === 0)
    refuse(given, 'has no files', 'Name a folder that has some; is it made by a later step?')
  const { dev, ino } = lstatSync(folder, { bigint: true })
  const isQuiet = BigInt(Date.now()) * 1_000_000n - found.latestNs > quietNs
  return {
    isFile,
    ...found,
    folder,
    identity: `${dev}:${ino}`,
    sizeBytes: found.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    key: isQuiet ? toStatKey(found, isFile) : undefined,
  }
}
