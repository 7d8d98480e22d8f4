import { type Docker, describeEnd } from '../../docker/docker.ts'
import { Failure } from '../../failure.ts'
import type { CacheMount } from '../dockerfile/cache-mounts.ts'

/** A builder with much in it takes its time. */
const timeoutMs = 2 * 60_000

/**
 * Ids of caches that the builder has. It does not say whose they are: one of another owner counts, too, and is
 * left as it is.
 */
export const parsePresent = (
  printed: string,
  mounts: readonly CacheMount[],
): readonly CacheMount[] => {
  const lines = printed.split('\n').filter((line) => /^Description:\s+cached mount /.test(line))
  return mounts.filter(({ id }) =>
    lines.some((line) => line.trimEnd().endsWith(` with id ${JSON.stringify(`/${id}`)}`)),
  )
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
