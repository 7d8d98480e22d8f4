import type { Placed } from '../../image/contents/merge.ts'
import type { Match, Rule } from './finding.ts'
import { isBase, keyOf, type Subject } from './subject.ts'

export const duplicateRule: Rule = {
  id: 'same-content',
  level: 'warning',
  what: 'The same content at several paths',
  fix: 'Keep one, and link to it (`ln -s`), or copy only one of them.',
  doubt: 'two packages may have brought it, each for itself',
}

const leastBytes = 1_000_000

/** Files of one size, the largest first, as many as may be read. */
const findCandidates = ({ merged, mostHashedBytes }: Subject): readonly Placed[] => {
  const large = merged.visible.filter(
    ({ entry }) => entry.type === 'f' && entry.sizeBytes >= leastBytes,
  )
  const once = [...new Map(large.map((placed) => [keyOf(placed), placed])).values()]
  const groups = [...Map.groupBy(once, ({ entry }) => entry.sizeBytes).entries()]
    .filter(([, group]) => group.length > 1)
    .toSorted(([a], [b]) => b - a)
  let bytes = 0
  return groups.flatMap(([size, group]) => {
    if (bytes + size * group.length > mostHashedBytes) return []
    bytes += size * group.length
    return group
  })
}

/** Content that is there more than once, of which a line above the base has written one. */
export const matchDuplicates = async (subject: Subject): Promise<readonly Match[]> => {
  const candidates = findCandidates(subject)
  const hashes = await Promise.all(
    candidates.map(({ layer, entry }) => subject.files.hash(layer, entry.path)),
  )
  const hashed = candidates.flatMap((placed, at) =>
    hashes[at] ? [{ placed, hash: hashes[at] }] : [],
  )
  const groups = [...Map.groupBy(hashed, ({ hash }) => hash).values()]
  const matches = groups.flatMap((group): readonly Match[] => {
    const sorted = group.map(({ placed }) => placed).toSorted((a, b) => b.layer - a.layer)
    const [last] = sorted
    if (last === undefined || sorted.length < 2 || isBase(subject, last.layer)) return []
    const bytes = last.entry.sizeBytes * (sorted.length - 1)
    const paths = sorted.map(({ entry }) => entry.path)
    return [{ rule: duplicateRule, layer: last.layer, bytes, paths }]
  })
  // One line may have copied a whole folder.
  return [...Map.groupBy(matches, ({ layer }) => layer)].map(([layer, group]) => ({
    rule: duplicateRule,
    layer,
    bytes: group.reduce((sum, { bytes }) => sum + bytes, 0),
    paths: group.toSorted((a, b) => b.bytes - a.bytes).flatMap(({ paths }) => paths),
  }))
}
