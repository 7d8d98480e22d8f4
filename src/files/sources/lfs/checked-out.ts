import { closeSync, lstatSync, openSync, realpathSync } from 'node:fs'
import { join, relative } from 'node:path'
import { attempt } from '../../../failure.ts'
import { openMemoryFile } from '../../../host/memory-file.ts'
import { askGit, type GitAsker } from '../git.ts'
import type { LocalFile, LocalSource } from '../local.ts'
import type { Tree } from '../source.ts'
import { locate } from './locate.ts'
import { mostPointerBytes, parsePointer } from './pointer.ts'

/**
 * Tells the digest of a file that git-lfs has checked out and nobody has touched since.
 *
 * @param path in the repository
 * @param stat as `toStat` writes it
 */
export type FindDigest = (path: string, stat: string) => string | undefined

type Entry = { readonly object: string; readonly path: string; readonly stat: string }

/** Of `ls-files --stage --debug -z`, which may change with git's version: what differs has no digests. */
const grammar =
  /([0-7]{6}) ([0-9a-f]{40}|[0-9a-f]{64}) ([0-3])\t([^\0]+)\0 {2}ctime: ([0-9]{1,10}):([0-9]{1,9})\n {2}mtime: ([0-9]{1,10}):([0-9]{1,9})\n {2}dev: [0-9]+\tino: ([0-9]{1,10})\n {2}uid: [0-9]+\tgid: [0-9]+\n {2}size: ([0-9]{1,10})\tflags: [0-9a-f]+\n/y

const secondNs = 1_000_000_000n

const toNs = (seconds: string, rest: string): bigint => BigInt(seconds) * secondNs + BigInt(rest)

/** Git's index has 32 bits for each of them. */
const shorten = (value: bigint): bigint => BigInt.asUintN(32, value)

/**
 * Reads what git has written of files.
 *
 * @param writtenNs when it was written: a file that was changed in that moment or later may look the same
 */
export const parseEntries = (text: string, writtenNs: bigint): readonly Entry[] => {
  const entries: Entry[] = []
  for (let at = 0; at < text.length; at = grammar.lastIndex) {
    grammar.lastIndex = at
    const found = grammar.exec(text)
    if (found === null) return []
    const [, mode = '', object = '', stage, path = '', cs = '', cn = '', ms = '', mn = ''] = found
    const [changed, modified] = [toNs(cs, cn), toNs(ms, mn)]
    const isFile = mode.startsWith('100') && stage === '0'
    if (isFile && changed < writtenNs && modified < writtenNs)
      entries.push({ object, path, stat: `${found[9]}:${found[10]}:${modified}:${changed}` })
  }
  return entries
}

/** As far as git's index has it. */
const toShortStat = (stat: string): string => {
  const [, inode = 0n, size = 0n, modified = 0n, changed = 0n] = stat.split(':').map(BigInt)
  const toShortNs = (time: bigint): bigint =>
    shorten(time / secondNs) * secondNs + (time % secondNs)
  return [shorten(inode), shorten(size), toShortNs(modified), toShortNs(changed)].join(':')
}

/** Asks git about objects. */
const askObjects = async (
  asker: GitAsker,
  gitDir: string,
  how: '--batch' | '--batch-check',
  objects: readonly string[],
): Promise<string> => {
  const named = openMemoryFile(Buffer.from(objects.map((object) => `${object}\n`).join('')))
  // From its beginning.
  const fd = openSync(`/proc/self/fd/${named}`, 'r')
  try {
    return (await askGit(asker, [gitDir, 'cat-file', how], { fd })) ?? ''
  } finally {
    for (const each of [fd, named]) closeSync(each)
  }
}

/** Those small enough to be pointers: what else a repository has may be large. */
const findSmall = (printed: string): readonly string[] =>
  printed.split('\n').flatMap((line) => {
    const [, object = '', size] = /^([0-9a-f]+) blob ([0-9]+)$/.exec(line) ?? []
    return Number(size) < mostPointerBytes ? [object] : []
  })

const parsePointers = (printed: string) => {
  const rest = Buffer.from(printed)
  const pointers = new Map<string, { readonly oid: string; readonly sizeBytes: number }>()
  for (let at = 0; at < rest.length; ) {
    const end = rest.indexOf('\n', at)
    const [, object = '', size] =
      /^([0-9a-f]+) blob ([0-9]{1,4})$/.exec(rest.toString('latin1', at, end)) ?? []
    // What is no UTF-8 has other lengths, and is no pointer.
    if (end < 0 || size === undefined) break
    const content = rest.subarray(end + 1, end + 1 + Number(size))
    const pointer = attempt(() => parsePointer(content, object))
    if (pointer !== undefined) pointers.set(object, pointer)
    at = end + Number(size) + 2
  }
  return pointers
}

const nothing: FindDigest = () => undefined

const read = async (repository: string, path: string, asker: GitAsker): Promise<FindDigest> => {
  const gitDir = `--git-dir=${join(repository, '.git')}`
  const index = lstatSync(join(repository, '.git/index'), { bigint: true })
  const args = ['--literal-pathspecs', 'ls-files', '--stage', '--debug', '-z']
  const where = path === '' ? [] : ['--', path]
  const tree = `--work-tree=${repository}`
  const listed = await askGit(asker, ['-C', repository, gitDir, tree, ...args, ...where])
  const entries = parseEntries(listed ?? '', index.mtimeNs)
  if (entries.length === 0) return nothing
  const ask = (how: '--batch' | '--batch-check', objects: readonly string[]) =>
    askObjects(asker, gitDir, how, objects)
  const objects = [...new Set(entries.map(({ object }) => object))]
  const small = findSmall(await ask('--batch-check', objects))
  const pointers = parsePointers(small.length === 0 ? '' : await ask('--batch', small))
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  return (name, stat) => {
    const entry = byPath.get(name)
    const pointer = pointers.get(entry?.object ?? '')
    if (entry === undefined || pointer === undefined) return undefined
    const isSame = entry.stat === toShortStat(stat) && stat.split(':')[2] === `${pointer.sizeBytes}`
    // What is as short as a pointer may be one.
    return isSame && pointer.sizeBytes >= mostPointerBytes ? pointer.oid : undefined
  }
}

/**
 * Reads of git's index which files git-lfs has checked out in place of which pointers. Where git cannot tell,
 * files are read instead.
 *
 * @param repository real path of its folder
 * @param path in it
 */
export const readCheckedOut = (
  repository: string,
  path: string,
  asker: GitAsker,
): Promise<FindDigest> =>
  read(repository, path, asker).catch(() => {
    asker.signal.throwIfAborted()
    return nothing
  })

/** Gives files of a checkout the digests that git knows: what the store has of them need not be read. */
export const recallDigests = async (
  source: LocalSource,
  workspace: string,
  asker: GitAsker,
): Promise<Tree> => {
  const { folder } = source
  const files: readonly LocalFile[] = source.files
  const location = attempt(() => locate(workspace, relative(realpathSync(workspace), folder)))
  if (location?.git !== 'folder') return source
  const within = relative(location.repository, folder)
  const findDigest = await readCheckedOut(location.repository, within, asker)
  const digestOf = (path: string, stat: string) => findDigest(join(within, path), stat)
  return {
    ...source,
    files: files.map((file) => ({ ...file, sha256: digestOf(file.path, file.stat) })),
  }
}
