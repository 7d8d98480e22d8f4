import { attempt } from '../failure.ts'
import { toDigest, toHex } from '../image/digest.ts'
import type { CacheRecord, StoredLayer } from './cache-record.ts'
import type { Entry, StoredFile } from './entry.ts'
import { leastOwnBytes, toLayerEntry, toPack } from './layers.ts'
import type { RestoredRecord } from './restore-record.ts'

/** What a build of a target came to, as far as it may be kept. */
export type BuiltCache = {
  /** How the keys of the target's records begin. */
  readonly start: string
  /** What the cache had of it. */
  readonly before: RestoredRecord | undefined
  /** Diff IDs in hex of layers that the cache had, and could not give. */
  readonly refused: ReadonlySet<string>
  /** What the builder has written of its cache. */
  readonly documents: RestoredRecord['documents']
  /** What it notes of itself for the next one; undefined for nothing. */
  readonly note?: string | undefined
  /** Those that the documents and the image name. */
  readonly layers: readonly StoredFile[]
  /** Diff IDs in hex, lowest first. */
  readonly image: readonly string[]
}

export type Saving = {
  /** In this order: where a record is, its layers are. */
  readonly entries: readonly Entry[]
  /** Texts of files in them that nobody has written yet. */
  readonly texts: readonly string[]
  /** New layers that the limit has no room for. */
  readonly leftOut: readonly StoredFile[]
}

type SavingOrder = {
  /** Diff IDs in hex of layers whose tars are here. */
  readonly onDisk: ReadonlySet<string>
  /** Of all layers, unpacked. */
  readonly limitBytes: number
  /** In seconds since 1970. */
  readonly now: number
  /** Eight hexadecimal digits that no other run has: entries cannot be replaced. */
  readonly unique: string
}

/** Each has to be fetched by itself: beyond these, small layers that are here are packed anew. */
const mostPacks = 8

const isLarge = ({ sizeBytes }: StoredFile): boolean => sizeBytes >= leastOwnBytes

const toFile = ({ sha256, sizeBytes }: StoredFile): StoredFile => ({ sha256, sizeBytes })

const toNames = (files: readonly StoredFile[]): ReadonlySet<string> =>
  new Set(files.map(({ sha256 }) => sha256))

/** Those that the cache has, and where. */
const findKept = (caches: readonly BuiltCache[]): ReadonlyMap<string, StoredLayer> => {
  const refused = new Set(caches.flatMap((each) => [...each.refused]))
  const all = caches.flatMap(({ before }) => before?.layers ?? [])
  return new Map(
    all.filter(({ sha256 }) => !refused.has(sha256)).map((layer) => [layer.sha256, layer]),
  )
}

/** Of all targets: those that are kept already, and those that can be. */
const toCandidates = (
  caches: readonly BuiltCache[],
  kept: ReadonlyMap<string, StoredLayer>,
  { onDisk, now }: SavingOrder,
): readonly StoredLayer[] => {
  const images = new Set(caches.flatMap(({ image }) => image))
  const all = new Map(caches.flatMap(({ layers }) => layers).map((layer) => [layer.sha256, layer]))
  return [...all.values()].flatMap((layer): readonly StoredLayer[] => {
    const before = kept.get(layer.sha256)
    const isUsed = onDisk.has(layer.sha256) || images.has(layer.sha256)
    if (before !== undefined) return [isUsed ? { ...before, usedAt: now } : before]
    return onDisk.has(layer.sha256) ? [{ ...toFile(layer), pack: undefined, usedAt: now }] : []
  })
}

/** The least recently used go first; of those used alike, what no image has, and the largest. */
const withinLimit = (
  caches: readonly BuiltCache[],
  layers: readonly StoredLayer[],
  limitBytes: number,
) => {
  const images = new Set(caches.flatMap(({ image }) => image))
  const rank = ({ sha256 }: StoredLayer): number => (images.has(sha256) ? 0 : 1)
  const sorted = layers.toSorted(
    (a, b) => b.usedAt - a.usedAt || rank(a) - rank(b) || a.sizeBytes - b.sizeBytes,
  )
  let left = limitBytes
  const fits = sorted.map(({ sizeBytes }) => {
    if (sizeBytes > left) return false
    left -= sizeBytes
    return true
  })
  return {
    within: sorted.filter((_, at) => fits[at]),
    leftOut: sorted.filter((_, at) => !fits[at]),
  }
}

/** Gives layers their entries: large ones their own, unless one that is broken has its name. */
const toPlaces = (
  layers: readonly StoredLayer[],
  kept: ReadonlyMap<string, StoredLayer>,
  refused: ReadonlySet<string>,
  { onDisk, unique }: SavingOrder,
) => {
  const isNew = ({ sha256 }: StoredLayer): boolean => !kept.has(sha256)
  const small = layers.filter((layer) => !isLarge(layer))
  const isMany = new Set(small.flatMap((layer) => layer.pack ?? [])).size >= mostPacks
  const together = small.some(isNew)
    ? small.filter((layer) => isNew(layer) || (isMany && onDisk.has(layer.sha256)))
    : []
  const large = layers.filter((layer) => isLarge(layer) && isNew(layer))
  const packs = [
    ...(together.length === 0 ? [] : [together]),
    ...large.filter(({ sha256 }) => refused.has(sha256)).map((layer) => [layer]),
  ].map((group) => ({ group: toNames(group), ...toPack(group.map(toFile), unique) }))
  return {
    layers: layers.map((layer) => {
      const found = packs.find(({ group }) => group.has(layer.sha256))
      return found === undefined ? layer : { ...layer, pack: found.pack }
    }),
    entries: [
      ...large
        .filter(({ sha256 }) => !refused.has(sha256))
        .map((layer) => toLayerEntry(toFile(layer))),
      ...packs.map(({ entry }) => entry),
    ],
  }
}

/** By this the builder knows a step again. When its result was made is in the documents, too. */
const toSteps = (config: string): ReadonlySet<string> => {
  type Config = { readonly records?: readonly { readonly digest?: unknown }[] } | null
  const { records } = attempt(() => JSON.parse(config) as Config) ?? {}
  return new Set(Array.isArray(records) ? records.map(({ digest }) => String(digest)) : [])
}

/** Whether the cache would be another one: for what only says when it was made, nothing is uploaded. */
const hasNews = (
  { before, documents, note }: BuiltCache,
  layers: readonly StoredLayer[],
  kept: ReadonlyMap<string, StoredLayer>,
): boolean => {
  if (before === undefined || note !== before.noteText) return true
  const named = toNames(before.layers)
  const steps = toSteps(before.documents.config)
  return (
    layers.some(({ sha256 }) => !named.has(sha256) || !kept.has(sha256)) ||
    [...toSteps(documents.config)].some((step) => !steps.has(step))
  )
}

const toTextFile = (text: string): StoredFile => ({
  sha256: toHex(toDigest(text)),
  sizeBytes: Buffer.byteLength(text),
})

const toRecord = (
  { start, documents, note, image }: BuiltCache,
  layers: readonly StoredLayer[],
  unique: string,
): { readonly entry: Entry; readonly texts: readonly string[] } => {
  const [manifest, config] = [toTextFile(documents.manifest), toTextFile(documents.config)]
  const notes = note === undefined ? [] : [toTextFile(note)]
  const names = { manifest: manifest.sha256, config: config.sha256, note: notes[0]?.sha256 }
  const record: CacheRecord = { ...names, image, layers }
  const text = JSON.stringify(record)
  const file = toTextFile(text)
  const key = `${start}${file.sha256}-${unique}`
  return {
    entry: { key, fallbacks: [], files: [file, manifest, config, ...notes], part: undefined },
    texts: [text, documents.manifest, documents.config, ...(note === undefined ? [] : [note])],
  }
}

/** Says what of a step's builds is to be kept that the cache does not have. */
export const planSaving = (caches: readonly BuiltCache[], order: SavingOrder): Saving => {
  const kept = findKept(caches)
  const refused = new Set(caches.flatMap((each) => [...each.refused]))
  const candidates = toCandidates(caches, kept, order)
  const { within, leftOut } = withinLimit(caches, candidates, order.limitBytes)
  const { layers, entries } = toPlaces(within, kept, refused, order)
  const records = caches.flatMap((cache) => {
    const own = toNames(cache.layers)
    const named = layers.filter(({ sha256 }) => own.has(sha256))
    return hasNews(cache, named, kept) ? [toRecord(cache, named, order.unique)] : []
  })
  return {
    entries: [...entries, ...records.map(({ entry }) => entry)],
    texts: records.flatMap(({ texts }) => texts),
    leftOut: leftOut.filter(({ sha256 }) => !kept.has(sha256)).map(toFile),
  }
}
