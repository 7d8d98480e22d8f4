import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import type { StoredFile } from '../store/entry.ts'
import { formatCount } from '../text/format.ts'
import type { Progress } from '../text/progress.ts'
import type { Helper, Told } from './conversation.ts'
import { findBrokenBlobs, readNamedDigests } from './sources/hugging-face.ts'
import { toStat } from './sources/local.ts'
import type { RemoteSource, Tree, TreeFile } from './sources/source.ts'
import { refuseUnseen } from './unseen.ts'
import type { FilesSource } from './wanted.ts'

/** A source, and where the helper sees its files. */
export type Sought = {
  readonly found: FilesSource
  readonly seenAs: string
  /** Where what comes from elsewhere is put. */
  readonly folder: string
}

/** Which folder of this machine its files are in, or come to be in. */
export const toFolder = ({ found, folder }: Sought): string =>
  found.kind === 'local' ? found.source.folder : folder

export type Gathered = {
  /** All digests are known. */
  readonly trees: readonly Tree[]
  readonly copiedBytes: number
  readonly broken: readonly string[]
}

const toFlag = (isSo: boolean): string => (isSo ? '1' : '')

/** Which files of what comes from elsewhere the store has. */
const askStore = async (
  helper: Helper,
  files: readonly TreeFile[],
): Promise<ReadonlySet<string>> => {
  const asked = files.map(
    ({ sha256 = '', sizeBytes, isExecutable }) =>
      ['have', sha256, sizeBytes, toFlag(isExecutable)] as const,
  )
  helper.send([...asked, ['answer']])
  const has = new Set<string>()
  await helper.hearUntil('answered', ([word, digest = '', executable = '']) => {
    if (word === 'has') has.add(`${digest}${executable}`)
  })
  return has
}

/** Digests that are needed in no form that the store lacks. */
const toHeld = (files: readonly TreeFile[], has: ReadonlySet<string>): ReadonlySet<string> => {
  const isHeld = ({ sha256, isExecutable }: TreeFile) => has.has(`${sha256}${toFlag(isExecutable)}`)
  const lacking = new Set(files.filter((file) => !isHeld(file)).map(({ sha256 }) => sha256))
  return new Set(files.flatMap(({ sha256 = '' }) => (lacking.has(sha256) ? [] : [sha256])))
}

/** What is kept of files from elsewhere between runs. */
export type Keeping = {
  /** Brings files from where an earlier run has kept them; those that are not there come from their source. */
  readonly restore: (files: readonly StoredFile[]) => Promise<void>
  /** Whether archives are to be kept. */
  readonly keepsArchives: boolean
}

/** Of what is nowhere on this machine; an archive alone says which files it has. */
const toMissing = (
  { tree, blobs = [], elsewhere }: RemoteSource,
  has: ReadonlySet<string>,
): readonly StoredFile[] =>
  (tree?.files ?? blobs).flatMap(({ sha256 = '', sizeBytes }) => {
    const isElsewhere = elsewhere?.has(sha256) ?? true
    return isElsewhere && !has.has(sha256) ? [{ sha256, sizeBytes }] : []
  })

/**
 * Brings what comes from elsewhere to this machine, but for what the store has.
 *
 * @returns a tree for each source
 */
export const fetchTrees = async (
  helper: Helper,
  sought: readonly Sought[],
  progress: Progress,
  signal: AbortSignal,
  { restore, keepsArchives }: Keeping,
): Promise<readonly Tree[]> => {
  const held = new Map<RemoteSource, ReadonlySet<string>>()
  for (const { found } of sought) {
    if (found.kind === 'local') continue
    const known = found.source.tree?.files ?? []
    held.set(found.source, toHeld(known, await askStore(helper, known)))
  }
  await restore([...held].flatMap(([source, has]) => toMissing(source, has)))
  const trees: Tree[] = []
  for (const { found, folder } of sought) {
    const has = found.kind === 'local' ? undefined : held.get(found.source)
    const tell = (done: number, total: number) => progress('fetching', done, total)
    trees.push(
      found.kind === 'local'
        ? ((await found.recall?.()) ?? found.source)
        : await found.source.fetch({
            ...{ folder, has: has ?? new Set(), keepsArchives },
            ...{ progress: tell, signal },
          }),
    )
  }
  return trees
}

type ToNamed = ReturnType<typeof readNamedDigests>

/** How the helper finds a file; without a stat, it has to be in the store. */
const toRow = ({ found, folder }: Sought, index: number, file: TreeFile, toNamed: ToNamed) => {
  const { path, isExecutable, sha256 = '', sizeBytes } = file
  if ('stat' in file) {
    const row = ['file', index, path, `${file.stat}`, toFlag(isExecutable), sha256]
    return [...row, toNamed(path) ?? '']
  }
  const stats =
    found.kind === 'remote'
      ? lstatSync(join(folder, sha256), { bigint: true, throwIfNoEntry: false })
      : undefined
  const stat = stats === undefined ? `0:0:${sizeBytes}:0:0` : toStat(stats)
  return ['file', index, sha256, stat, toFlag(isExecutable), sha256, '']
}

const identityOf = ({ found, folder }: Sought): string => {
  if (found.kind === 'local') return found.source.identity
  const { dev, ino } = lstatSync(folder, { bigint: true })
  return `${dev}:${ino}`
}

const refuseBroken = (paths: readonly string[]): void => {
  if (paths.length === 0) return
  throw new Failure(
    `node-files: ${formatCount(paths.length, 'file')} of a cache of Hugging Face ${paths.length === 1 ? 'is' : 'are'} not what the name says: ${paths.slice(0, 3).join(', ')}`,
    { remedy: 'Download again with `hf download --force-download`.' },
  )
}

/**
 * Has the store get all files that it lacks.
 *
 * @throws {Failure} where one changed meanwhile, or is not what its digest promises
 */
export const gatherFiles = async (
  helper: Helper,
  sought: readonly Sought[],
  trees: readonly Tree[],
  verifies: boolean,
  progress: Progress,
): Promise<Gathered> => {
  const all = trees.flatMap((tree, at) => tree.files.map((file) => ({ at, file })))
  const totalBytes = all.reduce((sum, { file }) => sum + file.sizeBytes, 0)
  const digests = all.map(({ file }) => file.sha256)
  const toNamed = trees.map(readNamedDigests)
  const broken: string[] = []
  let copiedBytes = 0
  const nameOf = (index: string): string => all[Number(index)]?.file.path ?? index
  const hear = ([word, first = '', second = '']: Told): void => {
    if (word === 'object') digests[Number(first)] = second
    else if (word === 'broken') broken.push(first)
    else if (word === 'copied') {
      copiedBytes += Number(first)
      progress('copying', copiedBytes, totalBytes)
    } else if (word === 'unseen') refuseUnseen(toFolder(sought[Number(first)] as Sought))
    else if (word === 'changed')
      throw new Failure(`node-files: ${nameOf(first)} changed while it was copied`, {
        remedy: 'Run this step after those that write to it.',
      })
    else if (word === 'other')
      throw new Failure(
        `node-files: ${nameOf(first)} has the digest ${second}, and not ${digests[Number(first)]}`,
      )
  }
  helper.send([
    ...sought.map((each, index) => ['source', index, each.seenAs, identityOf(each)]),
    ...all.map(({ at, file }) => toRow(sought[at] as Sought, at, file, toNamed[at] as ToNamed)),
    ['gather', toFlag(verifies)],
  ])
  await helper.hearUntil('gathered', hear)
  let next = 0
  const known = trees.map((tree) => ({
    ...tree,
    files: tree.files.map((file) => ({ ...file, sha256: digests[next++] })),
  }))
  for (const tree of known) refuseBroken(findBrokenBlobs(tree))
  return { trees: known, copiedBytes, broken }
}
