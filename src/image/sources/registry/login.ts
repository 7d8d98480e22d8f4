import { join } from 'node:path'
import { dockerFolderOf } from '../../../docker/docker-folders.ts'
import { attempt, Failure } from '../../../failure.ts'
import type { Env } from '../../../host/command.ts'
import { type Answer, type Requests, readText, requireSafe } from '../../../host/http.ts'
import { readRegularFile } from '../../../host/read-file.ts'
import { Secret } from '../../../secret.ts'
import { parseJson } from '../blob-image.ts'

type Config = {
  readonly credsStore?: unknown
  readonly credHelpers?: Readonly<Record<string, unknown>> | null
  readonly auths?: Readonly<Record<string, { readonly auth?: unknown } | null>> | null
}

/** Where `docker login` has written what it knows of Docker Hub. */
const hubKey = 'https://index.docker.io/v1/'

const readConfig = (env: Env): Config | undefined => {
  const folder = dockerFolderOf(env)
  if (folder === undefined) return undefined
  const text = attempt(() => readRegularFile(join(folder, 'config.json')).toString('utf8'))
  return attempt(() => JSON.parse(text ?? '') as Config)
}

const toKeys = (domain: string): readonly string[] => [
  domain,
  `https://${domain}`,
  ...(domain === 'docker.io' ? [hubKey] : []),
]

/** Whether Docker asks another program for the login there. */
export const hasHelper = (env: Env, domain: string): boolean => {
  const { credsStore, credHelpers } = readConfig(env) ?? {}
  return Boolean(credsStore) || toKeys(domain).some((key) => Object.hasOwn(credHelpers ?? {}, key))
}

/** What Docker's own file says of a login, of which nothing is shown; undefined where it has none. */
export const findLogin = (env: Env, domain: string): Secret | undefined => {
  const auths = readConfig(env)?.auths ?? {}
  const keys = toKeys(domain)
  const found = keys.flatMap((key) => {
    const auth = Object.hasOwn(auths, key) ? auths[key]?.auth : undefined
    return typeof auth === 'string' && /^[A-Za-z0-9+/]{4,8000}={0,2}$/.test(auth) ? [auth] : []
  })
  return found[0] === undefined ? undefined : new Secret(`Basic ${found[0]}`)
}

const largestAnswer = 1_000_000

type TokenAnswer = { readonly token?: unknown; readonly access_token?: unknown }

/** The parameters of a challenge (distribution's "Token Authentication Specification"). */
const parseChallenge = (header: string): ReadonlyMap<string, string> =>
  new Map(
    [...header.slice(0, 4_000).matchAll(/([a-z]{1,20})="([^"]{0,1000})"/g)].map(
      ([, name = '', value = '']) => [name, value] as const,
    ),
  )

/**
 * What to say to a registry that refuses: a token for whoever asks, or for Docker's login where there is one.
 *
 * @returns undefined where there is nothing to say
 */
export const answerChallenge = async (
  { headers }: Answer,
  { send }: Requests,
  registry: URL,
  repository: string,
  login: Secret | undefined,
): Promise<Secret | undefined> => {
  const challenge = headers['www-authenticate'] ?? ''
  if (/^basic\b/i.test(challenge)) return login
  const parameters = parseChallenge(challenge)
  const realm = URL.parse(parameters.get('realm') ?? '')
  if (!/^bearer\b/i.test(challenge) || realm === null) return undefined
  const service = parameters.get('service')
  if (service !== undefined) realm.searchParams.set('service', service)
  realm.searchParams.set('scope', `repository:${repository}:pull`)
  const basic = login === undefined ? undefined : { authorization: login.expose() }
  const answer = await send(requireSafe(realm, registry), { ...basic })
  if (answer.status !== 200) {
    answer.body.destroy()
    if (answer.status === 401 || answer.status === 403) return undefined
    throw new Failure(`${realm.host} answered ${answer.status} when it was asked for a token`)
  }
  const text = (await readText(answer, largestAnswer, `A token of ${realm.host}`)).toString('utf8')
  const { token, access_token: other } = parseJson<TokenAnswer>(text, `a token of ${realm.host}`)
  const value = typeof token === 'string' ? token : other
  if (typeof value === 'string' && /^[\x21-\x7e]{1,64000}$/.test(value))
    return new Secret(`Bearer ${value}`)
  throw new Failure(`${realm.host} answered with no token`)
}
