import { askCache, type CacheAccess } from './ask-cache.ts'

/** Entries of the Actions cache, as archives: nothing of them is unpacked by the library. */
export type EntryCache = {
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
const timeoutMs = 20 * 60_000

export const createEntryCache = (access: CacheAccess): EntryCache => {
  const ask = async (
    kind: 'fetch' | 'save',
    keys: readonly string[],
    folder: string,
    signal: AbortSignal,
  ): Promise<string | undefined> => {
    const own = { ...access, env: { ...access.env, RUNNER_TEMP: folder }, signal }
    const [found] = await askCache(own, timeoutMs, { kind, path: 'kept', keys })
    return found
  }
  return {
    fetch: (keys, folder, signal) => ask('fetch', keys, folder, signal),
    save: async (key, folder, signal) => (await ask('save', [key], folder, signal)) !== undefined,
  }
}
