import { renderError } from '../failure.ts'
import { createTokenClient, isRefusal, withRetries } from './github.ts'
import type { MintedToken } from './mint.ts'

/** Longer than this GitHub has not been seen to need. */
const deadlineMs = 10_000

/** A fresh token may be refused for some seconds; other refusals are as good as none for us. */
const isTooFresh = (error: unknown): boolean =>
  isRefusal(error) && (error.status === 401 || error.status === 403)

/**
 * Waits until GitHub knows a fresh token, so that the build does not find that out
 * (octokit/auth-app.js#65). When it takes too long the build is tried all the same.
 */
export const probeToken = async (
  { apiUrl, secret }: MintedToken,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<void> => {
  const client = createTokenClient(apiUrl, secret)
  try {
    await withRetries(
      (abort) =>
        client.request('GET /installation/repositories', {
          per_page: 1,
          request: { signal: abort },
        }),
      { log: () => {}, signal, isPassing: isTooFresh, deadlineMs },
    )
  } catch (error) {
    signal.throwIfAborted()
    log(`GitHub does not accept the fresh token yet; building all the same: ${renderError(error)}`)
  }
}
