import type { ImageAnalysis } from '../analysis/analyse.ts'
import type { Large } from '../analysis/largest.ts'
import type { LastImage } from '../memory/memory.ts'
import {
  type ImageParts,
  type LastParts,
  type Part,
  toFolderId,
  toLayerIds,
} from '../memory/parts-memory.ts'
import { formatBytes } from '../text/format.ts'
import { toLine } from '../text/to-line.ts'
import { type Growth, renderPath, renderPlace } from './image-report.ts'

/** What has more than it had. */
export type Grown = {
  /** Less than nothing where the base shrank. */
  readonly baseBytes: number
  /** Of its own lines, by their place in the image; those that grew most first. */
  readonly layers: readonly { readonly index: number; readonly bytes: number }[]
  readonly paths: readonly Large[]
  /** Less is no growth. */
  readonly leastBytes: number
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

/** What is kept of an image, for the next runs to compare. */
export const toImageParts = ({ layers, totalBytes, folderSizes }: ImageAnalysis): ImageParts => {
  const own = layers.filter(({ isBase }) => !isBase)
  const ids = toLayerIds(own.map(({ instruction }) => instruction))
  return {
    totalBytes,
    baseBytes: totalBytes - sum(own.map(({ bytes }) => bytes)),
    layers: own.map(({ bytes }, at) => ({ id: ids[at] ?? '', bytes })),
    folders: folderSizes.map(({ path, bytes }) => ({ id: toFolderId(path), bytes })),
  }
}

/** Those that only one side has, by the last one before them that both have. */
const groupOpen = (parts: readonly Part[], others: readonly Part[]) => {
  const known = new Set(others.map(({ id }) => id))
  let last = ''
  const open: { readonly part: Part; readonly after: string }[] = []
  for (const part of parts) {
    if (known.has(part.id)) last = part.id
    else open.push({ part, after: last })
  }
  return open
}

/**
 * Which layers are those of lines that somebody has changed: they stand where those stood, and are the
 * nearest in size.
 */
const pairChanged = (now: readonly Part[], then: readonly Part[]): ReadonlyMap<Part, Part> => {
  const before = groupOpen(then, now)
  const pairs = groupOpen(now, then)
    .flatMap(({ part, after }) =>
      before.filter((each) => each.after === after).map((each) => ({ part, was: each.part })),
    )
    .toSorted((a, b) => Math.abs(a.part.bytes - a.was.bytes) - Math.abs(b.part.bytes - b.was.bytes))
  const paired = new Map<Part, Part>()
  const taken = new Set<Part>()
  for (const { part, was } of pairs) {
    if (paired.has(part) || taken.has(was)) continue
    paired.set(part, was)
    taken.add(was)
  }
  return paired
}

const byGrowth = (a: { readonly bytes: number }, b: { readonly bytes: number }): number =>
  b.bytes - a.bytes

const findGrownLayers = (now: readonly Part[], last: LastParts): readonly number[] => {
  const known = new Map(last.layers.map(({ id, bytes }) => [id, bytes]))
  const changed = pairChanged(now, last.layers)
  return now.map((part) => {
    // Of what is not known, no more than it has certainly grown by.
    const before = known.get(part.id) ?? changed.get(part)?.bytes ?? last.otherLayerBytes
    return part.bytes - before
  })
}

/** So much of a folder's growth is all of it. */
const mostOfIt = 0.9

/** Each as deep as nearly all that it grew by is in it. */
const findGrownPaths = (
  folders: readonly Large[],
  last: LastParts,
  leastBytes: number,
): readonly Large[] => {
  const known = new Map(last.folders.map(({ id, bytes }) => [id, bytes]))
  const grown = folders
    .map(({ path, bytes }) => ({
      path,
      bytes: bytes - (known.get(toFolderId(path)) ?? last.otherFolderBytes),
    }))
    .filter(({ bytes }) => bytes >= leastBytes)
    .toSorted(byGrowth)
  const isSaidBelow = ({ path, bytes }: Large): boolean => {
    const inside = `${path}/`
    return grown.some((each) => each.bytes >= mostOfIt * bytes && each.path.startsWith(inside))
  }
  return grown.filter((each) => !isSaidBelow(each))
}

const kb = 1_000

/** So many are kept. */
const mostGrown = 20

/** What an image has grown by; undefined where nobody knows what it was made of. */
export const findGrown = (
  analysis: ImageAnalysis,
  last: LastImage | undefined,
  leastBytes: number,
): Grown | undefined => {
  if (last?.parts === undefined) return undefined
  const { parts } = last
  const { baseBytes, layers } = toImageParts(analysis)
  const grown = findGrownLayers(layers, parts)
  const own = analysis.layers.flatMap(({ isBase }, index) => (isBase ? [] : [index]))
  return {
    leastBytes,
    // Both in whole kB, or what has not changed would have.
    baseBytes: Math.round(baseBytes / kb) * kb - parts.baseBytes,
    layers: own
      .map((index, at) => ({ index, bytes: grown[at] ?? 0 }))
      .filter(({ bytes }) => bytes >= leastBytes)
      .toSorted(byGrowth)
      .slice(0, mostGrown),
    paths: findGrownPaths(analysis.folderSizes, parts, leastBytes).slice(0, mostGrown),
  }
}

/** For the output. */
export const toGrownOutput = (
  { layers }: ImageAnalysis,
  { baseBytes, layers: grown, paths }: Grown,
): Pick<Growth, 'baseBytes' | 'layers' | 'paths'> => ({
  baseBytes,
  layers: grown.map(({ index, bytes }) => ({
    location: layers[index]?.location,
    instruction: layers[index]?.instruction,
    bytes,
  })),
  paths: paths.map(({ path, bytes }) => ({ path: renderPath(path), bytes })),
})

const mostShown = 3
const longestInstruction = 80

/** `Dockerfile:12 RUN pip install . +40 MB; /usr/lib/x +38 MB`; empty where nothing grew much. */
export const renderGrown = (
  { layers }: ImageAnalysis,
  { baseBytes, layers: grown, paths, leastBytes }: Grown,
): string => {
  const ofLayers = grown.slice(0, mostShown).flatMap(({ index, bytes }) => {
    const layer = layers[index]
    if (layer === undefined) return []
    const instruction = toLine(layer.instruction ?? '', longestInstruction)
    const words = [renderPlace(layer, index), instruction, `+${formatBytes(bytes)}`]
    return [words.filter(Boolean).join(' ')]
  })
  return [
    ...ofLayers,
    ...(baseBytes >= leastBytes ? [`base +${formatBytes(baseBytes)}`] : []),
    ...paths
      .slice(0, mostShown)
      .map(({ path, bytes }) => `${renderPath(path)} +${formatBytes(bytes)}`),
  ].join('; ')
}
