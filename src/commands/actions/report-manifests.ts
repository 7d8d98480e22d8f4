import { type Facts, toWanted } from '../../facts/facts.ts'
import { checkManifests } from '../../manifests/check-manifests.ts'
import type { Warning } from '../../manifests/workload.ts'
import type { Runner } from './runner.ts'

/** GitHub shows ten annotations of a step; the tenth tells of those that it would leave out. */
const mostShown = 9

const renderLine = ({ message, place }: Warning): string =>
  place ? `${place.file}:${place.line}: ${message}` : message

/** Warns of what is wrong with the manifests; what GitHub would not show is in the log at least. */
export const tellManifests = async (
  facts: Facts,
  { warning, fenced }: Pick<Runner, 'warning' | 'fenced'>,
): Promise<void> => {
  const all = checkManifests(facts.manifests, facts.nodeRooms, facts.engine, {
    wanted: toWanted(facts),
    images: facts.images,
  })
  for (const { message, place } of all.slice(0, mostShown)) warning(message, place)
  const rest = all.slice(mostShown)
  if (rest.length === 0) return
  const are = rest.length === 1 ? 'warning is' : 'warnings are'
  warning(`${rest.length} more ${are} in the step's log, as GitHub shows ten of a step.`)
  // Names of files and containers could hold commands.
  await fenced(async (write) => {
    for (const each of rest) write(renderLine(each))
  })
}
