import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { attempt } from '../failure.ts'
import { canMake, canRead, canSearch, canWriteIn, isMissing } from '../host/access.ts'
import type { Env } from '../host/command.ts'

/** A user may have no home at all: none in the environment, and none in the system's list of users. */
const findHome = (env: Env): string => env['HOME'] || (attempt(homedir) ?? '')

/** For a user without a home: a folder that is not there, and that nobody can guess and make. */
const nowhere = resolve(tmpdir(), `slipway-nowhere-${randomBytes(16).toString('hex')}`)

/**
 * Undefined without any home. Docker itself would then take `.docker` of the folder that it is started
 * in, the workspace: programs and logins of whoever wrote what is checked out there.
 */
export const dockerFolderOf = (env: Env): string | undefined => {
  const given = env['DOCKER_CONFIG']
  if (given) return given === nowhere ? undefined : resolve(given)
  const home = findHome(env)
  return isAbsolute(home) ? join(home, '.docker') : undefined
}

/**
 * An environment in which docker and buildx find the same folders wherever they are started. Who gives
 * one relatively means the folder that the step is started in.
 */
export const pinDockerFolders = (env: Env): Env => {
  const pinned: Record<string, string> = { ...env }
  for (const name of ['DOCKER_CONFIG', 'BUILDX_CONFIG']) {
    if (env[name]) pinned[name] = resolve(env[name])
  }
  return dockerFolderOf(env) === undefined ? { ...pinned, DOCKER_CONFIG: nowhere } : pinned
}

const foldersIn = (parent: string): readonly string[] =>
  isMissing(parent)
    ? []
    : readdirSync(parent, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => join(parent, name))

/** Another user's buildx may have left single folders and files that are closed to us. */
const canBuildxUse = (folder: string): boolean => {
  if (isMissing(folder)) return canMake(folder)
  const inside = (...names: readonly string[]) => names.map((name) => join(folder, name))
  // One for each builder, and in it one for each of its nodes.
  const builders = attempt(() => {
    const folders = inside('refs').flatMap(foldersIn)
    return [...folders, ...folders.flatMap(foldersIn)]
  })
  if (builders === undefined) return false
  const folders = [...inside('', 'instances', 'defaults', 'activity', 'refs'), ...builders]
  return (
    folders.every((path) => isMissing(path) || canWriteIn(path)) &&
    inside('.lock', 'current').every((path) => isMissing(path) || canRead(path))
  )
}

const isInReach = (folder: string): boolean =>
  isMissing(folder) ? canMake(folder) : canSearch(folder)

/** Looks at them, and changes nothing. */
export const findDockerFolders = (env: Env) => {
  const config = dockerFolderOf(env)
  const given = env['BUILDX_CONFIG']
  const buildx = given ? resolve(given) : config && join(config, 'buildx')
  return {
    /** Logins, contexts and plugins: to be read, or made where it is missing. */
    config: { path: config, isInReach: config !== undefined && isInReach(config) },
    /** Builders, and what was built: buildx stops where it cannot write. */
    buildx: { path: buildx, isUsable: buildx !== undefined && canBuildxUse(buildx) },
  }
}

/** Folders of the docker command, undefined where it has none, and what this user may do with them. */
export type DockerFolders = Readonly<ReturnType<typeof findDockerFolders>>
