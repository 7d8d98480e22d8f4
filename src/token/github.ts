import { GitHub } from '@actions/github/lib/utils'
import { createAppAuth } from '@octokit/auth-app'
import pRetry, { AbortError } from 'p-retry'
import type { AppCredentials } from '../inputs/inputs.ts'

/** One answer of GitHub must come within this time, or the request counts as lost. */
const requestTimeoutMs = 10_000

/** All tries of one request together. */
const retriesTimeoutMs = 60_000

/** A client that signs as the App: a fresh JWT for each request, proxies as the environment says. */
export const createAppClient = (credentials: AppCredentials): InstanceType<typeof GitHub> =>
  new GitHub({
    baseUrl: credentials.apiUrl,
    authStrategy: createAppAuth,
    auth: { appId: credentials.clientId, privateKey: credentials.privateKey.expose() },
    log: silent,
  })

/** A client that signs with an installation's token. */
export const createTokenClient = (apiUrl: string, token: string): InstanceType<typeof GitHub> =>
  new GitHub({ baseUrl: apiUrl, auth: token, log: silent })

/** Octokit logs deprecations to the console by itself; our log has one voice. */
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

type RequestError = Error & {
  readonly status: number
  readonly response?: { readonly headers: Readonly<Record<string, string | undefined>> }
}

export const isRequestError = (error: unknown): error is RequestError =>
  error instanceof Error && 'status' in error && typeof error.status === 'number'

/** Worth another try: the server's own trouble, limits that pass, and lost connections. */
const isPassing = (error: unknown): boolean => {
  if (!isRequestError(error)) return true
  const headers = error.response?.headers ?? {}
  const isLimited = 'retry-after' in headers || headers['x-ratelimit-remaining'] === '0'
  // Octokit reports a lost connection as status 500 as well.
  return error.status >= 500 || error.status === 429 || (error.status === 403 && isLimited)
}

const waitAsAsked = async (error: unknown): Promise<void> => {
  const asked = isRequestError(error) ? error.response?.headers['retry-after'] : undefined
  const seconds = Number(asked ?? 0)
  if (seconds > 0)
    await new Promise((resolve) => setTimeout(resolve, Math.min(seconds, 30) * 1_000))
}

/** Tries a request again, with jitter, where another try can help. */
export const withRetries = <T>(
  request: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> =>
  pRetry(
    async () => {
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
      onFailedAttempt: ({ error }) => waitAsAsked(error),
    },
  ).catch((error: unknown) => {
    throw error instanceof AbortError ? error.originalError : error
  })
