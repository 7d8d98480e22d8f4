import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { canMake, canRead, canSearch, canWriteIn, isMissing } from './access.ts'

type Env = Readonly<Record<string, string>>

/** Folders of the docker command, and what this user may do with them. */
export type DockerFolders = {
  /** Logins, contexts and plugins: to be read, or made where it is missing. */
  readonly config: { readonly path: string; readonly isInReach: boolean }
  /** Builders, and what was built: buildx stops where it cannot write. */
  readonly buildx: { readonly path: string; readonly isUsable: boolean }
}

/** A user may have no home at all: none in the environment, and none in the system's list of users. */
const findHome = (env: Env): string => {
  try {
    return env['HOME'] || homedir()
  } catch {
    return ''
  }
}

/** Without any home it is in the current folder, and so a relative path. */
export const dockerFolderOf = (env: Env): string =>
  env['DOCKER_CONFIG'] || join(findHome(env), '.docker')

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
  try {
    // One for each builder, and in it one for each of its nodes.
    const builders = inside('refs').flatMap(foldersIn)
    const folders = inside('', 'instances', 'defaults', 'activity', 'refs')
    const files = inside('.lock', 'current')
    return (
      [...folders, ...builders, ...builders.flatMap(foldersIn)].every(
        (path) => isMissing(path) || canWriteIn(path),
      ) && files.every((path) => isMissing(path) || canRead(path))
    )
  } catch {
    return false
  }
}

/** Looks at them, and changes nothing. */
export const findDockerFolders = (env: Env): DockerFolders => {
  const config = dockerFolderOf(env)
  const buildx = env['BUILDX_CONFIG'] || join(config, 'buildx')
  // Docker would make a relative one wherever it is started: in the workspace.
  const isInReach = isMissing(config) ? isAbsolute(config) && canMake(config) : canSearch(config)
  return {
    config: { path: config, isInReach },
    buildx: { path: buildx, isUsable: canBuildxUse(buildx) },
  }
}
