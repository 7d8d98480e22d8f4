import { randomBytes } from 'node:crypto'
import { closeSync, openSync, readSync, realpathSync, writeFileSync } from 'node:fs'
import { basename, isAbsolute, join } from 'node:path'
import type { Docker } from '../docker/docker.ts'
import { dockerFolderOf } from '../docker/docker-folders.ts'
import { attempt } from '../failure.ts'
import { canRun, kindOf } from '../host/access.ts'
import { openMemoryFile } from '../host/memory-file.ts'
import { readRegularFile } from '../host/read-file.ts'

/** How buildx comes to a file in memory: as its standard input, or through a descriptor of ours. */
export type WayIn = 'stdin' | 'descriptor'

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
const findPrograms = (env: Readonly<Record<string, string>>): readonly (string | undefined)[] => {
  // A relative folder is looked for wherever the command is started.
  const path = (env['PATH'] ?? '').split(':').map((folder) => join(folder, 'docker'))
  const docker = path.find((file) => !isAbsolute(file) || isProgram(file))
  const own = dockerFolderOf(env)
  const owned = own === undefined ? [] : [...readPluginFolders(own), join(own, 'cli-plugins')]
  const plugins = [...owned, ...pluginFolders]
  const buildx = plugins.map((folder) => join(folder, 'docker-buildx')).find(isProgram)
  return buildx === undefined ? [docker] : [docker, buildx]
}

/** Whether there is nothing between us and buildx that anybody could have written. */
const isDirect = ({ command }: Docker): boolean =>
  findPrograms(command([]).env).every((file) => file !== undefined && isPlain(file))

const timeoutMs = 20_000

/** Has buildx read a file that holds no secret, in the way in which it is to read secrets. */
const arrives = async (docker: Docker, way: WayIn): Promise<boolean> => {
  const name = `probe-${randomBytes(8).toString('hex')}`
  const fd = openMemoryFile(Buffer.from(JSON.stringify({ target: { [name]: {} } })))
  try {
    const args = ['buildx', 'bake', '--print', `--file=${toPath(way, fd)}`, '--', name]
    const { code, stdout } = await docker.try(args, { timeoutMs, stdin: { fd } })
    return code === 0 && stdout.includes(`"${name}"`)
  } finally {
    closeSync(fd)
  }
}

/** The path by which a child opens a descriptor of ours. */
export const toPath = (way: WayIn, fd: number): string =>
  way === 'stdin' ? '/dev/stdin' : `/proc/${process.pid}/fd/${fd}`

/**
 * Finds out how a file in memory reaches buildx. What stands before docker, such as a script on the
 * PATH, may close its standard input, and a secret would be empty without a word; or run it as
 * another user or in a container, where our descriptors are not to be seen.
 *
 * @returns undefined where there is no way
 */
export const findWayIn = async (docker: Docker): Promise<WayIn | undefined> => {
  if (isDirect(docker) || (await arrives(docker, 'stdin'))) return 'stdin'
  return (await arrives(docker, 'descriptor')) ? 'descriptor' : undefined
}

const variable = 'SLIPWAY_PROBE'

/**
 * The same for the environment.
 *
 * @param tempDir a folder of the step's own
 */
export const passesEnvironment = async (docker: Docker, tempDir: string): Promise<boolean> => {
  if (isDirect(docker)) return true
  const value = randomBytes(8).toString('hex')
  const file = join(tempDir, 'probe.hcl')
  const target = `target "probe" { args = { VALUE = ${variable} } }`
  writeFileSync(file, `variable "${variable}" { default = "" }\n${target}\n`, { mode: 0o600 })
  const args = ['buildx', 'bake', '--print', `--file=${file}`, '--', 'probe']
  const { code, stdout } = await docker.try(args, { timeoutMs, env: { [variable]: value } })
  return code === 0 && stdout.includes(value)
}
