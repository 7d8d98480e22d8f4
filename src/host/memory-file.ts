import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  openSync,
  readSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from 'node:fs'

/** Where anonymous files are, as /proc tells of them. */
export const memoryFolder = '/dev/shm'

/** O_TMPFILE: a file that never has a name. Node's constants lack it; Linux's own value. */
const withoutName = 0o20000000 | constants.O_DIRECTORY

const openNameless = (): number => {
  try {
    return openSync(memoryFolder, withoutName | constants.O_RDWR, 0o600)
  } catch {
    // Older kernels and some sandboxes lack O_TMPFILE: a name for an instant, readable by us alone.
    const path = `${memoryFolder}/slipway-${randomBytes(16).toString('hex')}`
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
    const fd = openSync(path, flags, 0o600)
    unlinkSync(path)
    return fd
  }
}

/** A file system that is nearly full takes a part, and says nothing. */
const writeAll = (fd: number, content: Buffer): void => {
  for (let at = 0; at < content.length; ) at += writeSync(fd, content, at)
}

/** Opens it anew, as its reader will. */
const requireWhole = (fd: number, content: Buffer): void => {
  const again = openSync(`/proc/self/fd/${fd}`, 'r')
  try {
    const found = Buffer.alloc(content.length + 1)
    let bytes = 0
    for (let read = -1; read !== 0 && bytes < found.length; bytes += read) {
      read = readSync(again, found, { offset: bytes })
    }
    if (!found.subarray(0, bytes).equals(content)) {
      throw new Error(`${bytes} bytes of ${content.length} can be read again`)
    }
  } finally {
    closeSync(again)
  }
}

/** Where the folder is full, how full it is. */
const explain = (error: unknown): unknown => {
  if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') return error
  const { bavail, bsize, blocks } = statfsSync(memoryFolder)
  return new Error(
    `ENOSPC: ${memoryFolder} is full, ${bavail * bsize} of ${blocks * bsize} bytes are free`,
    { cause: error },
  )
}

/**
 * Makes an anonymous file in memory that holds `content`, and returns its descriptor, which the
 * caller closes. Other than a pipe it can be opened again and again, through /proc or, as a child's
 * fd 0, as /dev/stdin.
 *
 * @throws where there is no /dev/shm, it is full, or /proc does not let us open the file again
 */
export const openMemoryFile = (content: Buffer): number => {
  let fd: number | undefined
  try {
    fd = openNameless()
    writeAll(fd, content)
    requireWhole(fd, content)
    return fd
  } catch (error) {
    if (fd !== undefined) closeSync(fd)
    throw explain(error)
  }
}
