import { statfs } from 'node:fs/promises'

/** Bytes that an ordinary user may still write to the filesystem that holds `path`. */
export const freeBytesAt = async (path: string): Promise<number> => {
  const { bavail, bsize } = await statfs(path)
  return bavail * bsize
}
