import { randomUUID } from 'node:crypto'
import { lstat, open, rename, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../../failure.ts'
import { formatBytes } from '../../../text/format.ts'

/** What stays free, for everybody else on that disk. */
const spareBytes = 256_000_000

/** What of a disk may still be filled. */
export type Room = {
  /** @throws {Failure} where so much is not free */
  readonly take: (bytes: number, what: string) => void
  readonly give: (bytes: number) => void
}

/** @param bytes that are left of the disk of a folder */
export const createRoom = (bytes: number, folder: string): Room => {
  let left = bytes
  return {
    take: (wanted, what) => {
      if (wanted > left)
        throw new Failure(
          `${what} has ${formatBytes(wanted)}, and ${folder} has room for ${formatBytes(left)}`,
          { remedy: 'Free space on that disk, such as with `free-disk`.' },
        )
      left -= wanted
    },
    give: (unused) => {
      left += unused
    },
  }
}

export const findRoom = async (folder: string): Promise<Room> => {
  const { bavail, bsize } = await statfs(folder)
  return createRoom(Math.max(0, bavail * bsize - spareBytes), folder)
}

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
  return { has, create }
}

export type FileStore = ReturnType<typeof createFileStore>
export type Draft = Awaited<ReturnType<FileStore['create']>>
