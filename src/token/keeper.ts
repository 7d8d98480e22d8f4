import { renderError } from '../failure.ts'
import { later } from '../host/later.ts'
import type { AppCredentials } from '../inputs/inputs.ts'
import { type MintedToken, type MintOptions, mintToken } from './mint.ts'
import { probeToken } from './probe.ts'
import { revokeToken } from './revoke.ts'
import { startWatchdog, type Watchdog } from './watchdog.ts'

/** A build that starts with less than this left may outlive its token. */
const enoughMs = 10 * 60_000

/** Who cancels gives us seconds; after so many of them revoking is the watchdog's. */
const revokingMs = 4_000

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
  const tooLate = later(signal, revokingMs)
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

  /** Tells whether nothing is left to do. */
  const revoke = async (token: MintedToken): Promise<boolean> => {
    try {
      await revokeToken(token, log, tooLate)
      return true
    } catch (error) {
      const end = `it ends at ${token.expiresAt}`
      if (tooLate.aborted) {
        warn(`The token is not revoked yet: the watchdog goes on trying, and ${end}.`)
      } else warn(`The token could not be revoked; ${end}: ${renderError(error)}`)
      return !tooLate.aborted
    }
  }

  const endAll = async (): Promise<boolean> => {
    const ending = [...older, ...current]
    older = []
    current = []
    return (await Promise.all(ending.map(revoke))).every(Boolean)
  }

  const isFresh = ({ expiresAt }: MintedToken): boolean => Date.parse(expiresAt) - now() > enoughMs

  const takeFresh = async (): Promise<readonly MintedToken[]> => {
    if (current.length === app.scopes.length && current.every(isFresh)) return current
    older = [...older, ...current]
    current = []
    watchdog ??= startWatchdog(childEnv, warn)
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
      if (await endAll()) await watchdog?.dismiss()
      else watchdog?.release()
      watchdog = undefined
    },
  }
}
