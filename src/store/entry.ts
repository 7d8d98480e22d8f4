/** A file by its digest, in hex. */
export type StoredFile = { readonly sha256: string; readonly sizeBytes: number }

/** An entry of the Actions cache: a large file, a part of one, or several small ones. */
export type Entry = {
  readonly key: string
  /** Beginnings of keys of entries that are nearly the same. */
  readonly fallbacks: readonly string[]
  readonly files: readonly StoredFile[]
  /** Of a file that one entry cannot hold. */
  readonly part: { readonly offset: number; readonly bytes: number } | undefined
}
