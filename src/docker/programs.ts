import { closeSync, openSync, readSync, realpathSync } from 'node:fs'
import { basename, isAbsolute, join } from 'node:path'
import { attempt } from '../failure.ts'
import { canRun, kindOf } from '../host/access.ts'
import type { Env } from '../host/command.ts'
import { readRegularFile } from '../host/read-file.ts'
import { dockerFolderOf } from './docker-folders.ts'

/** Where the docker command looks for its plugins, after its own folder. */
const pluginFolders = ['local/lib', 'local/libexec', 'lib', 'libexec'].map(
  (folder) => `/usr/${folder}/docker/cli-plugins`,
)

const isProgram = (path: string): boolean => canRun(path) && kindOf(path) === 'file'

/** Neither a script, which may do anything with its input, nor a snap, which is shut in. */
const isPlain = (path: string): boolean =>
  attempt(() => {
    const real = realpathSync(path)
    const fd = openSync(real, 'r')
    const head = Buffer.alloc(4)
    try {
      readSync(fd, head)
    } finally {
      closeSync(fd)
    }
    return head.toString('latin1') === '\x7fELF' && basename(real) !== 'snap'
  }) ?? false

/** Further folders, which come first. */
const readPluginFolders = (dockerFolder: string): readonly string[] => {
  const file = join(dockerFolder, 'config.json')
  const config = attempt(() => JSON.parse(readRegularFile(file).toString()))
  const folders: unknown = config?.cliPluginsExtraDirs
  return Array.isArray(folders) ? folders.filter((each) => typeof each === 'string') : []
}

/** What runs when we run `docker buildx`, as far as that is known. */
const findPrograms = (env: Env) => {
  // A relative folder is looked for wherever the command is started.
  const path = (env['PATH'] ?? '').split(':').map((folder) => join(folder, 'docker'))
  const docker = path.find((file) => !isAbsolute(file) || isProgram(file))
  const own = dockerFolderOf(env)
  const owned = own === undefined ? [] : [...readPluginFolders(own), join(own, 'cli-plugins')]
  const plugins = [...owned, ...pluginFolders]
  const buildx = plugins.map((folder) => join(folder, 'docker-buildx')).find(isProgram)
  return { docker, buildx }
}

/** Whether there is nothing between us and buildx that anybody could have written. */
export const isDirect = (env: Env): boolean => {
  const { docker, buildx } = findPrograms(env)
  return docker !== undefined && [docker, buildx ?? docker].every(isPlain)
}

/** The program of buildx itself, where that is what `docker buildx` would start; undefined elsewhere. */
export const findPlainBuildx = (env: Env): string | undefined =>
  isDirect(env) ? findPrograms(env).buildx : undefined
