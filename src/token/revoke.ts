import { createTokenClient, isRefusal, withRetries } from './github.ts'
import type { MintedToken } from './mint.ts'

/**
 * Ends a token's life. A token that GitHub does not know any more (401) is as good as revoked.
 *
 * @param signal not the step's cancelling: a cancelled step must revoke, too
 */
export const revokeToken = async (
  { secret, apiUrl }: Pick<MintedToken, 'secret' | 'apiUrl'>,
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> => {
  const client = createTokenClient(apiUrl, secret)
  try {
    await withRetries(
      (abort) => client.request('DELETE /installation/token', { request: { signal: abort } }),
      { log, signal },
    )
  } catch (error) {
    if (!isRefusal(error) || error.status !== 401) throw error
  }
}
