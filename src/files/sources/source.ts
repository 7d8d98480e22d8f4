/** A file of a tree. */
export type TreeFile = {
  /** Relative, of names that are none of `.`, `..` and empty, with slashes between them. */
  readonly path: string
  readonly sizeBytes: number
  readonly isExecutable: boolean
  /** In hex; undefined for what nobody has read yet. */
  readonly sha256: string | undefined
}

/** A link of a tree, to something within it. */
export type TreeLink = { readonly path: string; readonly target: string }

/** A folder, or a single file. */
export type Tree = {
  /** Of one file, the path is the file's name. */
  readonly isFile: boolean
  readonly files: readonly TreeFile[]
  readonly links: readonly TreeLink[]
  /** Of folders, those that nothing else is in. */
  readonly emptyFolders: readonly string[]
}

/** How far a transfer has come: bytes of this call, of all that it moves. */
export type FetchProgress = (doneBytes: number, totalBytes: number) => void

/** How what is not on this machine gets here. */
export type FetchOrder = {
  /** A folder of our own on a disk, mode 0700. Each file comes to be in it under its digest in hex. */
  readonly folder: string
  /** Digests in hex of files that need not come, as nodes can have them from elsewhere. */
  readonly has: ReadonlySet<string>
  /** Whether archives stay in the folder under their digests, for later runs, beside what was in them. */
  readonly keepsArchives?: boolean
  readonly progress: FetchProgress
  readonly signal: AbortSignal
}

/** Where files for nodes come from, as far as it is known before any byte is moved. */
export type RemoteSource = {
  /** Equal keys mean equal files, names and modes: a digest in hex, or the like. */
  readonly key: string
  /** What is moved at most. */
  readonly sizeBytes: number
  /** Undefined where only what is fetched says which files there are, such as an archive. */
  readonly tree: Tree | undefined
  /** What has to come where there is no tree: files, and archives as they are; digests in hex. */
  readonly blobs?: readonly { readonly sha256: string; readonly sizeBytes: number }[]
  /** Digests of files that are nowhere on this machine yet; undefined where all are elsewhere. */
  readonly elsewhere?: ReadonlySet<string>
  /**
   * Brings all files here that are not there yet; what is in the folder under a digest has been compared
   * with it. Ended early, it leaves nothing under a digest's name that is not whole.
   *
   * @returns the tree, all digests known
   * @throws {Failure} where something cannot be had, or is not what its digest promises
   */
  readonly fetch: (order: FetchOrder) => Promise<Tree>
}
