import { join } from 'node:path'
import { attempt } from '../failure.ts'
import type { Env } from '../host/command.ts'
import { readRegularFile } from '../host/read-file.ts'
import { dockerFolderOf } from './docker-folders.ts'

const defaultSocket = '/var/run/docker.sock'

/** The context that `docker context use` wrote down. */
const readCurrentContext = (env: Env): string | undefined => {
  const folder = dockerFolderOf(env)
  if (folder === undefined) return undefined
  const config = attempt(() =>
    JSON.parse(readRegularFile(join(folder, 'config.json')).toString('utf8')),
  ) as { readonly currentContext?: unknown } | null | undefined
  const name = config?.currentContext
  return typeof name === 'string' && name !== '' ? name : undefined
}

/**
 * The daemon's socket on this machine; undefined where only the docker command knows the way, such as
 * over SSH or TLS.
 */
export const findSocket = (env: Env): string | undefined => {
  const host = env['DOCKER_HOST'] || undefined
  if (host !== undefined) return /^unix:\/\/(\/.+)$/.exec(host)?.[1]
  const context = env['DOCKER_CONTEXT'] || readCurrentContext(env)
  return context === undefined || context === 'default' ? defaultSocket : undefined
}
