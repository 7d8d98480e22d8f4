import { attempt } from '../failure.ts'
import type { ImageContents } from '../image/contents/entry.ts'
import { toChainIds } from '../image/image.ts'
import type { Subject } from './findings/subject.ts'

/** What an image has, as far as it is compared with others of the run. */
export type Fingerprint = {
  /** Of each layer with all below it, lowest first: images share the layers that have the same. */
  readonly stacks: readonly string[]
  /** By path and size, the layer of each file that is large enough. */
  readonly files: ReadonlyMap<string, { readonly layer: number; readonly bytes: number }>
}

/** Smaller ones are many and come to little. */
const leastBytes = 1_024

const toStacks = ({ config, layers }: ImageContents): readonly string[] => {
  type Config = { readonly rootfs?: { readonly diff_ids?: unknown } | null }
  const diffIds = attempt(() => JSON.parse(config) as Config)?.rootfs?.diff_ids
  return Array.isArray(diffIds) && diffIds.length === layers.length
    ? toChainIds(diffIds.map(String))
    : []
}

export const toFingerprint = ({ contents, merged }: Subject): Fingerprint => {
  const seen = new Set<string>()
  const files = new Map<string, { readonly layer: number; readonly bytes: number }>()
  for (const { layer, entry } of merged.visible) {
    const { type, path, sizeBytes: bytes, inode } = entry
    const key = `${layer} ${inode}`
    if (type !== 'f' || bytes < leastBytes || seen.has(key)) continue
    seen.add(key)
    files.set(`${path}\0${bytes}`, { layer, bytes })
  }
  return { stacks: toStacks(contents), files }
}

/** Of several images, what each has in layers of its own. */
export type Common = {
  /** Indexes of the images. */
  readonly images: readonly number[]
  /** What they have in common in layers of their own, once. */
  readonly bytes: number
  readonly files: number
  /** What one layer for all would save. */
  readonly savedBytes: number
  /** For each image, the layers that have it, the largest first. */
  readonly layers: readonly (readonly { readonly layer: number; readonly bytes: number }[])[]
}

type Shared = { readonly bytes: number; readonly layers: ReadonlyMap<number, number> }

const sumByLayer = (shared: readonly Shared[], image: number) => {
  const sums = new Map<number, number>()
  for (const { bytes, layers } of shared) {
    const layer = layers.get(image)
    if (layer !== undefined) sums.set(layer, (sums.get(layer) ?? 0) + bytes)
  }
  return [...sums].map(([layer, bytes]) => ({ layer, bytes })).toSorted((a, b) => b.bytes - a.bytes)
}

/** How many layers of their own have a file that all of these images have. */
const countStacks = (
  prints: readonly Fingerprint[],
  images: readonly number[],
  { layers }: Shared,
) => new Set(images.map((image) => prints[image]?.stacks[layers.get(image) ?? -1])).size

/** Files that several images have, but for those that all of them share already. */
const findShared = (prints: readonly Fingerprint[]): readonly Shared[] => {
  const holders = new Map<string, Map<number, number>>()
  prints.forEach(({ files }, image) => {
    for (const [key, { layer }] of files) {
      const held = holders.get(key) ?? new Map<number, number>()
      held.set(image, layer)
      holders.set(key, held)
    }
  })
  return [...holders].flatMap(([key, layers]) => {
    const shared = { bytes: Number(key.slice(key.lastIndexOf('\0') + 1)), layers }
    return countStacks(prints, [...layers.keys()], shared) > 1 ? [shared] : []
  })
}

const unknown: Fingerprint = { stacks: [], files: new Map() }

/** Whoever publishes images can have as many as there are files. */
const mostGroups = 50

/** Less is not worth a stage of its own. */
const leastSavedBytes = 20_000_000

/**
 * Which of a run's images install the same, each in layers of its own: files at the same path and of the same
 * size. The group that a common base would save most for.
 */
const findCommon = (prints: readonly Fingerprint[]): Common | undefined => {
  const known = prints.map((print) => (print.stacks.length > 0 ? print : unknown))
  const all = findShared(known)
  const groups = Map.groupBy(all, ({ layers }) => [...layers.keys()].join(' '))
  const sumOf = (group: string): number =>
    (groups.get(group) ?? []).reduce((sum, { bytes }) => sum + bytes, 0)
  const largest = [...groups.keys()].toSorted((a, b) => sumOf(b) - sumOf(a)).slice(0, mostGroups)
  const candidates = largest.map((group): Common => {
    const images = group.split(' ').map(Number)
    const shared = all.filter(({ layers }) => images.every((image) => layers.has(image)))
    const apart = shared.filter((each) => countStacks(known, images, each) > 1)
    return {
      images,
      bytes: apart.reduce((sum, { bytes }) => sum + bytes, 0),
      files: apart.length,
      savedBytes: apart.reduce(
        (sum, each) => sum + each.bytes * (countStacks(known, images, each) - 1),
        0,
      ),
      layers: images.map((image) => sumByLayer(apart, image)),
    }
  })
  const [best] = candidates.toSorted((a, b) => b.savedBytes - a.savedBytes)
  return best !== undefined && best.savedBytes >= leastSavedBytes ? best : undefined
}

/** Bytes of an image's layers that others of the run have, too. */
const countShared = (
  prints: readonly Fingerprint[],
  image: number,
  layerBytes: readonly number[],
): number => {
  const others = new Set(prints.flatMap(({ stacks }, at) => (at === image ? [] : stacks)))
  const { stacks = [] } = prints[image] ?? {}
  return layerBytes.reduce(
    (sum, bytes, at) => (others.has(stacks[at] ?? '') ? sum + bytes : sum),
    0,
  )
}

/** What images of a run have in common. */
export type Comparison = {
  /** Of each image, bytes of layers that others have, too. */
  readonly sharedBytes: readonly number[]
  /** What some have in layers of their own; undefined where there is little. */
  readonly common: Common | undefined
}

export const compareContents = (
  images: readonly {
    readonly fingerprint: Fingerprint
    readonly layers: readonly { readonly bytes: number }[]
  }[],
): Comparison => {
  const prints = images.map(({ fingerprint }) => fingerprint)
  const sharedBytes = images.map(({ layers }, at) =>
    countShared(
      prints,
      at,
      layers.map(({ bytes }) => bytes),
    ),
  )
  return { sharedBytes, common: findCommon(prints) }
}
