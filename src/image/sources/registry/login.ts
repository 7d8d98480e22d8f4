import { join } from 'node:path'
import { dockerFolderOf } from '../../../docker/docker-folders.ts'
import { attempt } from '../../../failure.ts'
import type { Env } from '../../../host/command.ts'
import { readRegularFile } from '../../../host/read-file.ts'
import { Secret } from '../../../secret.ts'
import { askHelper } from './ask-helper.ts'
import type { Asker, FoundLogin, Login } from './asker.ts'

type FileLogin = {
  readonly auth?: unknown
  readonly identitytoken?: unknown
  /** In place of `auth`, as who writes secrets of Kubernetes may have it. */
  readonly username?: unknown
  readonly password?: unknown
}

type Config = {
  readonly credsStore?: unknown
  readonly credHelpers?: Readonly<Record<string, unknown>> | null
  readonly auths?: Readonly<Record<string, FileLogin | null>> | null
}

/** What `docker login` calls Docker Hub. */
const hubKey = 'https://index.docker.io/v1/'

const readConfig = (env: Env): Config => {
  const folder = dockerFolderOf(env)
  if (folder === undefined) return {}
  const text = attempt(() => readRegularFile(join(folder, 'config.json')).toString('utf8'))
  return attempt(() => JSON.parse(text ?? '') as Config | null) ?? {}
}

const lookUp = <T>(map: Readonly<Record<string, T>> | null | undefined, key: string) =>
  Object.hasOwn(map ?? {}, key) ? map?.[key] : undefined

/** As Docker looks for what older ones and people have written (docker/cli, cli/config/credentials/file_store.go). */
const toHost = (key: string): string => key.replace(/^[\w+.-]*:\/\//, '').replace(/\/.*$/s, '')

/** The server's own key, else those that are an address there, such as `https://ghcr.io/v2/`. */
const findKeys = (auths: Config['auths'], server: string): readonly string[] => {
  const keys = Object.keys(auths ?? {})
  return keys.includes(server) ? [server] : keys.filter((key) => toHost(key) === server)
}

const hasNoKeyBut = (known: string, value: unknown): boolean =>
  typeof value === 'object' && Object.keys(value ?? { none: '' }).every((key) => key === known)

/**
 * What the variable says that Docker's command knows since 28.3, in place of files and programs. Like Docker's,
 * ours reads none of one that has anything else in it (docker/cli, cli/config/configfile/file.go).
 */
const readVariable = (env: Env): Config => {
  const config = attempt(() => JSON.parse(env['DOCKER_AUTH_CONFIG'] ?? '') as Config | null)
  const isRead =
    hasNoKeyBut('auths', config) &&
    Object.values(config?.auths ?? {}).every((each) => hasNoKeyBut('auth', each) && each?.auth)
  return (isRead && config) || {}
}

/** `USER:PASSWORD` in base64; undefined for what is no login. */
const toAuth = ({ auth, username, password }: FileLogin): string | undefined => {
  if (typeof auth === 'string' && auth !== '')
    return /^[A-Za-z0-9+/]{4,8000}={0,2}$/.test(auth) ? auth : undefined
  return typeof username === 'string' && typeof password === 'string' && username && password
    ? Buffer.from(`${username}:${password}`).toString('base64')
    : undefined
}

/** What a configuration itself says below the first of some keys that has a login. */
const findIn = ({ auths }: Config, keys: readonly string[]): Login | undefined => {
  const found = keys.flatMap((key): readonly Login[] => {
    const entry = lookUp(auths, key) ?? {}
    const { identitytoken: token } = entry
    if (typeof token === 'string' && /^[\x21-\x7e]{1,64000}$/.test(token))
      return [{ kind: 'identity', secret: new Secret(token) }]
    const auth = toAuth(entry)
    return auth === undefined ? [] : [{ kind: 'basic', secret: new Secret(`Basic ${auth}`) }]
  })
  return found[0]
}

/**
 * What Docker would say to a registry, of which nothing is shown: out of its variable or file, or of the program
 * that the file names for it. As with Docker, the file's word counts where that program fails.
 */
export const findLogin = async (asker: Asker, domain: string): Promise<FoundLogin> => {
  const server = domain === 'docker.io' ? hubKey : domain
  // Docker looks for other ways to write an address in its file alone (cli/config/memorystore).
  const inVariable = findIn(readVariable(asker.env), [server])
  if (inVariable !== undefined) return { login: inVariable }
  const config = readConfig(asker.env)
  const helper = lookUp(config.credHelpers, server) ?? config.credsStore
  const inFile = findIn(config, findKeys(config.auths, server))
  if (typeof helper !== 'string' || helper === '') return { login: inFile }
  const told = await askHelper(helper, server, asker)
  return typeof told === 'string' ? { login: inFile, trouble: told } : told
}
