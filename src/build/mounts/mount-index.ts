import { randomUUID } from 'node:crypto'
import { Failure } from '../../failure.ts'
import { toDigest, toHex } from '../../image/digest.ts'
import type { Entry, StoredFile } from '../../store/entry.ts'
import { leastOwnBytes } from '../../store/layers.ts'
import { filesOf, parseTree, renderTree, type TreeItem } from './tree.ts'

/** An entry of the Actions cache that has files of a mount, and how many bytes it was made of. */
type Place = { readonly key: string; readonly bytes: number }

/** What is kept of a cache mount: its tree, and which entry has the bytes of each file. */
export type MountIndex = {
  /** The content of a file is its digest in hex. */
  readonly items: readonly TreeItem[]
  /** By digest. */
  readonly places: ReadonlyMap<string, Place>
}

export const emptyIndex: MountIndex = { items: [], places: new Map() }

/** The index's own entry, which has the small files that were new. */
const own = 'own'
const title = 'slipway-mount-v1'

/** With more, or when half of what they have is of no use any more, all small files go into one. */
const mostPacks = 8

const isMountKey = (key: string): boolean =>
  /^slipway-mount(?:-file)?-v1-[0-9a-f]{16}-[0-9a-f]{64}(?:-[0-9a-f]{8})?$/.test(key)

/** @throws {Failure} when it is not what we would have written */
export const parseIndex = (text: string, ownKey: string): MountIndex => {
  const { items, others } = parseTree(text)
  const [first, ...lines] = others
  const all = lines.map(([word, key = '', bytes = '', ...more]): Place => {
    const isKey = key === own || isMountKey(key)
    if (word !== 'entry' || !isKey || !/^\d{1,15}$/.test(bytes) || more.length > 0)
      throw new Failure('It names an entry that is none of ours')
    return { key: key === own ? ownKey : key, bytes: Number(bytes) }
  })
  if (first?.join(' ') !== title) throw new Failure('It is no index of a cache mount')
  const places = new Map<string, Place>()
  const known = items.map((item): TreeItem => {
    if (item.kind !== 'file') return item
    const [, sha256 = '', at = ''] = /^([0-9a-f]{64}):(\d{1,6})$/.exec(item.content) ?? []
    const place = all[Number(at)]
    if (sha256 === '' || place === undefined) throw new Failure('It has a file without a place')
    places.set(sha256, place)
    return { ...item, content: sha256 }
  })
  return { items: known, places }
}

/** As the program in the builder and later runs read it. */
export const renderIndex = ({ items, places }: MountIndex): string => {
  const all = [...new Map([...places.values()].map((place) => [place.key, place])).values()]
  const indices = new Map(all.map(({ key }, at) => [key, at]))
  const others = all.map(({ key, bytes }) => ['entry', key, `${bytes}`])
  const numbered = items.map((item): TreeItem => {
    if (item.kind !== 'file') return item
    return {
      ...item,
      content: `${item.content}:${indices.get(places.get(item.content)?.key ?? '')}`,
    }
  })
  return renderTree({ items: numbered, others: [[title], ...others] })
}

/** The files of a tree, each once. */
export const toStored = (items: readonly TreeItem[]): readonly StoredFile[] => {
  const all = filesOf(items).map(({ content: sha256, sizeBytes }) => ({ sha256, sizeBytes }))
  return [...new Map(all.map((file) => [file.sha256, file])).values()]
}

const isSmall = ({ sizeBytes }: StoredFile): boolean => sizeBytes < leastOwnBytes

const sum = (files: readonly { readonly sizeBytes: number }[]): number =>
  files.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0)

/** Whether the small files that are still wanted are spread too thin. */
const isScattered = (kept: readonly StoredFile[], { places }: MountIndex): boolean => {
  const packs = new Map(kept.map(({ sha256 }) => [places.get(sha256)?.key, places.get(sha256)]))
  const bytes = [...packs.values()].reduce((all, place) => all + (place?.bytes ?? 0), 0)
  return packs.size >= mostPacks || sum(kept) < bytes / 2
}

/**
 * The entries that keep a tree, beside those that are there.
 *
 * @param start how their keys begin
 * @returns `index`, which comes last, and its text
 */
export const planEntries = (items: readonly TreeItem[], before: MountIndex, start: string) => {
  const files = toStored(items)
  const isKept = ({ sha256 }: StoredFile): boolean => before.places.has(sha256)
  const kept = files.filter((file) => isSmall(file) && isKept(file))
  const packsAll = isScattered(kept, before)
  const packed = files.filter((file) => isSmall(file) && (packsAll || !isKept(file)))
  const large = files.filter((file) => !isSmall(file) && !isKept(file))
  const alone = large.map(
    (file): Entry => ({
      // No two keys are the same: one whose bytes have been spoilt can be replaced.
      key: `${start.replace('-v1-', '-file-v1-')}${file.sha256}-${randomUUID().slice(0, 8)}`,
      fallbacks: [],
      files: [file],
      part: undefined,
    }),
  )
  const places = new Map(
    files.flatMap(({ sha256 }) => {
      const place = before.places.get(sha256)
      return place === undefined ? [] : [[sha256, place] as const]
    }),
  )
  for (const { sha256 } of packed) places.set(sha256, { key: own, bytes: sum(packed) })
  for (const { key, files: ours } of alone)
    for (const { sha256, sizeBytes } of ours) places.set(sha256, { key, bytes: sizeBytes })
  const text = renderIndex({ items, places })
  const sha256 = toHex(toDigest(text))
  const file = { sha256, sizeBytes: Buffer.byteLength(text) }
  const index: Entry = {
    key: `${start}${sha256}`,
    fallbacks: [],
    files: [file, ...packed],
    part: undefined,
  }
  return { alone, index, text }
}
