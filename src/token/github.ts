import { defaults, GitHub } from '@actions/github/lib/utils'
import { createAppAuth } from '@octokit/auth-app'
import pRetry from 'p-retry'
import type { AppCredentials } from '../inputs/inputs.ts'

/** One answer of GitHub must come within this time, or the request counts as lost. */
const requestTimeoutMs = 10_000

/** All tries of one request together. */
const retriesTimeoutMs = 60_000

type Client = InstanceType<typeof GitHub>

/** Octokit logs deprecations to the console by itself; our log has one voice. */
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** A client that signs as the App: a fresh JWT for each request, masked before it is sent. */
export const createAppClient = (
  { apiUrl, clientId, privateKey }: AppCredentials,
  mask: (value: string) => void,
): Client => {
  const send = defaults.request?.fetch ?? fetch
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
    request: { ...defaults.request, fetch: maskAndSend },
  })
}

/** A client that signs with an installation's token. */
export const createTokenClient = (apiUrl: string, token: string): Client =>
  new GitHub({ baseUrl: apiUrl, auth: token, log: silent })

type Refusal = Error & {
  readonly status: number
  readonly response: { readonly headers: Readonly<Record<string, string | undefined>> }
}

/** True when GitHub answered, and refused. Octokit dresses a lost connection as status 500. */
export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Error && 'status' in error && 'response' in error && error.response !== undefined

/** Worth another try: the server's own trouble, limits that pass, and lost connections. */
const isPassing = (error: unknown): boolean => {
  if (!isRefusal(error)) return true
  const { headers } = error.response
  const isLimited = 'retry-after' in headers || headers['x-ratelimit-remaining'] === '0'
  return error.status >= 500 || error.status === 429 || (error.status === 403 && isLimited)
}

const waitAsAsked = async (error: unknown): Promise<void> => {
  const asked = isRefusal(error) ? error.response.headers['retry-after'] : '0'
  const seconds = Number(asked ?? 0)
  if (seconds > 0)
    await new Promise((resolve) => setTimeout(resolve, Math.min(seconds, 30) * 1_000))
}

/**
 * Tries a request again, with jitter, where another try can help.
 *
 * @param log hears of each try that failed and will be repeated
 */
export const withRetries = <T>(
  request: (signal: AbortSignal) => Promise<T>,
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<T> =>
  pRetry(
    () => {
      const timeout = AbortSignal.timeout(requestTimeoutMs)
      return request(signal === undefined ? timeout : AbortSignal.any([signal, timeout]))
    },
    {
      retries: 4,
      minTimeout: 500,
      maxTimeout: 8_000,
      randomize: true,
      maxRetryTime: retriesTimeoutMs,
      signal,
      shouldRetry: ({ error }) => isPassing(error),
      onFailedAttempt: async ({ error, retriesLeft }) => {
        if (retriesLeft > 0 && isPassing(error)) log(`GitHub: ${error.message}; trying again.`)
        await waitAsAsked(error)
      },
    },
  )
