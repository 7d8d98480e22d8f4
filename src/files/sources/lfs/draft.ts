import { createHash, randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../../failure.ts'
import { formatBytes } from '../../../text/format.ts'

/** A file that is to be had, by its digest in hex. */
export type Wanted = {
  readonly sha256: string
  readonly sizeBytes: number
  /** The first of its names, for people. */
  readonly path: string
}

/** @param error of writing into a folder */
export const explainWrite = (error: unknown, folder: string, wanted: Wanted): unknown =>
  (error as NodeJS.ErrnoException).code === 'ENOSPC'
    ? new Failure(
        `The disk of ${folder} is full, and ${wanted.path} has ${formatBytes(wanted.sizeBytes)}`,
        { cause: error, remedy: '`free-disk: always` frees what a hosted runner has to spare.' },
      )
    : error

/**
 * Opens a file under a name of nobody else's, which gets its digest as a name when it is whole and right.
 * Closed before, it is gone.
 */
export const openDraft = async (
  folder: string,
  wanted: Wanted,
  onBytes: (change: number) => void,
) => {
  const name = join(folder, `${wanted.sha256}.${randomBytes(8).toString('hex')}.part`)
  const handle = await open(name, 'wx', 0o600)
  let hash = createHash('sha256')
  let bytes = 0
  let isKept = false
  const write = async (chunk: Buffer): Promise<void> => {
    if (bytes + chunk.length > wanted.sizeBytes)
      throw new Failure(`${wanted.path} came with more than its ${wanted.sizeBytes} bytes`)
    hash.update(chunk)
    try {
      for (let from = 0; from < chunk.length; ) {
        const { bytesWritten } = await handle.write(chunk, from, chunk.length - from, bytes + from)
        from += bytesWritten
      }
    } catch (error) {
      throw explainWrite(error, folder, wanted)
    }
    bytes += chunk.length
    onBytes(chunk.length)
  }
  const restart = async (): Promise<void> => {
    await handle.truncate(0)
    onBytes(-bytes)
    hash = createHash('sha256')
    bytes = 0
  }
  /** @returns what is wrong with it; undefined where it is right and has its name */
  const finish = async (): Promise<string | undefined> => {
    if (bytes !== wanted.sizeBytes) return `${bytes} bytes in place of ${wanted.sizeBytes}`
    const found = hash.digest('hex')
    if (found !== wanted.sha256) return `sha256:${found} in place of sha256:${wanted.sha256}`
    await handle.close()
    await rename(name, join(folder, wanted.sha256))
    isKept = true
    return undefined
  }
  return {
    bytes: () => bytes,
    write,
    restart,
    finish,
    [Symbol.asyncDispose]: async (): Promise<void> => {
      if (isKept) return
      await handle.close().catch(() => {})
      await rm(name, { force: true })
      onBytes(-bytes)
    },
  }
}

export type Draft = Awaited<ReturnType<typeof openDraft>>
