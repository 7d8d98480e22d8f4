import type { CacheAccess } from './ask-cache.ts'
import { createCacheClients } from './cache-clients.ts'

/** Entries of the Actions cache, as archives: nothing of them is unpacked by the library. */
export type EntryCache = {
  /** Which of some keys there are entries of, of which nothing is fetched. */
  readonly look: (
    keys: readonly string[],
    folder: string,
    signal: AbortSignal,
  ) => Promise<ReadonlySet<string>>
  /**
   * Fetches an entry's archive, and unpacks nothing of it.
   *
   * @param folder an empty one; the archive is its `archive` then
   * @param isSmall whether it is a few kilobytes, for which builds wait
   * @returns the key that was found; undefined for none
   */
  readonly fetch: (
    keys: readonly [string, ...string[]],
    folder: string,
    signal: AbortSignal,
    isSmall?: boolean,
  ) => Promise<string | undefined>
  /**
   * Makes an entry of the folder `kept` in a folder.
   *
   * @returns false where the service did not take it
   */
  readonly save: (key: string, folder: string, signal: AbortSignal) => Promise<boolean>
}

/** The library's own for a download; uploads of 10 GB take as long. */
const moveTimeoutMs = 20 * 60_000

const shortTimeoutMs = 30_000

/** Of one access, all of a step share. */
const clients = new WeakMap<CacheAccess, ReturnType<typeof createCacheClients>>()

const clientsOf = (access: CacheAccess): ReturnType<typeof createCacheClients> => {
  const found = clients.get(access) ?? createCacheClients(access)
  clients.set(access, found)
  return found
}

export const createEntryCache = (access: CacheAccess): EntryCache => {
  const move = (
    kind: 'fetch' | 'save',
    keys: readonly string[],
    folder: string,
    signal: AbortSignal,
    isSmall = false,
  ): Promise<readonly (string | undefined)[]> => {
    const timeoutMs = isSmall ? shortTimeoutMs : moveTimeoutMs
    return clientsOf(access)({ kind, folder, path: 'kept', keys }, timeoutMs, signal, isSmall)
  }
  return {
    look: async (keys, folder, signal) => {
      const question = { kind: 'look', folder, path: 'kept', keys } as const
      const found = new Set(await clientsOf(access)(question, shortTimeoutMs, signal, true))
      // Keys that only begin so are found, too.
      return new Set(keys.filter((key) => found.has(key)))
    },
    fetch: async (keys, folder, signal, isSmall) =>
      (await move('fetch', keys, folder, signal, isSmall))[0],
    save: async (key, folder, signal) => {
      const [saved] = await move('save', [key], folder, signal)
      return saved !== undefined
    },
  }
}
