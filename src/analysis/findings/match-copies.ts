import type { HiddenCopy, HidingReason } from '../../image/contents/merge.ts'
import type { Match, Rule } from './finding.ts'
import { isBase, type Subject } from './subject.ts'

/** Less, of two lines, is not worth a word. */
const leastBytes = 1_000_000

export const copyRules: Readonly<Record<HidingReason, Rule>> = {
  'metadata copy': {
    id: 'metadata-copies',
    level: 'warning',
    removes: 'copies',
    what: 'A later line changes owner, mode or time of files, which copies them whole',
    fix: 'Write the files with their owner and mode at once: `COPY --chown=... --chmod=...`, or change them in the RUN that makes them.',
  },
  linked: {
    id: 'linked-copies',
    level: 'warning',
    removes: 'copies',
    what: 'A later line gives files of a lower layer another name, which copies them whole',
    fix: 'Make the links in the RUN that makes the files, or use symbolic links.',
  },
  rewritten: {
    id: 'rewritten',
    level: 'warning',
    removes: 'copies',
    what: 'A later line writes files again',
    fix: 'Write them once, or in the same RUN.',
  },
  deleted: {
    id: 'deleted-later',
    level: 'warning',
    removes: 'copies',
    what: 'A later line deletes files, which stay in the image',
    fix: 'Delete them in the RUN that makes them, or make them in a stage of their own and copy what is needed.',
  },
}

/**
 * What a rebuilt image would not have. Copies in the base are the base's, but for those that our own line makes
 * of them.
 */
export const matchCopies = (subject: Subject): readonly Match[] => {
  const isOurs = ({ layer, hiddenBy, reason }: HiddenCopy): boolean =>
    !isBase(subject, layer) ||
    (!isBase(subject, hiddenBy) && (reason === 'metadata copy' || reason === 'linked'))
  const own = subject.merged.hidden.filter(isOurs)
  const keyOf = ({ layer, hiddenBy, reason }: HiddenCopy) =>
    `${isBase(subject, layer) ? 'base' : layer} ${hiddenBy} ${reason}`
  return [...Map.groupBy(own, keyOf).values()].flatMap((group) => {
    const [first] = group
    const bytes = group.reduce((sum, { entry }) => sum + entry.sizeBytes, 0)
    if (first === undefined || bytes < leastBytes) return []
    const { layer, hiddenBy, reason } = first
    const other = subject.origins[reason === 'deleted' ? hiddenBy : layer]
    const role = reason === 'deleted' ? 'deleted' : 'written'
    const where = other?.location === undefined ? '' : ` in line ${other.location.line}`
    const paths = group
      .toSorted((a, b) => b.entry.sizeBytes - a.entry.sizeBytes)
      .map(({ entry }) => entry.path)
    return [
      {
        rule: copyRules[reason],
        // Who deletes only wanted to make it better.
        layer: reason === 'deleted' ? layer : hiddenBy,
        bytes,
        paths,
        evidence: other?.instruction && `${role}${where} by ${other.instruction}`,
      },
    ].map(({ evidence, ...rest }) => (evidence === undefined ? rest : { ...rest, evidence }))
  })
}
