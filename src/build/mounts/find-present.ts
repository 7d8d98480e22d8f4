import { type Docker, describeEnd } from '../../docker/docker.ts'
import { Failure } from '../../failure.ts'
import type { CacheMount } from '../dockerfile/cache-mounts.ts'

/** A builder with much in it takes its time. */
const timeoutMs = 2 * 60_000

/**
 * Where a record begins; the text of a RUN may have lines that begin with `ID:`, too. A Dockerfile that has a whole
 * record in there hides no other, and shows no cache that it could not have made by mounting it.
 */
const recordStart = /^(?=ID:[ \t]+\S+\n(?:Parents?|Created at|Mutable):)/m

const descriptionLabel = /^Description:[ \t]+/m

/** A RUN that is a heredoc has all of its lines in here; buildx's own next one is the last of that name. */
const toDescription = (record: string): string => {
  const label = descriptionLabel.exec(record)
  const text = label === null ? '' : record.slice(label.index + label[0].length)
  const end = text.lastIndexOf('\nUsage count:')
  return (end < 0 ? text : text.slice(0, end)).trimEnd()
}

/**
 * BuildKit writes `cached mount TARGET from exec ARGS with id "/ID"`, without the id where the target is the
 * same. A Dockerfile writes the arguments, so only what follows them counts.
 */
const isOf = (description: string, id: string): boolean =>
  / with id "(?:[^"\\]|\\.)*"$/.test(description)
    ? description.endsWith(` with id ${JSON.stringify(`/${id}`)}`)
    : description.startsWith(`cached mount /${id} from exec `)

/**
 * Ids of caches that the builder has. It does not say whose they are: one of another owner counts, too, and is
 * left as it is.
 */
export const parsePresent = (
  printed: string,
  mounts: readonly CacheMount[],
): readonly CacheMount[] => {
  const descriptions = printed
    .split(recordStart)
    .map(toDescription)
    .filter((text) => text.startsWith('cached mount '))
  return mounts.filter(({ id }) => descriptions.some((text) => isOf(text, id)))
}

/** @throws {Failure} when the builder does not tell */
export const findPresent = async (
  docker: Docker,
  mounts: readonly CacheMount[],
): Promise<readonly CacheMount[]> => {
  const args = ['buildx', 'du', '--verbose', '--filter=type=exec.cachemount']
  const ended = await docker.try(args, { timeoutMs })
  if (ended.code === 0) return parsePresent(ended.stdout, mounts)
  throw new Failure(`\`docker buildx du\` does not say what the builder has: ${describeEnd(ended)}`)
}
