/** How the Actions cache is asked for files, by a process of its own. */
export type KeptCache = {
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
