/**
 * What a layer has at a path. Names are bytes, one a character (latin1): they are data, and neither a path
 * of this machine nor text for people before they are decoded.
 */
export type Entry = {
  /** Below the layer's top, without a slash at its beginning; empty for the top itself. */
  readonly path: string
  /** As `find` says it: a file, a folder, a link, or one of the others. */
  readonly type: 'f' | 'd' | 'l' | 'c' | 'b' | 'p' | 's'
  /** Of a file's content, holes included; what it is for others says nothing. */
  readonly sizeBytes: number
  /** What it takes of the disk. */
  readonly diskBytes: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Seconds since 1970 with nine or ten digits behind the point: a number would lose some. */
  readonly mtime: string
  /** Device and inode: names with the same one are one file. */
  readonly inode: string
  /** Says that what is below in the stack is gone. */
  readonly isWhiteout: boolean
  /** A folder that hides what lower layers have in it. */
  readonly isOpaque: boolean
}

/** The entries of one layer, a folder before what is in it. */
export type LayerEntries = readonly Entry[]

/** What an image is made of, as its store has it. */
export type ImageContents = {
  /** The image's config, in JSON. */
  readonly config: string
  /** In JSON; undefined with a store that keeps none. */
  readonly manifest: string | undefined
  /** Lowest first. */
  readonly layers: readonly LayerEntries[]
}

/** Reads files of an image. */
export type FileReader = {
  /** At most so many bytes from an offset; fewer where the file ends, none where it cannot be read. */
  readonly bytes: (layer: number, path: string, offset: number, length: number) => Promise<Buffer>
  /** The SHA-256 of a file in hex; empty where it cannot be read. */
  readonly hash: (layer: number, path: string) => Promise<string>
}

/** How many bytes of files: those that are one file count once, and nothing but files counts. */
export const countBytes = (entries: Iterable<Entry>): number => {
  const seen = new Set<string>()
  let bytes = 0
  for (const { type, inode, sizeBytes } of entries) {
    if (type !== 'f' || seen.has(inode)) continue
    seen.add(inode)
    bytes += sizeBytes
  }
  return bytes
}
