import type { EntryCache } from './entry-cache.ts'

/** Where files come from and go to. */
export type StoreOrder = {
  readonly cache: EntryCache
  /** Has files under their digests; a folder of our own, which its users may share. */
  readonly folder: string
  /** The input that asks for it: warnings begin with it. */
  readonly input: string
  readonly warn: (text: string) => void
  readonly signal: AbortSignal
}
