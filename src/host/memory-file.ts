import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  openSync,
  readFileSync,
  statfsSync,
  unlinkSync,
  writeFileSync,
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

/** Opens it anew, as its reader will. */
const requireWhole = (fd: number, content: Buffer): void => {
  const found = readFileSync(`/proc/self/fd/${fd}`)
  if (found.equals(content)) return
  throw new Error(`${found.length} bytes of ${content.length} can be read again`)
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
    // Goes on where a file system that is nearly full takes a part, and says nothing.
    writeFileSync(fd, content)
    requireWhole(fd, content)
    return fd
  } catch (error) {
    if (fd !== undefined) closeSync(fd)
    throw explain(error)
  }
}
