import { createHash } from 'node:crypto'

/** A layer or a folder, by some characters of a hash: enough to know it again. */
export type Part = { readonly id: string; readonly bytes: number }

/** What an image is made of. */
export type ImageParts = {
  /** Of the files of all its layers. */
  readonly totalBytes: number
  readonly baseBytes: number
  /** Of its own lines, lowest first. */
  readonly layers: readonly Part[]
  readonly folders: readonly Part[]
}

/** What was kept of that, in whole kB. */
export type LastParts = ImageParts & {
  /** No layer that was not kept had more. */
  readonly otherLayerBytes: number
  readonly otherFolderBytes: number
}

const longestKey = 512
const mostLayers = 22
const mostFolders = 60
const kb = 1_000

const toId = (text: Buffer, length: number): string => {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  return BigInt(`0x${hash}`).toString(36).padStart(length, '0').slice(-length)
}

const layerLength = 4
const folderLength = 5

/** Of the same instruction's layers, each its own, in the order in which they are. */
export const toLayerIds = (instructions: readonly (string | undefined)[]): readonly string[] => {
  const counts = new Map<string, number>()
  return instructions.map((instruction = '') => {
    const count = counts.get(instruction) ?? 0
    counts.set(instruction, count + 1)
    return toId(Buffer.from(`${count} ${instruction}`), layerLength)
  })
}

/** @param path as bytes */
export const toFolderId = (path: string): string => toId(Buffer.from(path, 'latin1'), folderLength)

const toWord = (bytes: number): string =>
  Math.min(36 ** 6 - 1, Math.max(0, Math.round(bytes / kb))).toString(36)

const toWords = (parts: readonly Part[]): string =>
  parts.map(({ id, bytes }) => `${id}${toWord(bytes)}.`).join('')

/** Whether it has anything, in whole kB. */
const isSeen = ({ bytes }: Part): boolean => Math.round(bytes / kb) > 0

/** The largest, in the order in which they were, and what the largest of the others has. */
const pick = (parts: readonly Part[], most: number) => {
  const bySize = parts.filter(isSeen).toSorted((a, b) => b.bytes - a.bytes)
  const picked = new Set(bySize.slice(0, most))
  return { parts: parts.filter((part) => picked.has(part)), others: bySize[most]?.bytes ?? 0 }
}

/**
 * The name that holds what an image is made of: its largest layers, and as many of its largest folders as
 * there is room for.
 *
 * @param ending what tells it from all names before
 */
export const toPartsKey = (
  prefix: string,
  { totalBytes, baseBytes, layers, folders }: ImageParts,
  ending: string,
): string => {
  const own = pick(layers, mostLayers)
  const toKey = (most: number): string => {
    const { parts, others } = pick(folders, most)
    const sums = [totalBytes, baseBytes, own.others, others].map(toWord).join('.')
    return `${prefix}${sums}-${toWords(own.parts)}-${toWords(parts)}-${ending}`
  }
  let most = Math.min(mostFolders, folders.length)
  while (most > 0 && toKey(most).length > longestKey) most -= 1
  return toKey(most)
}

const keyPattern =
  /^(slipway-parts-(?:default|branch)-v1-[0-9a-f]{16}-)((?:[0-9a-z]{1,6}\.){3}[0-9a-z]{1,6})-((?:[0-9a-z]{5,10}\.){0,22})-((?:[0-9a-z]{6,11}\.){0,60})-[0-9a-f]{8}$/

/** Whether it is one that we would have given. */
export const isPartsKey = (key: string): boolean => key.length <= longestKey && keyPattern.test(key)

const toBytes = (word: string): number => Number.parseInt(word, 36) * kb

const toParts = (words: string, length: number): readonly Part[] =>
  words
    .split('.')
    .slice(0, -1)
    .map((word) => ({ id: word.slice(0, length), bytes: toBytes(word.slice(length)) }))

/**
 * What a name tells; undefined when it is not one that we would have given, or that of another run than the
 * size is from.
 *
 * @param totalBytes what the image had in that run
 */
export const parsePartsKey = (
  prefix: string,
  key: string,
  totalBytes: number,
): LastParts | undefined => {
  const [, start, sums = '', layers = '', folders = ''] = keyPattern.exec(key) ?? []
  if (start !== prefix || !isPartsKey(key)) return undefined
  const [total = '', ...rest] = sums.split('.')
  if (total !== toWord(totalBytes)) return undefined
  const [baseBytes = 0, otherLayerBytes = 0, otherFolderBytes = 0] = rest.map(toBytes)
  return {
    ...{ totalBytes, baseBytes, otherLayerBytes, otherFolderBytes },
    layers: toParts(layers, layerLength),
    folders: toParts(folders, folderLength),
  }
}
