import timers from 'node:timers/promises'
import { GitHub } from '@actions/github/lib/utils'
import { HttpClient } from '@actions/http-client'
import { createAppAuth } from '@octokit/auth-app'
import pRetry from 'p-retry'
import { fetch as fetchVia } from 'undici'
import { mostBytes, tooMuch } from '../host/bounds.ts'
import type { AppCredentials } from '../inputs/credentials.ts'
import type { Secret } from '../secret.ts'

/** One answer of GitHub must come within this time, or the request counts as lost. */
const requestTimeoutMs = 10_000

/** All tries of one request together. */
const retriesTimeoutMs = 60_000

/** The toolkit's client, which `getOctokit` makes as well, but from a token alone. */
export type Client = InstanceType<typeof GitHub>

/** Octokit logs deprecations to the console by itself; our log has one voice. */
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Fails, once more has come than anybody should answer: Octokit reads whatever comes. */
const limit = (response: Response): Response => {
  if (response.body === null) return response
  let bytes = 0
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      bytes += chunk.byteLength
      if (bytes > mostBytes) throw tooMuch("GitHub's answer")
      controller.enqueue(chunk)
    },
  })
  const { status, statusText, headers } = response
  return new Response(response.body.pipeThrough(counting), { status, statusText, headers })
}

/**
 * A fetch that takes the way to a server which HTTPS_PROXY, HTTP_PROXY and NO_PROXY tell, in either
 * case: Node's own takes it only with a further variable, and the toolkit's that to GITHUB_API_URL.
 */
const createFetch = (apiUrl: string): typeof fetch => {
  const dispatcher = new HttpClient().getAgentDispatcher(apiUrl)
  // undici's own types and the web's differ in what nobody here uses.
  const send = ((url: string, options: object) =>
    fetchVia(url, { ...options, ...(dispatcher && { dispatcher }) })) as unknown as typeof fetch
  return async (url, options) => limit(await send(url, options))
}

export type AppIdentity = Pick<AppCredentials, 'clientId' | 'privateKey'> & {
  readonly apiUrl: string
}

/** A client that signs as the App: a fresh JWT for each request, masked before it is sent. */
export const createAppClient = (app: AppIdentity, mask: (value: string) => void): Client => {
  const { apiUrl, clientId, privateKey } = app
  const send = createFetch(apiUrl)
  const maskAndSend: typeof fetch = (url, options) => {
    const { authorization } = (options?.headers ?? {}) as Record<string, string | undefined>
    if (authorization !== undefined) mask(authorization.replace(/^\w+ /, ''))
    return send(url, options)
  }
  return new GitHub({
    baseUrl: apiUrl,
    authStrategy: createAppAuth,
    auth: { appId: clientId, privateKey: privateKey.expose() },
    log: silent,
    request: { fetch: maskAndSend },
  })
}

/** A client that signs with an installation's token. */
export const createTokenClient = (apiUrl: string, token: Secret): Client =>
  new GitHub({
    baseUrl: apiUrl,
    auth: token.expose(),
    log: silent,
    request: { fetch: createFetch(apiUrl) },
  })

type Headers = Readonly<Record<string, string | number | undefined>>
type Answer = { readonly status: number; readonly data: unknown; readonly headers: Headers }
type Refusal = Error & { readonly status: number; readonly response: { readonly headers: Headers } }

/** True when GitHub answered, and refused. Octokit dresses a lost connection as status 500. */
export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Error && 'status' in error && 'response' in error && error.response !== undefined

/** Seconds that GitHub asks to wait before the next request; 0 where it does not say. */
const askedToWait = (error: unknown): number => {
  if (!isRefusal(error)) return 0
  const { headers } = error.response
  const after = Number(headers['retry-after'])
  if (after > 0) return after
  const reset = Number(headers['x-ratelimit-reset'])
  if (headers['x-ratelimit-remaining'] !== '0' || Number.isNaN(reset)) return 0
  return Math.max(1, reset - Date.now() / 1_000)
}

/** Worth another try: the server's own trouble, limits that pass, and lost connections. */
export const isPassing = (error: unknown): boolean => {
  if (!isRefusal(error)) return true
  const isLimited = error.status === 403 && askedToWait(error) > 0
  return error.status >= 500 || error.status === 429 || isLimited
}

/** Octokit hands on what it could not parse as text: an answer that was cut off on its way. */
const requireWhole = <T extends Answer>(answer: T): T => {
  const { status, data, headers } = answer
  const isJson = status !== 204 && `${headers['content-type']}`.includes('json')
  if (isJson && typeof data === 'string') throw new Error("GitHub's answer was cut off")
  return answer
}

export type Retrying = {
  /** Hears of each try that failed and will be repeated. */
  readonly log: (line: string) => void
  readonly signal: AbortSignal | undefined
  /** Whether another try may help; by default where GitHub or the network was in trouble. */
  readonly mayHelp?: (error: unknown) => boolean
  /** All tries together. */
  readonly deadlineMs?: number | undefined
}

/** Tries a request again, with jitter, where another try can help and there is time for it. */
export const withRetries = <T extends Answer>(
  request: (request: { readonly signal: AbortSignal }) => Promise<T>,
  { log, signal, mayHelp = isPassing, deadlineMs = retriesTimeoutMs }: Retrying,
): Promise<T> => {
  const ends = performance.now() + deadlineMs
  const isWorthIt = (error: unknown): boolean =>
    mayHelp(error) && performance.now() + askedToWait(error) * 1_000 < ends
  return pRetry(
    async () => {
      const timeout = AbortSignal.timeout(requestTimeoutMs)
      const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
      return requireWhole(await request({ signal: either }))
    },
    {
      retries: 8,
      minTimeout: 500,
      maxTimeout: 8_000,
      randomize: true,
      maxRetryTime: deadlineMs,
      signal,
      shouldRetry: ({ error }) => isWorthIt(error),
      onFailedAttempt: async ({ error, retriesLeft }) => {
        if (retriesLeft === 0 || !isWorthIt(error)) return
        const seconds = askedToWait(error)
        const when = seconds > 0 ? ` in ${Math.ceil(seconds)} s` : ''
        log(`GitHub: ${error.message}; trying again${when}.`)
        if (seconds > 0) await timers.setTimeout(seconds * 1_000, undefined, { signal })
      },
    },
  )
}
