import type { Entry } from '../../src/image/contents/entry.ts'

let inodes = 0

const entry = (path: string, type: Entry['type'], change: Partial<Entry>): Entry => {
  inodes += 1
  return {
    path,
    type,
    sizeBytes: 0,
    diskBytes: 0,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: `${1_700_000_000 + inodes}.0000000000`,
    inode: `1:${inodes}`,
    isWhiteout: false,
    isOpaque: false,
    ...change,
  }
}

export const top = entry('', 'd', {})

export const file = (path: string, sizeBytes: number, change: Partial<Entry> = {}): Entry =>
  entry(path, 'f', { sizeBytes, diskBytes: sizeBytes, ...change })

export const folder = (path: string, change: Partial<Entry> = {}): Entry =>
  entry(path, 'd', { sizeBytes: 4096, mode: 0o755, ...change })

export const opaque = (path: string): Entry => folder(path, { isOpaque: true })

export const whiteout = (path: string): Entry => entry(path, 'c', { isWhiteout: true, mode: 0 })

/** Another name of a file, in the same layer. */
export const linkTo = (other: Entry, path: string): Entry => ({ ...other, path })

/** A copy of a file in a layer above. */
export const copyOf = (other: Entry, change: Partial<Entry> = {}): Entry => ({
  ...file(other.path, other.sizeBytes),
  ...{ mtime: other.mtime, mode: other.mode, uid: other.uid, gid: other.gid },
  ...change,
})
