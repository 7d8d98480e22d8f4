import { once } from 'node:events'
import { connect } from 'node:net'
import { Failure } from '../failure.ts'
import { type ActionsCache, findActionsCache } from '../host/cache-service.ts'
import type { Env } from '../host/command.ts'
import { createRequests, readText } from '../host/http.ts'
import { type Answer, no, ok, unknown } from './check.ts'
import type { Place } from './place.ts'

/** A proxy, without its login. */
type Proxy = { readonly variable: string; readonly host: string; readonly port: number }

const variables = ['HTTPS_PROXY', 'HTTP_PROXY'] as const

/** What programs take for a proxy; a string says of one that it is none. */
export const findProxies = (env: Env): readonly (Proxy | string)[] =>
  variables.flatMap((variable): readonly (Proxy | string)[] => {
    const given = env[variable] ?? env[variable.toLowerCase()]
    if (!given) return []
    const url = URL.parse(given) ?? URL.parse(`http://${given}`)
    if (!url?.hostname || !/^https?:$/.test(url.protocol))
      return [`${variable} is no address of a proxy`]
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
    return [{ variable, host: url.hostname.replace(/^\[|\]$/g, ''), port }]
  })

const isExempt = (env: Env): boolean =>
  /(?:^|,)\s*(?:\*|localhost|127\.0\.0\.1|127\.0\.0\.0\/8)\s*(?:,|$)/.test(
    env['NO_PROXY'] ?? env['no_proxy'] ?? '',
  )

/** @param unreachable proxies that nobody can connect to, and why */
export const explainProxies = (env: Env, unreachable: readonly string[]): Answer => {
  const proxies = findProxies(env)
  const wrong = proxies.filter((each) => typeof each === 'string')
  const how = 'Correct it where the job or the service of the runner sets it: `http://HOST:PORT`.'
  if (wrong[0] !== undefined) return no(wrong[0], how)
  if (unreachable[0] !== undefined) return no(unreachable[0], how)
  if (proxies.length === 0) return ok('none')
  const names = proxies.flatMap((each) =>
    typeof each === 'string' ? [] : [`${each.variable} ${each.host}:${each.port}`],
  )
  if (isExempt(env)) return ok(names.join(', '))
  return no(
    `${names.join(', ')}, and NO_PROXY does not name this machine: kind hands them on to its nodes`,
    'Set `NO_PROXY=localhost,127.0.0.1,.svc,.cluster.local` beside it, with the hosts of your own registries.',
  )
}

const tryToConnect = async (
  { variable, host, port }: Proxy,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const socket = connect({ host, port, signal })
  try {
    await once(socket, 'connect')
    return []
  } catch (error) {
    signal.throwIfAborted()
    return [`${variable}: nobody answers at ${host}:${port} (${String(error)})`]
  } finally {
    socket.destroy()
  }
}

export const checkProxies = async (env: Env, signal: AbortSignal): Promise<Answer> => {
  const proxies = findProxies(env).filter((each) => typeof each !== 'string')
  const tried = await Promise.all(proxies.map((proxy) => tryToConnect(proxy, signal)))
  return explainProxies(env, tried.flat())
}

/** A question for a key that nobody has: the service looks at the token first. */
const toQuestion = ({ version, address }: ActionsCache) => {
  const [key, entryVersion] = ['slipway-doctor', '0'.repeat(64)]
  if (version === 1) {
    const path = `_apis/artifactcache/cache?keys=${key}&version=${entryVersion}`
    const accept = 'application/json;api-version=6.0-preview.1'
    return { url: new URL(`${address}${path}`), headers: { accept }, order: {} }
  }
  const path = 'twirp/github.actions.results.api.v1.CacheService/GetCacheEntryDownloadURL'
  const body = JSON.stringify({ key, restore_keys: [], version: entryVersion })
  return {
    url: new URL(path, address),
    headers: { 'content-type': 'application/json' },
    order: { body },
  }
}

export const explainCache = (status: number, said: string, host: string): Answer => {
  if (status === 200 || status === 204) return ok(`the Actions cache answers at ${host}`)
  if (status === 401 || status === 403)
    return no(
      `${host} refuses the job's token (${status})`,
      'Run the job again: its token may have ended. Check ACTIONS_CACHE_MODE of the runner.',
    )
  return unknown(`${host} answered ${status}: ${said.slice(0, 200)}`)
}

/** @param variables by which the runner says where it is, and where its server is */
export const checkCache = async (
  variables: Env,
  place: Place,
  signal: AbortSignal,
): Promise<Answer> => {
  const found = findActionsCache(variables)
  if (found === undefined) {
    if (place === 'laptop') return unknown('there is no Actions cache outside of a job')
    return no(
      'the runner names no Actions cache: `cache: gha` and what Slipway keeps between runs do nothing',
      'Run Slipway as a `uses:` step, not in `run:`; a server of your own needs its storage configured for Actions.',
    )
  }
  const server = URL.parse(found.address)
  if (server === null) return unknown('ACTIONS_RESULTS_URL or ACTIONS_CACHE_URL is no address')
  const { send, dispose } = createRequests(server, signal)
  try {
    const { url, headers, order } = toQuestion(found)
    const authorization = `Bearer ${found.token}`
    const answer = await send(url, { authorization, ...headers }, order)
    const said = await readText(answer, 64_000, `The answer of ${server.host}`)
    return explainCache(answer.status, said.toString('utf8'), server.host)
  } catch (error) {
    if (error instanceof Failure || signal.aborted) throw error
    return no(
      `nobody answers at ${server.host}`,
      'Let the runner reach it: *.actions.githubusercontent.com and *.blob.core.windows.net, past HTTPS_PROXY.',
    )
  } finally {
    dispose()
  }
}
