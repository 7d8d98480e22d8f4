import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../failure.ts'

/** Neither blocks nor inodes are left. */
const explain =
  (folder: string) =>
  (cause: unknown): never => {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') throw cause
    throw new Failure(`The disk of ${folder} is full`, { cause })
  }

/** Files of a folder that are called by their digests: what others call them names nothing here. */
export const createFileStore = (folder: string) => {
  const toPath = (sha256: string): string => join(folder, sha256)
  /** Whether it is there: what has a digest's name is whole. */
  const has = async (sha256: string, sizeBytes: number): Promise<boolean> => {
    const found = await lstat(toPath(sha256)).catch(() => undefined)
    return found?.isFile() === true && found.size === sizeBytes
  }
  const read = (sha256: string): AsyncIterable<Buffer> =>
    createReadStream(toPath(sha256), { highWaterMark: 1_048_576 })
  /** A file that has no name yet: `keep` gives it one, and without that it goes. */
  const create = async () => {
    const draft = join(folder, `part-${randomUUID()}`)
    const handle = await open(draft, 'wx', 0o600).catch(explain(folder))
    let isOpen = true
    const close = async (): Promise<void> => {
      if (isOpen) await handle.close()
      isOpen = false
    }
    return {
      write: (bytes: Buffer): Promise<void> => handle.writeFile(bytes).catch(explain(folder)),
      keep: async (sha256: string): Promise<void> => {
        await close()
        await rename(draft, toPath(sha256))
      },
      drop: async (): Promise<void> => {
        await close()
        await rm(draft, { force: true })
      },
    }
  }
  return { has, read, create }
}

export type FileStore = ReturnType<typeof createFileStore>
export type Draft = Awaited<ReturnType<FileStore['create']>>
