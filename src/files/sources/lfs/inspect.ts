import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { Failure } from '../../../failure.ts'
import { toLine } from '../../../text/to-line.ts'
import type { TreeFile } from '../source.ts'
import { openFileWithin, readPieces } from './open-within.ts'
import { mostPointerBytes, parsePointer } from './pointer.ts'
import { refuseAll } from './walk.ts'

/** A file of a checkout, and what it stands for. */
export type Inspected = TreeFile & {
  readonly sha256: string
  /** Whether its content is elsewhere. */
  readonly isPointer: boolean
}

const hashFile = async (handle: FileHandle, signal: AbortSignal) => {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const piece of readPieces(handle, signal)) {
    hash.update(piece)
    sizeBytes += piece.length
  }
  return { sha256: hash.digest('hex'), sizeBytes }
}

const inspectFile = async (
  root: string,
  folder: string,
  path: string,
  signal: AbortSignal,
): Promise<Inspected> => {
  const place = folder === '' ? path : `${folder}/${path}`
  const handle = await openFileWithin(root, place)
  try {
    const { mode, size } = await handle.stat()
    const isExecutable = (mode & 0o100) !== 0
    if (size < mostPointerBytes) {
      const content = Buffer.alloc(mostPointerBytes)
      const { bytesRead } = await handle.read(content, 0, content.length, 0)
      const pointer = parsePointer(content.subarray(0, bytesRead), place)
      if (pointer !== undefined) {
        const { oid: sha256, sizeBytes } = pointer
        return { path, sizeBytes, isExecutable, sha256, isPointer: true }
      }
      const sha256 = createHash('sha256').update(content.subarray(0, bytesRead)).digest('hex')
      if (bytesRead < mostPointerBytes)
        return { path, sizeBytes: bytesRead, isExecutable, sha256, isPointer: false }
    }
    return { path, ...(await hashFile(handle, signal)), isExecutable, isPointer: false }
  } finally {
    await handle.close()
  }
}

const atOnce = 4

/**
 * Reads what is no pointer, to have its digest.
 *
 * @param root real path of the workspace
 * @throws {Failure} that names all that cannot be read
 */
export const inspectFiles = async (
  root: string,
  folder: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly Inspected[]> => {
  const found: Inspected[] = []
  const problems: { readonly path: string; readonly error: Error }[] = []
  const waiting = [...paths].reverse()
  const work = async (): Promise<void> => {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      try {
        found.push(await inspectFile(root, folder, path, signal))
      } catch (error) {
        signal.throwIfAborted()
        problems.push({ path, error: error as Error })
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  const [first] = problems
  if (first?.error instanceof Failure && problems.length === 1) throw first.error
  if (first !== undefined)
    throw refuseAll(
      `${toLine(folder) || 'The workspace'} has files that Slipway cannot take`,
      problems.map(({ path, error }) => `${path}: ${error.message}`).toSorted(),
      'Name a folder without them; broken pointers mend with `git lfs pull` before this step.',
    )
  return found.toSorted((one, other) => (one.path < other.path ? -1 : 1))
}
