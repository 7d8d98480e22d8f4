import type { HiddenCopy } from '../../image/contents/merge.ts'
import { isCopy, type Subject } from './subject.ts'

/** Less is not worth reading twice. */
const leastBytes = 1_000_000

/** Rewritten files that have kept their size, the largest first, as many as may be read. */
const findCandidates = ({
  merged,
  contents,
  origins,
  mostHashedBytes,
}: Subject): readonly HiddenCopy[] => {
  const rewritten = merged.hidden.filter(
    ({ reason, entry, hiddenBy }) =>
      reason === 'rewritten' &&
      entry.sizeBytes >= leastBytes &&
      !isCopy(origins[hiddenBy]?.instruction),
  )
  const layers = new Map(
    [...new Set(rewritten.map(({ hiddenBy }) => hiddenBy))].map((layer) => [
      layer,
      new Map((contents.layers[layer] ?? []).map((entry) => [entry.path, entry])),
    ]),
  )
  const same = rewritten.filter(({ hiddenBy, entry }) => {
    const upper = layers.get(hiddenBy)?.get(entry.path)
    return upper?.sizeBytes === entry.sizeBytes
  })
  let bytes = 0
  return same
    .toSorted((a, b) => b.entry.sizeBytes - a.entry.sizeBytes)
    .filter(({ entry }) => {
      bytes += 2 * entry.sizeBytes
      return bytes <= mostHashedBytes
    })
}

/** The same subject, in which files that were only touched are no longer said to be rewritten. */
export const withTouched = async (subject: Subject): Promise<Subject> => {
  const candidates = findCandidates(subject)
  const isSame = await Promise.all(
    candidates.map(async ({ layer, hiddenBy, entry: { path } }) => {
      const [lower, upper] = await Promise.all([
        subject.files.hash(layer, path),
        subject.files.hash(hiddenBy, path),
      ])
      return lower !== '' && lower === upper
    }),
  )
  const touched = new Set(candidates.filter((_, at) => isSame[at]))
  if (touched.size === 0) return subject
  const hidden = subject.merged.hidden.map((copy) =>
    touched.has(copy) ? { ...copy, reason: 'metadata copy' as const } : copy,
  )
  return { ...subject, merged: { ...subject.merged, hidden } }
}
