import { randomBytes } from 'node:crypto'
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs'

const memoryFolder = '/dev/shm'

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
 * Runs `body` with the descriptor of an anonymous file in memory that holds `content`. As a child's
 * fd 0 it can be opened as /dev/stdin again and again, which a pipe cannot: BuildKit reads the
 * secret's path anew for every RUN that mounts it, and would get nothing from the second on
 * (moby/buildkit#2880); Node's own piped stdin is a socket, which cannot be opened at all
 * (nodejs/node#21941).
 */
export const withMemoryFile = async <T>(
  content: string,
  body: (fd: number) => Promise<T>,
): Promise<T> => {
  const fd = openNameless()
  try {
    writeSync(fd, content)
    return await body(fd)
  } finally {
    closeSync(fd)
  }
}
