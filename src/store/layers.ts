import { createHash } from 'node:crypto'
import type { Entry, StoredFile } from './entry.ts'
import { restoreEntry } from './restore-entry.ts'
import type { StoreOrder } from './store-order.ts'

/** Smaller layers share an entry: each costs requests. */
export const leastOwnBytes = 10_000_000

/** An entry has at most 10 GB, and a tar may be several times as large. */
const mostLayerBytes = 20_000_000_000

/** A layer's entry has its tar, which unpacks sooner than what registries have. */
export const toLayerEntry = (file: StoredFile): Entry => ({
  key: `slipway-layer-v1-${file.sha256}`,
  fallbacks: [],
  files: [file],
  part: undefined,
})

export const toPackKey = (pack: string): string => `slipway-layers-v1-${pack}`

/**
 * Layers that share an entry.
 *
 * @param unique what tells this run from others: an entry that is broken cannot be replaced
 */
export const toPack = (
  files: readonly StoredFile[],
  unique: string,
): { readonly pack: string; readonly entry: Entry } => {
  const content = [unique, ...files.map(({ sha256 }) => sha256)].join('\n')
  const pack = createHash('sha256').update(content).digest('hex').slice(0, 32)
  return { pack, entry: { key: toPackKey(pack), fallbacks: [], files, part: undefined } }
}

/**
 * Brings a layer's tar into the folder: whoever wrote the entry may have put any number of bytes there.
 *
 * @param layer by its diff ID in hex
 * @returns whether it has come
 */
export const restoreLayer = async (
  layer: Pick<StoredFile, 'sha256'>,
  order: StoreOrder,
): Promise<boolean> => {
  const { key } = toLayerEntry({ ...layer, sizeBytes: 0 })
  let came = false
  const find = (sha256: string, sizeBytes: number): StoredFile | undefined => {
    if (sha256 !== layer.sha256 || sizeBytes > mostLayerBytes) return undefined
    came = true
    return { sha256, sizeBytes }
  }
  return (await restoreEntry([key], { part: undefined, find }, order)) !== undefined && came
}
