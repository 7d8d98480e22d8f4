import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildFiles } from '../dockerfile/find.ts'
import type { ContextSource } from '../dockerfile/sources.ts'
import { createIgnore, readIgnoreFile } from '../ignored.ts'
import { isOnTheWay, isSimple, longestMatched, takes } from '../taken.ts'
import { type WalkedFile, walkContext } from '../walk-context.ts'

/** Of files by their paths in the context; of many, one mark of all under no path. */
export type FileMarks = Readonly<Record<string, string>>

/** More have one mark together. */
const mostFiles = 1_000

/** No more of a context is read, and of no file more: a large one is told by its size. */
const mostBytes = 200_000_000
const largestFile = 20_000_000

/** Longer than this it is not worth a sentence. */
const longestMs = 2_000

const markLength = 12

const readMark = async (path: string, bytes: number): Promise<string> => {
  if (bytes > largestFile) return `${bytes} B`
  // It may have become a link or a pipe since.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const { mode } = await file.stat()
    const buffer = Buffer.alloc(bytes)
    const { bytesRead } = await file.read(buffer, 0, bytes, 0)
    const hash = createHash('sha256').update(`${mode & 0o777} `)
    return hash.update(buffer.subarray(0, bytesRead)).digest('hex').slice(0, markLength)
  } finally {
    await file.close()
  }
}

const toOneMark = (marks: FileMarks): FileMarks => {
  const hash = createHash('sha256')
  for (const path of Object.keys(marks).toSorted()) hash.update(`${path}\0${marks[path]}\0`)
  return { '': hash.digest('hex').slice(0, markLength) }
}

/**
 * Marks files of a context by what they have, within bounds of size and time.
 *
 * @returns undefined for a context that is elsewhere, or whose ignore file would take too long to ask
 */
export const createMarks = async ({ folder, ...files }: BuildFiles) => {
  const { text } = readIgnoreFile({ folder, ...files })
  if (folder === undefined || !isSimple(text)) return undefined
  const isOut = createIgnore(text)
  const endMs = performance.now() + longestMs
  const isLate = (): boolean => performance.now() > endMs
  const known = new Map<string, string>()
  let bytes = 0
  const mark = async (file: WalkedFile): Promise<string | undefined> => {
    const { path } = file
    const before = known.get(path)
    if (before !== undefined) return before
    bytes += Math.min(file.bytes, largestFile)
    if (isLate() || bytes > mostBytes) return undefined
    const found = await readMark(join(folder, path), file.bytes).catch(() => undefined)
    if (found !== undefined) known.set(path, found)
    return found
  }
  /** @returns undefined where it is too much, or a file cannot be read */
  const markFiles = async (sources: readonly ContextSource[]): Promise<FileMarks | undefined> => {
    const isLeftOut = (path: string, isFolder: boolean): boolean =>
      path.length > longestMatched ||
      !sources.some((source) => (isFolder ? isOnTheWay : takes)(source, path)) ||
      (!isFolder && isOut(path))
    if (isLate()) return undefined
    const walked = await walkContext(folder, isLeftOut, isLate)
    if (walked === undefined) return undefined
    const marks = Object.create(null) as Record<string, string>
    for (const file of walked.files) {
      const found = await mark(file)
      if (found === undefined) return undefined
      marks[file.path] = found
    }
    return walked.files.length > mostFiles ? toOneMark(marks) : marks
  }
  return { markFiles }
}
