import type { Background } from '../../image/background.ts'
import type { Entry, FileReader, ImageContents } from '../../image/contents/entry.ts'
import { type Merged, mergeLayers, type Placed } from '../../image/contents/merge.ts'
import type { LayerOrigin } from '../../image/layer-origin.ts'

/** What rules look at. */
export type Subject = {
  readonly contents: ImageContents
  readonly origins: readonly LayerOrigin[]
  readonly merged: Merged
  /** What a container sees, by path. */
  readonly visible: ReadonlyMap<string, Placed>
  /** How many names a file has in its layer. */
  readonly namesOf: (placed: Placed) => number
  readonly files: FileReader
  /** Bytes of files that may be hashed: more would take too long beside a load. */
  readonly mostHashedBytes: number
  readonly background: Background
}

export const keyOf = ({ layer, entry }: Placed): string => `${layer} ${entry.inode}`

/** Whether a line writes what it has from elsewhere; other lines run commands. */
export const isCopy = (instruction: string | undefined): boolean =>
  instruction !== undefined && /^(?:COPY|ADD)\b/i.test(instruction)

/** Whether a line has copied from the build's context, and not from another stage or image. */
export const isFromContext = ({ instruction }: LayerOrigin): boolean =>
  isCopy(instruction) && !/\s--from=/.test(instruction ?? '')

export const toSubject = (
  contents: ImageContents,
  origins: readonly LayerOrigin[],
  files: FileReader,
  mostHashedBytes: number,
  background: Background,
): Subject => {
  const merged = mergeLayers(contents.layers, (layer) => !isCopy(origins[layer]?.instruction))
  const names = new Map<string, number>()
  contents.layers.forEach((entries, layer) => {
    for (const entry of entries) {
      if (entry.type !== 'f') continue
      const key = keyOf({ layer, entry })
      names.set(key, (names.get(key) ?? 0) + 1)
    }
  })
  return {
    contents,
    origins,
    merged,
    visible: new Map(merged.visible.map((placed) => [placed.entry.path, placed])),
    namesOf: (placed) => names.get(keyOf(placed)) ?? 0,
    files,
    mostHashedBytes,
    background,
  }
}

/** Bytes of what is placed, each file once. */
export const countPlaced = (all: Iterable<Placed>): number => {
  const seen = new Set<string>()
  let bytes = 0
  for (const placed of all) {
    const key = keyOf(placed)
    if (placed.entry.type !== 'f' || seen.has(key)) continue
    seen.add(key)
    bytes += placed.entry.sizeBytes
  }
  return bytes
}

/** Each file once, of which no name is elsewhere: what has one there stays without these, too. */
export const withoutShared = (
  files: readonly Placed[],
  { namesOf }: Pick<Subject, 'namesOf'>,
): Placed[] => {
  const inside = new Map<string, number>()
  for (const placed of files) inside.set(keyOf(placed), (inside.get(keyOf(placed)) ?? 0) + 1)
  const first = new Map(files.map((placed) => [keyOf(placed), placed]))
  return [...first].flatMap(([key, placed]) => (inside.get(key) === namesOf(placed) ? placed : []))
}

export const isBase = ({ origins }: Subject, layer: number): boolean =>
  origins[layer]?.isBase ?? false

export const nameOf = ({ path }: Pick<Entry, 'path'>): string =>
  path.slice(path.lastIndexOf('/') + 1)

export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))
