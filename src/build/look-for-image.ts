import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Docker } from '../docker/docker.ts'

/** A builder that is there answers in half a second. */
const deadlineMs = 10_000

/**
 * Has the builder look for an image in its registry. Where nobody has it, that is no failure.
 *
 * @param folder of the run's own, which need not be there
 */
export const lookForImage = async (
  docker: Docker,
  image: string,
  folder: string,
): Promise<void> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, 'Dockerfile'), `FROM ${image}\n`)
  const args = ['buildx', 'build', '--quiet', '--output=type=cacheonly', '--', folder]
  await docker.try(args, { timeoutMs: deadlineMs })
}
