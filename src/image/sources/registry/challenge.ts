import { Failure } from '../../../failure.ts'
import { type Answer, type Requests, readText, requireSafe } from '../../../host/http.ts'
import { Secret } from '../../../secret.ts'
import { parseJson } from '../blob-image.ts'
import type { Login } from './asker.ts'

const largestAnswer = 1_000_000

type TokenAnswer = { readonly token?: unknown; readonly access_token?: unknown }

type Challenge = { readonly scheme: string; readonly parameters: ReadonlyMap<string, string> }

/**
 * What a registry wants to hear ("Token Authentication Specification" of distribution): mostly one challenge. Gitea
 * has one for either way, and Node makes one header of both.
 */
const parseChallenges = (header: string): readonly Challenge[] => {
  const text = header.slice(0, 4_000)
  const withoutQuoted = text.replace(/"[^"]*"/g, (quoted) => '"'.repeat(quoted.length))
  const starts = [...withoutQuoted.matchAll(/(?:^|,)\s*(basic|bearer)\b(?=\s|$)/gi)]
  return starts.map(({ index, 1: scheme = '' }, at) => {
    const own = text.slice(index, starts[at + 1]?.index)
    const found = own.matchAll(/([a-z]{1,20})=(?:"([^"]{0,1000})"|([^\s",]{1,1000}))/gi)
    const parameters = new Map(
      [...found].map(([, name = '', quoted, bare = '']) => [name.toLowerCase(), quoted ?? bare]),
    )
    return { scheme: scheme.toLowerCase(), parameters }
  })
}

type Wanted = { readonly service?: string; readonly scope: string }

const askToken = (
  send: Requests['send'],
  realm: URL,
  wanted: Wanted,
  basic: Secret | undefined,
): Promise<Answer> => {
  for (const [name, value] of Object.entries(wanted)) realm.searchParams.set(name, value)
  return send(realm, { ...(basic && { authorization: basic.expose() }) })
}

/** The same for an identity token (distribution's "OAuth2 Token Authentication"). */
const exchange = (
  send: Requests['send'],
  realm: URL,
  wanted: Wanted,
  token: Secret,
): Promise<Answer> => {
  const grant = { grant_type: 'refresh_token', client_id: 'slipway', ...wanted }
  const form = new URLSearchParams({ ...grant, refresh_token: token.expose() })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return send(realm, headers, { body: `${form}` })
}

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
  login: Login | undefined,
): Promise<Secret | undefined> => {
  const challenges = parseChallenges(headers['www-authenticate'] ?? '')
  const basic = login?.kind === 'basic' ? login.secret : undefined
  // Docker, too, takes a token where it may choose: there is one for whoever has no login.
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
  if (bearer === undefined) return challenges.length > 0 ? basic : undefined
  const { parameters } = bearer
  const realm = URL.parse(parameters.get('realm') ?? '')
  if (realm === null) return undefined
  const service = parameters.get('service')
  const wanted = {
    ...(service !== undefined && { service }),
    scope: `repository:${repository}:pull`,
  }
  const safe = requireSafe(realm, registry)
  const answer =
    login?.kind === 'identity'
      ? await exchange(send, safe, wanted, login.secret)
      : await askToken(send, safe, wanted, basic)
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
