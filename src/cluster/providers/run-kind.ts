import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { createDocker, type Docker } from '../../docker/docker.ts'
import { attempt, Failure } from '../../failure.ts'
import { isMissing } from '../../host/access.ts'
import type { Command, Env } from '../../host/command.ts'
import { splitLines } from '../../host/lines.ts'
import { runStreaming } from '../../host/process.ts'
import { readRegularFile } from '../../host/read-file.ts'
import type { ClusterRequest } from '../request.ts'
import { findMaker } from './kind-owned.ts'

/** Of a machine that is busy, with a node image to pull. */
const timeoutMs = 30 * 60_000

/** The user's, or what the system knows of the user. */
const findHome = (env: Env): string => env['HOME'] || attempt(() => userInfo().homedir) || '/'

/** Without a home, kind would have its kubeconfig in the folder that it is started in: the workspace. */
export const createKindDocker = (env: Env): Docker => createDocker({ ...env, HOME: findHome(env) })

export type KindPlace = {
  /** As {@link createKindDocker} makes it: kind gets the same variables. */
  readonly docker: Docker
  readonly runId: string
  /** A folder of the run's own. */
  readonly tempDir: string
  /** Relative paths in a configuration begin there. */
  readonly workspace: string
}

/** kind finds ours first when it looks for docker; where no file may run there, it finds only its own. */
const putOnPath = (folder: string): string => {
  const path = join(folder, 'kind-path')
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const script = readFileSync(new URL('./on-path/docker', import.meta.url))
  writeFileSync(join(path, 'docker'), script, { mode: 0o700 })
  return path
}

/**
 * What kind and all that it starts has: the run's name, by which its containers and, after a kill, its
 * processes are found.
 */
const toEnv = ({ runId, tempDir }: KindPlace, env: Env): Env => {
  const { PATH = '' } = env
  const own = { SLIPWAY_PATH: PATH, SLIPWAY_RUN: runId, SLIPWAY_MAKER: findMaker() }
  // A cluster of another engine's containers would have no nodes for us.
  const provider = env['KIND_EXPERIMENTAL_PROVIDER']
  const pinned = provider === undefined ? {} : { KIND_EXPERIMENTAL_PROVIDER: 'docker' }
  return { ...own, ...pinned, PATH: `${putOnPath(tempDir)}${delimiter}${PATH}` }
}

/** A copy of our own: nobody changes it between our reading and kind's. */
const writeConfig = (
  { tempDir }: KindPlace,
  config: NonNullable<ClusterRequest['config']>,
): string => {
  const copy = join(tempDir, 'kind-config.yaml')
  try {
    const text = config.kind === 'inline' ? config.text : readRegularFile(config.path)
    writeFileSync(copy, text, { mode: 0o600 })
    return copy
  } catch (cause) {
    const what = config.kind === 'inline' ? 'kind-config' : `kind-config ${config.path}`
    throw new Failure(`Could not read ${what}`, { cause })
  }
}

const toFile = ({ kubeconfig }: ClusterRequest): readonly string[] =>
  kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]

/** A kind command with the file that it is to write. */
export const toKindCommand = (
  { docker }: Pick<KindPlace, 'docker'>,
  args: readonly string[],
  request: ClusterRequest,
): Command => ({ ...docker.command([...args, ...toFile(request)]), file: 'kind' })

/** `--retain`: what failed is to be looked at before it goes. */
export const toCreateCommand = (
  place: KindPlace,
  cluster: string,
  request: ClusterRequest,
): Command => {
  const { config, nodeImage, wait } = request
  const args = [
    ...['create', 'cluster', `--name=${cluster}`, '--retain'],
    ...(config === undefined ? [] : [`--config=${writeConfig(place, config)}`]),
    ...(nodeImage === undefined ? [] : [`--image=${nodeImage}`]),
    ...(wait === undefined ? [] : [`--wait=${wait}`]),
  ]
  const command = toKindCommand(place, args, request)
  const env = { ...command.env, ...toEnv(place, command.env) }
  return { ...command, env, cwd: place.workspace, timeoutMs }
}

/** Runs kind to its end; it prints on both streams. */
export const followKind = (command: Command, onLine: (line: string) => void) =>
  runStreaming(command, {
    stdout: (stream) => splitLines(stream, onLine),
    stderr: (stream) => splitLines(stream, onLine),
  })

/** The file that kind writes to: the first that is there of those that are named, else the last. */
export const findKubeconfig = ({ kubeconfig }: ClusterRequest, env: Env): string => {
  if (kubeconfig !== undefined) return kubeconfig
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '')
  const found = named.find((path) => !isMissing(path)) ?? named.at(-1)
  return resolve(found ?? join(findHome(env), '.kube', 'config'))
}
