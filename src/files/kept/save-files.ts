import type { Entry, StoredFile } from '../../store/entry.ts'
import { saveEntries } from '../../store/save-entries.ts'
import type { StoreOrder } from '../../store/store-order.ts'
import { toEntries } from './entries.ts'

export type SaveOrder = StoreOrder & {
  readonly scope: string
  /** Digests of files that came from entries of their own. */
  readonly restored: ReadonlySet<string>
  readonly mostEntryBytes?: number
}

/** What changed of the small ones makes a new entry of all of them. */
const isNew = ({ files }: Entry, restored: ReadonlySet<string>): boolean =>
  files.some(({ sha256 }) => !restored.has(sha256))

/**
 * Keeps files for later runs.
 *
 * @returns how many bytes were kept
 */
export const saveFiles = (files: readonly StoredFile[], order: SaveOrder): Promise<number> => {
  const entries = toEntries(files, order.scope, order.mostEntryBytes)
  return saveEntries(
    entries.filter((each) => isNew(each, order.restored)),
    order,
  )
}
