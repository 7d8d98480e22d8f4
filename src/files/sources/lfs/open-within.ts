import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

const { O_DIRECTORY, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants

/** The place of a name in a folder that stays the same one, whatever its own name leads to meanwhile. */
export const toPlace = (folder: FileHandle, name = ''): string =>
  `/proc/self/fd/${folder.fd}/${name}`

/** @param path of a folder, whose last part is no link */
export const openFolder = (path: string): Promise<FileHandle> =>
  open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)

/** Of a file or what has taken its place; nobody waits for a pipe. */
const openEnd = (path: string): Promise<FileHandle> =>
  open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

/**
 * Opens what is below a folder, name by name, so that no link is followed, whoever sets one when.
 *
 * @param path relative, of names that are none of `.`, `..` and empty
 * @throws the system's error; ELOOP or ENOTDIR where there is a link
 */
const openWithin = async (
  root: string,
  path: string,
  openLast: (path: string) => Promise<FileHandle>,
): Promise<FileHandle> => {
  const names = path.split('/')
  const last = names.pop() ?? ''
  let folder = await openFolder(root)
  try {
    for (const name of names) {
      const next = await openFolder(toPlace(folder, name))
      await folder.close()
      folder = next
    }
    return await openLast(toPlace(folder, last))
  } finally {
    await folder.close()
  }
}

export const openFolderWithin = (root: string, path: string): Promise<FileHandle> =>
  path === '' ? openFolder(root) : openWithin(root, path, openFolder)

/** @throws the system's error, and one where it is no file */
export const openFileWithin = async (root: string, path: string): Promise<FileHandle> => {
  const handle = await openWithin(root, path, openEnd)
  try {
    if ((await handle.stat()).isFile()) return handle
    throw new Error('it is no file')
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Reads what is open to its end, in pieces that hold only until the next one. */
export async function* readPieces(handle: FileHandle, signal: AbortSignal): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(1024 * 1024)
  for (;;) {
    signal.throwIfAborted()
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}
