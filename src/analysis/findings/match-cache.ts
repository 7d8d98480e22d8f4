import type { SourceLocation } from '../../failure.ts'
import { formatBytes, formatDuration } from '../../text/format.ts'
import type { Match, Rule } from './finding.ts'
import type { Subject } from './subject.ts'

const earlyRule: Rule = {
  id: 'copied-before-install',
  level: 'warning',
  what: 'All of the build context is copied before dependencies are installed',
  fix: 'Copy the files that list the dependencies first, install, and copy the rest afterwards: now each change of any file installs all of them again.',
  doubt: 'the installation reads other files of the context',
}

const linkRule: Rule = {
  id: 'copied-without-link',
  level: 'info',
  what: 'A cold builder fetches all layers below a COPY to write its layer',
  fix: 'Write `COPY --link`: its layer then stands on its own, and nothing is fetched when its files change.',
  doubt: 'a lower layer has a link where it copies to',
}

export const cacheRules: readonly Rule[] = [earlyRule, linkRule]

/** Less is fetched in a moment. */
const leastBytes = 100_000_000

/** Of hosted runners, unpacking included. */
const fetchBytesPerSecond = 100_000_000

const findLocation = ({ origins }: Subject, line: number): SourceLocation | undefined =>
  origins.find(({ location }) => location?.line === line)?.location

const matchEarly = (subject: Subject): readonly Match[] => {
  const { recipe, lineMs } = subject.background
  return (recipe?.order.early ?? []).map(({ copyLine, installLine }) => {
    const ms = lineMs.get(installLine)
    const took = ms === undefined ? '' : `, which took ${formatDuration(ms)} in this build`
    const evidence = `line ${installLine} installs${took}`
    const base = findLocation(subject, copyLine) ?? recipe?.base?.location
    const location = base && { ...base, line: copyLine }
    const layer = Math.max(0, subject.origins.length - 1)
    return { rule: earlyRule, layer, location, bytes: 0, paths: [], evidence }
  })
}

const matchUnlinked = (subject: Subject): readonly Match[] => {
  const { contents, origins, background } = subject
  if (!background.isLazy) return []
  const lines = background.recipe?.order.unlinked ?? []
  const layer = origins.findIndex(({ location }) => location && lines.includes(location.line))
  if (layer < 0) return []
  const below = contents.layers
    .slice(0, layer)
    .flat()
    .reduce((sum, { type, sizeBytes }) => sum + (type === 'f' ? sizeBytes : 0), 0)
  if (below < leastBytes) return []
  const seconds = formatDuration((below / fetchBytesPerSecond) * 1_000)
  const evidence = `${formatBytes(below)} below it, about ${seconds} at ${formatBytes(fetchBytesPerSecond)}/s; lines ${lines.join(', ')}`
  const { location } = origins[layer] ?? {}
  return [{ rule: linkRule, layer, location, bytes: 0, paths: [], evidence }]
}

/** Lines that have the cache miss, or a cold builder fetch, more than they need. */
export const matchCache = (subject: Subject): readonly Match[] => [
  ...matchEarly(subject),
  ...matchUnlinked(subject),
]
