import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { canRead, canSearch, isMissing } from '../host/access.ts'
import type { Env } from '../host/command.ts'
import { readRegularFile } from '../host/read-file.ts'
import { type DockerFolders, findDockerFolders } from './docker-folders.ts'

/**
 * What the step gives the docker command of its own, instead of what this user cannot use. Keeps all that works. Where a folder for logins is out of reach, nothing is lost with another one.
 * Where only buildx cannot write, logins and contexts stay where they are, and buildx alone gets
 * another one: so a login never has to be copied.
 *
 * @param tempDir a folder that ends with the step
 */
export const planOwnFolders = ({ config, buildx }: DockerFolders, tempDir: string) => {
  const own = join(tempDir, 'docker')
  const ownBuildx = join(own, 'buildx')
  const variables: Env = {
    ...(!config.isInReach && { DOCKER_CONFIG: own }),
    ...(!buildx.isUsable && { BUILDX_CONFIG: ownBuildx }),
  }
  // Builders of a folder that can be read may be used through another one.
  const from = config.isInReach && !buildx.isUsable ? buildx.path : undefined
  return { variables, builders: from === undefined ? undefined : { from, to: ownBuildx } }
}

/** Names of builders and of this machine; no secrets, which `instances` may hold. */
const copyIfThere = (from: string, to: string): void => {
  if (!isMissing(from)) writeFileSync(to, readRegularFile(from), { mode: 0o600 })
}

/**
 * Lets buildx find the builders of a folder in which it cannot write, and which of them is in use.
 * The builders themselves are only linked: with them are keys of registries and of remote builders.
 *
 * @returns whether there are none that could not be read
 */
const lendBuilders = (from: string, to: string): boolean => {
  mkdirSync(join(to, 'defaults'), { recursive: true, mode: 0o700 })
  // A link is read from where it is.
  const instances = resolve(from, 'instances')
  if (isMissing(instances)) return true
  if (!canRead(instances) || !canSearch(instances)) return false
  try {
    for (const name of ['.buildNodeID', 'current']) copyIfThere(join(from, name), join(to, name))
    const defaults = join(from, 'defaults')
    for (const name of isMissing(defaults) ? [] : readdirSync(defaults)) {
      copyIfThere(join(defaults, name), join(to, 'defaults', name))
    }
  } catch {
    return false
  }
  symlinkSync(instances, join(to, 'instances'))
  return true
}

/**
 * Makes folders of the step's own where docker and buildx cannot use this user's.
 *
 * @param tempDir a folder that ends with the step
 * @returns the environment for docker, and for all that starts it
 */
export const prepareConfig = (env: Env, tempDir: string, log: (line: string) => void): Env => {
  const found = findDockerFolders(env)
  const { variables, builders } = planOwnFolders(found, tempDir)
  if (variables['DOCKER_CONFIG'] !== undefined) {
    const { path } = found.config
    log(
      path === undefined
        ? 'This user has no home folder: docker has no logins and no contexts.'
        : `This user cannot use ${path}: docker has no logins and no contexts from there.`,
    )
  }
  if (builders !== undefined) {
    const isComplete = lendBuilders(builders.from, builders.to)
    const without = isComplete ? '' : ', and cannot read the builders there'
    log(`buildx cannot write to ${builders.from}${without}: it uses a folder of this step.`)
  }
  return { ...env, ...variables }
}
