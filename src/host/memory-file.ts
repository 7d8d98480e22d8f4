import { randomBytes } from 'node:crypto'
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs'

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

/**
 * Makes an anonymous file in memory that holds `content`, and returns its descriptor, which the
 * caller closes. Other than a pipe it can be opened again and again, through /proc or, as a child's
 * fd 0, as /dev/stdin.
 *
 * @throws where there is no /dev/shm, or /proc does not let us open it again
 */
export const openMemoryFile = (content: Buffer): number => {
  const fd = openNameless()
  try {
    writeSync(fd, content)
    closeSync(openSync(`/proc/self/fd/${fd}`, 'r'))
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}
