import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { renderError } from '../failure.ts'
import { toLine } from '../text/to-line.ts'
import { readEntry, type Wanted } from './read-entry.ts'
import type { StoreOrder } from './store-order.ts'

/**
 * Brings what is wanted of an entry into the folder. Whoever can write to the cache may have written what is there.
 *
 * @param isSmall whether it is a few kilobytes, for which builds wait
 * @returns its key; undefined where there is none that can be used
 */
export const restoreEntry = async (
  keys: readonly [string, ...string[]],
  wanted: Wanted,
  { cache, folder, input, warn, signal }: StoreOrder,
  isSmall = false,
): Promise<string | undefined> => {
  const place = join(folder, `entry-${randomUUID()}`)
  let key: string | undefined
  try {
    await mkdir(place, { mode: 0o700 })
    key = await cache.fetch(keys, place, signal, isSmall)
    if (key !== undefined) await readEntry(join(place, 'archive'), wanted, folder, signal)
    return key
  } catch (error) {
    signal.throwIfAborted()
    warn(`${input}: the entry ${toLine(key ?? keys[0], 200)} is not used: ${renderError(error)}`)
    return undefined
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}
