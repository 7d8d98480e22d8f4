import { askCache, type CacheAccess } from './ask-cache.ts'

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
   * @returns the key that was found; undefined for none
   */
  readonly fetch: (
    keys: readonly [string, ...string[]],
    folder: string,
    signal: AbortSignal,
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

const lookTimeoutMs = 30_000

export const createEntryCache = (access: CacheAccess): EntryCache => {
  const ask = (
    kind: 'look' | 'fetch' | 'save',
    keys: readonly string[],
    folder: string,
    signal: AbortSignal,
  ): Promise<readonly (string | undefined)[]> => {
    const own = { ...access, env: { ...access.env, RUNNER_TEMP: folder }, signal }
    const timeoutMs = kind === 'look' ? lookTimeoutMs : moveTimeoutMs
    return askCache(own, timeoutMs, { kind, path: 'kept', keys })
  }
  return {
    look: async (keys, folder, signal) => {
      const found = new Set(await ask('look', keys, folder, signal))
      // Keys that only begin so are found, too.
      return new Set(keys.filter((key) => found.has(key)))
    },
    fetch: async (keys, folder, signal) => (await ask('fetch', keys, folder, signal))[0],
    save: async (key, folder, signal) => {
      const [saved] = await ask('save', [key], folder, signal)
      return saved !== undefined
    },
  }
}
