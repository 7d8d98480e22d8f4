import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { doAtOnce } from '../../host/at-once.ts'
import type { Entry, StoredFile } from '../../store/entry.ts'
import { restoreEntry } from '../../store/restore-entry.ts'
import type { StoreOrder } from '../../store/store-order.ts'
import { toEntries } from './entries.ts'

export type RestoreOrder = StoreOrder & {
  readonly scope: string
  readonly mostEntryBytes?: number
}

/** Downloads take memory, and share one network. */
const atOnce = 2

/** Entries of files that are put together here from several, by their digests. */
const createAssembly = (folder: string) => {
  const drafts = new Map<string, { readonly path: string; missing: number }>()
  return {
    open: async ({ sha256, sizeBytes }: StoredFile, parts: number): Promise<void> => {
      const path = join(folder, `part-${randomUUID()}`)
      const handle = await open(path, 'wx', 0o600)
      await handle.truncate(sizeBytes)
      await handle.close()
      drafts.set(sha256, { path, missing: parts })
    },
    pathOf: ({ sha256 }: StoredFile): string => drafts.get(sha256)?.path ?? '',
    count: ({ sha256 }: StoredFile): void => {
      const draft = drafts.get(sha256)
      if (draft !== undefined) draft.missing -= 1
    },
    /** Of what has all its parts, what is right is kept. */
    close: async (warn: (text: string) => void): Promise<void> => {
      for (const [sha256, { path, missing }] of drafts) {
        const hash = createHash('sha256')
        if (missing === 0) for await (const piece of createReadStream(path)) hash.update(piece)
        const found = missing === 0 ? hash.digest('hex') : undefined
        if (found === sha256) await rename(path, join(folder, sha256))
        else await rm(path, { force: true })
        if (missing === 0 && found !== sha256)
          warn(`The parts of ${sha256} in the cache have the digest ${found}`)
      }
    },
  }
}

type Assembly = ReturnType<typeof createAssembly>

const restoreFrom = async (
  { key, fallbacks, files, part }: Entry,
  assembly: Assembly,
  order: RestoreOrder,
): Promise<void> => {
  const find = (digest: string) => files.find(({ sha256 }) => sha256 === digest)
  const wanted = { part, find, pathOf: assembly.pathOf }
  const found = await restoreEntry([key, ...fallbacks], wanted, order)
  if (found !== undefined) for (const file of files) assembly.count(file)
}

/**
 * Brings files from the Actions cache, each compared with its digest; what cannot be had is left to its
 * source. Whoever can write to the cache may have written what is there.
 *
 * @returns digests of those that came
 */
export const restoreFiles = async (
  files: readonly StoredFile[],
  order: RestoreOrder,
): Promise<ReadonlySet<string>> => {
  const { folder, scope, warn, mostEntryBytes } = order
  const entries = toEntries(files, scope, mostEntryBytes)
  const assembly = createAssembly(folder)
  const parted = Map.groupBy(
    entries.filter(({ part }) => part !== undefined),
    ({ files: [file] }) => file?.sha256 ?? '',
  )
  for (const [, parts] of parted) {
    const file = parts[0]?.files[0]
    if (file !== undefined) await assembly.open(file, parts.length)
  }
  await doAtOnce(entries, atOnce, (entry) => restoreFrom(entry, assembly, order))
  await assembly.close(warn)
  const came = await Promise.all(
    files.map(async ({ sha256 }) => {
      const found = await lstat(join(folder, sha256)).catch(() => undefined)
      return found?.isFile() ? [sha256] : []
    }),
  )
  return new Set(came.flat())
}
