import { createHash } from 'node:crypto'
import { closeSync, fstatSync, readSync, type Stats } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { Failure } from '../../../failure.ts'
import type { GitAsker } from '../git.ts'
import { toStat } from '../local.ts'
import type { Tree, TreeFile } from '../source.ts'
import { type FindDigest, readCheckedOut } from './checked-out.ts'
import type { Location } from './locate.ts'
import { openFileWithin, readPieces, using } from './open-within.ts'
import { mostPointerBytes, parsePointer } from './pointer.ts'
import { refuseAll, walkFolder } from './walk.ts'

/** A file of a checkout, and what it stands for. */
export type Inspected = TreeFile & {
  readonly sha256: string
  /** Whether its content is elsewhere. */
  readonly isPointer: boolean
}

type Found = Omit<Inspected, 'sha256'> & { readonly sha256: string | undefined }

/** @param place relative to the workspace */
const lookAt = (fd: number, { mode, size }: Stats, path: string, place: string): Found => {
  const isExecutable = (mode & 0o100) !== 0
  const large = { path, sizeBytes: size, isExecutable, sha256: undefined, isPointer: false }
  if (size >= mostPointerBytes) return large
  const buffer = Buffer.alloc(mostPointerBytes)
  const content = buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, 0))
  if (content.length === mostPointerBytes) return large
  const pointer = parsePointer(content, place)
  if (pointer !== undefined)
    return {
      path,
      sizeBytes: pointer.sizeBytes,
      isExecutable,
      sha256: pointer.oid,
      isPointer: true,
    }
  const sha256 = createHash('sha256').update(content).digest('hex')
  return { path, sizeBytes: content.length, isExecutable, sha256, isPointer: false }
}

const hashFile = async (
  { root, repository }: Location,
  place: string,
  file: Found,
  findDigest: FindDigest,
  signal: AbortSignal,
): Promise<Inspected> => {
  const fd = openFileWithin(root, place)
  try {
    const stats = fstatSync(fd, { bigint: true })
    const known = findDigest(relative(repository, join(root, place)), toStat(stats))
    if (known !== undefined) return { ...file, sizeBytes: Number(stats.size), sha256: known }
    const hash = createHash('sha256')
    let sizeBytes = 0
    for await (const piece of readPieces(fd, signal)) {
      hash.update(piece)
      sizeBytes += piece.length
    }
    return { ...file, sizeBytes, sha256: hash.digest('hex') }
  } finally {
    closeSync(fd)
  }
}

const atOnce = 4

const listFiles = ({ root, path, isFile }: Location, folder: string) => {
  const found: Found[] = []
  const add = (fd: number, stat: Stats, name: string): void =>
    void found.push(lookAt(fd, stat, name, folder === '' ? name : `${folder}/${name}`))
  if (!isFile) return { found, ...walkFolder(root, path, add) }
  using(openFileWithin(root, path), (fd) => add(fd, fstatSync(fd), basename(path)))
  return { found, links: [], emptyFolders: [] }
}

/** Nobody is asked where all are pointers. */
const findCheckedOut = async (
  { root, path, repository, git }: Location,
  found: readonly Found[],
  asker: GitAsker,
): Promise<FindDigest> =>
  git === 'folder' && found.some(({ sha256 }) => sha256 === undefined)
    ? readCheckedOut(repository, relative(repository, join(root, path)), asker)
    : () => undefined

/**
 * Finds what a line names, and reads what is no pointer to have its digest, where git does not know it.
 *
 * @param folder of the files' paths, in the workspace
 * @throws {Failure} that names all that cannot be taken
 */
export const inspect = async (
  location: Location,
  folder: string,
  asker: GitAsker,
): Promise<Omit<Tree, 'isFile' | 'files'> & { readonly files: readonly Inspected[] }> => {
  const { found, links, emptyFolders } = listFiles(location, folder)
  const { signal } = asker
  const findDigest = await findCheckedOut(location, found, asker)
  const problems: Error[] = []
  const files: Inspected[] = []
  const waiting = found.toReversed()
  const work = async (): Promise<void> => {
    for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
      const { path, sha256 } = each
      if (sha256 !== undefined) {
        files.push({ ...each, sha256 })
        continue
      }
      const place = folder === '' ? path : `${folder}/${path}`
      await hashFile(location, place, each, findDigest, signal).then(
        (file) => void files.push(file),
        () => void problems.push(new Failure(`${path} cannot be read`)),
      )
      signal.throwIfAborted()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  if (problems.length > 0) throw refuseAll(location.path, problems)
  return { files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)), links, emptyFolders }
}
