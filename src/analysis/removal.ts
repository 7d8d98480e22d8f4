import type { Entry, FileReader, LayerEntries } from '../image/contents/entry.ts'
import type { Placed } from '../image/contents/merge.ts'
import { findFolderAbove, foldersAbove } from '../image/contents/path.ts'
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

type Below = ReadonlyMap<string, readonly Placed[]>

/** By a path, what is there and below it. */
const groupBelow = (all: Iterable<Placed>, tops: ReadonlySet<string>): Below => {
  const found = new Map<string, Placed[]>()
  for (const placed of all) {
    const { path } = placed.entry
    for (const top of [...foldersAbove(path), path]) {
      if (!tops.has(top)) continue
      const group = found.get(top) ?? []
      found.set(top, group)
      group.push(placed)
    }
  }
  return found
}

/** What findings are about: as a container sees it, and the folders of each layer. */
const indexSeen = ({ contents, merged }: Subject, matches: readonly Match[]) => {
  const tops = new Set(matches.flatMap(({ paths }) => paths))
  const folders = contents.layers.flatMap((entries, layer) =>
    entries.filter(({ type }) => type === 'd').map((entry) => ({ layer, entry })),
  )
  return { seen: groupBelow(merged.visible, tops), folders: groupBelow(folders, tops) }
}

/** The path, and the folders that it is in, as far as they are not above another one. */
const toWay = (top: string, path: string): readonly string[] =>
  [...foldersAbove(path), path].filter(({ length }) => length >= top.length)

/** A part that takes files away: those of its line, as other lines' are other findings. */
const toSeen = (
  subject: Subject,
  match: Match,
  { seen, folders }: ReturnType<typeof indexSeen>,
): Removable => {
  const given = new Set(match.paths)
  const going: { readonly top: string; readonly entry: Entry }[] = []
  // Folders that are there without what goes.
  const kept = new Set<string>()
  for (const top of given) {
    if (findFolderAbove(top, (folder) => given.has(folder)) !== undefined) continue
    const keep = (path: string): void => {
      for (const folder of toWay(top, path)) kept.add(folder)
    }
    for (const { layer, entry } of seen.get(top) ?? []) {
      const { path, type } = entry
      if (layer !== match.layer || isMark(path)) keep(type === 'd' ? path : parentOf(path))
      else if (type !== 'd') going.push({ top, entry })
    }
    for (const { layer, entry } of folders.get(top) ?? []) if (layer < match.layer) keep(entry.path)
  }
  const hides = going.map(
    ({ top, entry: { path } }) => toWay(top, path).find((each) => !kept.has(each)) ?? path,
  )
  const entries = going.map(({ entry }) => entry)
  return { match, files: toFiles(subject, match.layer, entries), hides: [...new Set(hides)] }
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
  const index = indexSeen(
    subject,
    matches.filter(({ rule }) => rule.removes === 'files'),
  )
  const parts = matches
    .flatMap((match) => {
      const { removes } = match.rule
      if (removes === undefined) return []
      return [removes === 'files' ? toSeen(subject, match, index) : toUnseen(subject, match)]
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
  const above = new Set(parts.flatMap(({ hides }) => hides.flatMap(foldersAbove)))
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
