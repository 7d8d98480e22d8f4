import type { Entry, FileReader, LayerEntries } from '../image/contents/entry.ts'
import type { Match } from './findings/finding.ts'
import { copyRules } from './findings/match-copies.ts'
import { isBase, keyOf, nameOf, parentOf, type Subject } from './findings/subject.ts'
import { estimatePacked, type Packed } from './packed.ts'

/** What an image would be without one finding. */
export type Removable = {
  readonly match: Match
  /** Files that go, as layer and inode, with their bytes: of a file with several names only where all go. */
  readonly files: ReadonlyMap<string, number>
  /** Paths that a container would not see, as bytes: folders of which all goes, else files. */
  readonly hides: readonly string[]
}

/** What an image would be without the findings whose fix only takes something away. */
export type Removal = {
  /** The largest first. */
  readonly parts: readonly Removable[]
  /** The image without all of them. */
  readonly bytes: number
  readonly packedBytes: number
  /** The folders on the way to what is hidden, as a container sees them. */
  readonly folders: ReadonlyMap<string, Entry>
  /** In JSON, as the store has them. They may hold what nobody should see: never printed. */
  readonly config: string
  readonly manifest: string | undefined
}

/** Folders above a path, the topmost first, and the path itself. */
export const toWay = (path: string): readonly string[] => {
  const way: string[] = []
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1))
    way.push(path.slice(0, at))
  return [...way, path]
}

const sum = (numbers: Iterable<number>): number => {
  let total = 0
  for (const number of numbers) total += number
  return total
}

const toFiles = (subject: Subject, layer: number, entries: readonly Entry[]) => {
  const files = entries.filter(({ type }) => type === 'f').map((entry) => ({ layer, entry }))
  const groups = Map.groupBy(files, keyOf)
  return new Map(
    [...groups].flatMap(([key, [first, ...others]]) =>
      first !== undefined && subject.namesOf(first) === others.length + 1
        ? [[key, first.entry.sizeBytes] as const]
        : [],
    ),
  )
}

/** In the archive of a layer, such a name says something of its own. */
const isMark = (path: string): boolean => nameOf({ path }).startsWith('.wh.')

/** A part that takes files away: those of its line, as other lines' are other findings. */
const toSeen = (subject: Subject, match: Match): Removable => {
  const tops = new Set(match.paths)
  const names: Entry[] = []
  // Folders that are there without what goes.
  const kept = new Set<string>()
  const keep = (path: string, from: number): void => {
    for (const folder of toWay(path).slice(from)) kept.add(folder)
  }
  const topOf = (path: string): number => toWay(path).findIndex((each) => tops.has(each))
  for (const { layer, entry } of subject.merged.visible) {
    const { path, type } = entry
    const top = topOf(path)
    if (top < 0) continue
    if (layer !== match.layer || isMark(path)) keep(type === 'd' ? path : parentOf(path), top)
    else if (type !== 'd') names.push(entry)
  }
  for (const entries of subject.contents.layers.slice(0, match.layer))
    for (const { type, path } of entries)
      if (type === 'd' && topOf(path) >= 0) keep(path, topOf(path))
  const hides = names.map(({ path }) => {
    const way = toWay(path)
    return way.slice(topOf(path)).find((each) => !kept.has(each)) ?? path
  })
  return { match, files: toFiles(subject, match.layer, names), hides: [...new Set(hides)] }
}

/** A part that takes copies away which nobody sees; those in the base are the base's. */
const toUnseen = (subject: Subject, match: Match): Removable => {
  const paths = new Set(match.paths)
  const copies = subject.merged.hidden.filter(({ layer, hiddenBy, reason, entry }) => {
    const by = reason === 'deleted' ? layer : hiddenBy
    const isIt = copyRules[reason] === match.rule && by === match.layer && paths.has(entry.path)
    return isIt && !isBase(subject, layer)
  })
  const files = new Map(copies.map((copy) => [keyOf(copy), copy.entry.sizeBytes]))
  return { match, files, hides: [] }
}

/** Bytes that go with some parts, each file once. */
export const countRemoved = (parts: readonly Removable[]): number =>
  sum(new Map(parts.flatMap(({ files }) => [...files])).values())

const withoutFiles = (layers: readonly LayerEntries[], gone: ReadonlySet<string>) =>
  layers.map((entries, layer) => entries.filter((entry) => !gone.has(keyOf({ layer, entry }))))

/**
 * Finds out what the image would be without all findings whose fix only takes something away.
 *
 * @returns undefined where there are none
 */
export const planRemoval = async (
  subject: Subject,
  matches: readonly Match[],
  packed: Packed,
  totalBytes: number,
  reader: FileReader,
): Promise<Removal | undefined> => {
  const parts = matches
    .flatMap((match) => {
      if (match.rule.removes === undefined) return []
      return [match.rule.removes === 'files' ? toSeen(subject, match) : toUnseen(subject, match)]
    })
    .filter(({ files }) => files.size > 0)
    .toSorted((a, b) => countRemoved([b]) - countRemoved([a]))
  if (parts.length === 0) return undefined
  const gone = new Set(parts.flatMap(({ files }) => [...files.keys()]))
  const layers = withoutFiles(subject.contents.layers, gone)
  // What a layer keeps as it is takes what it took.
  const known = layers.map((entries, layer) =>
    entries.length === subject.contents.layers[layer]?.length
      ? packed.layerBytes[layer]
      : undefined,
  )
  const { layerBytes } = await estimatePacked(layers, known, reader)
  const above = new Set(
    parts.flatMap(({ hides }) => hides.flatMap((path) => toWay(parentOf(path)))),
  )
  const folders = [...above, ''].flatMap((path) => {
    const entry = subject.visible.get(path)?.entry
    return entry?.type === 'd' ? [[path, entry] as const] : []
  })
  const { config, manifest } = subject.contents
  return {
    parts,
    bytes: totalBytes - countRemoved(parts),
    packedBytes: sum(layerBytes),
    folders: new Map(folders),
    config,
    manifest,
  }
}
