import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/** Nobody writes a Dockerfile, an ignore file or a manifest that is larger. */
const largestText = 1_000_000

/**
 * Reads a file that somebody else may have put there: never a device or a pipe, which might not end,
 * and no more than `largest` bytes.
 *
 * @throws an error that says why it is not read, with the system's code where that is one of its own
 */
export const readRegularFile = (path: string, largest = largestText): Buffer => {
  // Opening a pipe would wait for a writer.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  try {
    if (!fstatSync(fd).isFile()) throw new Error('not a regular file')
    // What is in /proc says that it has no bytes, and others may write at the same time.
    const chunks: Buffer[] = []
    for (let bytes = 0; ; ) {
      const chunk = Buffer.alloc(Math.min(64 * 1024, largest + 1 - bytes))
      const read = readSync(fd, chunk)
      if (read === 0) return Buffer.concat(chunks)
      bytes += read
      if (bytes > largest) throw new Error(`larger than ${Math.round(largest / 1000)} KB`)
      chunks.push(chunk.subarray(0, read))
    }
  } finally {
    closeSync(fd)
  }
}
