import { statfs } from 'node:fs/promises'
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
