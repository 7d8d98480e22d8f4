import { closeSync, constants, fstatSync, openSync, read } from 'node:fs'
import { promisify } from 'node:util'
import { attempt } from '../../../failure.ts'

const { O_DIRECTORY, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants

/** The place of a name in an open folder, which stays the same one, whatever its own name leads to meanwhile. */
export const toPlace = (folder: number, name = ''): string => `/proc/self/fd/${folder}/${name}`

/** @param path of a folder, whose last part is no link */
export const openFolder = (path: string): number =>
  openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)

/** A file or what has taken its place; nobody waits for a pipe. */
export const openEnd = (path: string): number =>
  openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

/** Closes a descriptor after use, however that ends. */
export const using = <T>(fd: number, use: (fd: number) => T): T => {
  try {
    return use(fd)
  } finally {
    closeSync(fd)
  }
}

/**
 * Opens a folder below another one, name by name, so that no link is followed, whoever sets one when.
 *
 * @param path relative, of names that are none of `.`, `..` and empty; empty for the folder itself
 * @throws the system's error; ELOOP or ENOTDIR where there is a link
 */
export const openFolderWithin = (root: string, path: string): number => {
  let folder = openFolder(root)
  for (const name of path.split('/').filter((part) => part !== ''))
    folder = using(folder, (above) => openFolder(toPlace(above, name)))
  return folder
}

/** @throws the system's error, and one where it is no file */
export const openFileWithin = (root: string, path: string): number => {
  const cut = path.lastIndexOf('/')
  const folder = openFolderWithin(root, path.slice(0, Math.max(cut, 0)))
  const fd = using(folder, (above) => openEnd(toPlace(above, path.slice(cut + 1))))
  if (fstatSync(fd).isFile()) return fd
  closeSync(fd)
  throw new Error(`${path} is no file`)
}

/** The bytes that a file has; undefined where there is none. */
export const findSizeWithin = (root: string, path: string): number | undefined =>
  attempt(() => using(openFileWithin(root, path), (fd) => fstatSync(fd).size))

const readAsync = promisify(read)

/** Reads a file from its beginning to its end, in pieces that hold only until the next one. */
export async function* readPieces(fd: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(1024 * 1024)
  for (let at = 0; ; ) {
    signal.throwIfAborted()
    const { bytesRead } = await readAsync(fd, buffer, 0, buffer.length, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
