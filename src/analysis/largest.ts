import type { Placed } from '../image/contents/merge.ts'
import { keyOf, parentOf, type Subject } from './findings/subject.ts'

/** A folder or a file, and what it has. */
export type Large = {
  /** As bytes. */
  readonly path: string
  readonly bytes: number
}

const shown = 10

/** Deeper ones say nothing to people. */
const deepest = 8

const filesOf = ({ merged }: Subject): readonly Placed[] => {
  const once = new Map<string, Placed>()
  for (const placed of merged.visible)
    if (placed.entry.type === 'f' && !once.has(keyOf(placed))) once.set(keyOf(placed), placed)
  return [...once.values()]
}

/** A Python package lies so deep: `usr/local/lib/python3.12/site-packages/torch`. */
const deepestCompared = 6
const leastCompared = 1_000_000
const mostCompared = 2_000

const sumFolders = (files: readonly Placed[]): ReadonlyMap<string, number> => {
  const sums = new Map<string, number>()
  for (const { entry } of files) {
    const { path, sizeBytes } = entry
    for (let folder = path; folder !== ''; ) {
      folder = parentOf(folder)
      sums.set(folder, (sums.get(folder) ?? 0) + sizeBytes)
    }
  }
  return sums
}

const bySize = (a: Large, b: Large): number => b.bytes - a.bytes

/** The largest folders, each as deep as it says something: no folder that has little beside one below it. */
const findLargeFolders = (sums: ReadonlyMap<string, number>): readonly Large[] => {
  const children = Map.groupBy(
    [...sums.keys()].filter((path) => path !== ''),
    parentOf,
  )
  const toLarge = (path: string): Large => ({ path, bytes: sums.get(path) ?? 0 })
  const open = (children.get('') ?? []).map(toLarge)
  const done: Large[] = []
  for (let steps = 0; steps < 200 && open.length > 0; steps += 1) {
    open.sort(bySize)
    const large = open.shift()
    if (large === undefined) break
    const inside = (children.get(large.path) ?? []).map(toLarge).toSorted(bySize)
    const isPassed = (inside[0]?.bytes ?? 0) >= large.bytes / 2
    if (isPassed && large.path.split('/').length < deepest) open.push(...inside)
    else done.push(large)
  }
  return done.toSorted(bySize).slice(0, shown)
}

const findCompared = (sums: ReadonlyMap<string, number>): readonly Large[] =>
  [...sums]
    .map(([path, bytes]) => ({ path, bytes }))
    .filter(({ path, bytes }) => path !== '' && bytes >= leastCompared)
    .filter(({ path }) => path.split('/').length <= deepestCompared)
    .toSorted(bySize)
    .slice(0, mostCompared)

/** What takes most of an image. */
export const findLargest = (
  subject: Subject,
): { readonly [K in 'folders' | 'files' | 'folderSizes']: readonly Large[] } => {
  const placed = filesOf(subject)
  const sums = sumFolders(placed)
  const files = placed
    .map(({ entry }) => ({ path: entry.path, bytes: entry.sizeBytes }))
    .toSorted(bySize)
  return {
    folders: findLargeFolders(sums),
    files: files.slice(0, shown),
    folderSizes: findCompared(sums),
  }
}
