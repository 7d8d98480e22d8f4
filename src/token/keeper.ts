import { renderError } from '../failure.ts'
import type { AppCredentials } from '../inputs/inputs.ts'
import { type MintedToken, type MintOptions, mintToken } from './mint.ts'
import { probeToken } from './probe.ts'
import { revokeToken } from './revoke.ts'
import { startWatchdog, type Watchdog } from './watchdog.ts'

/** A build that starts with less than this left may outlive its token. */
const enoughMs = 10 * 60_000

/** Mints when the first build asks, and keeps what it minted until the last one has ended. */
export type TokenKeeper = {
  /** Tokens with life enough for a build, one for each scope. */
  readonly take: () => Promise<readonly MintedToken[]>
  /** Ends all tokens, whatever happened before. Never fails. */
  readonly close: () => Promise<void>
}

export type KeeperOptions = MintOptions & {
  readonly app: AppCredentials & { readonly apiUrl: string }
  readonly warn: (message: string) => void
  /** What the watchdog inherits. */
  readonly childEnv: Readonly<Record<string, string>>
  readonly now?: () => number
}

export const createTokenKeeper = (options: KeeperOptions): TokenKeeper => {
  const { app, log, warn, signal, childEnv, now = Date.now } = options
  let watchdog: Watchdog | undefined
  let current: readonly MintedToken[] = []
  /** Another build may still use what has too little life left for a new one. */
  let older: readonly MintedToken[] = []
  let taking: Promise<unknown> = Promise.resolve()

  const mintOne = async (scope: AppCredentials['scopes'][number]): Promise<MintedToken> => {
    const token = await mintToken(app, scope, options)
    watchdog?.guard(token)
    current = [...current, token]
    await probeToken(token, log, signal)
    return token
  }

  const revoke = (token: MintedToken): Promise<void> =>
    revokeToken(token, log).catch((error: unknown) =>
      warn(`The token could not be revoked; it ends at ${token.expiresAt}: ${renderError(error)}`),
    )

  const endAll = async (): Promise<void> => {
    const ending = [...older, ...current]
    older = []
    current = []
    await Promise.all(ending.map(revoke))
  }

  const isFresh = ({ expiresAt }: MintedToken): boolean => Date.parse(expiresAt) - now() > enoughMs

  const takeFresh = async (): Promise<readonly MintedToken[]> => {
    if (current.length === app.scopes.length && current.every(isFresh)) return current
    older = [...older, ...current]
    current = []
    watchdog ??= startWatchdog(childEnv)
    const minted = await Promise.allSettled(app.scopes.map(mintOne))
    for (const outcome of minted) if (outcome.status === 'rejected') throw outcome.reason
    return current
  }

  return {
    take: () => {
      // Builds that begin at the same time share what the first of them mints.
      const taken = taking.catch(() => {}).then(takeFresh)
      taking = taken
      return taken
    },
    close: async () => {
      await endAll()
      await watchdog?.dismiss()
      watchdog = undefined
    },
  }
}
