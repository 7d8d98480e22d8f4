import { renderError } from '../failure.ts'
import { later } from '../host/later.ts'
import type { AppCredentials } from '../inputs/credentials.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { Secret } from '../secret.ts'
import type { EndedToken } from './ended-token.ts'
import { type Credential, formatToken } from './formats.ts'
import type { MintedToken, MintOptions } from './installation-token.ts'
import { startWatchdog, type Watchdog } from './watchdog.ts'

type Options = MintOptions & {
  readonly inputs: Pick<Inputs, 'credentials' | 'apiUrl' | 'secretFormat'>
  readonly warn: (message: string) => void
  /** Throws where post would not hear of it. */
  readonly announce: (name: string, value: string) => void
  readonly saveState: (name: string, value: string) => void
  /** What the watchdog inherits. */
  readonly childEnv: Readonly<Record<string, string>>
}

/** The state by which post knows whether main ended what it minted. It never holds a token. */
export const tokenState = 'token'

/** A build that starts with less than this left may outlive its token. */
const enoughMs = 10 * 60_000

/** Who cancels gives us seconds; after so many of them revoking is the watchdog's. */
const revokingMs = 4_000

/** A token as the Dockerfile gets it, and one for each scope as GitHub gave it. */
type Taken = { readonly value: Secret; readonly credentials: readonly Credential[] }

/** The GitHub client is most of the bundle; a step that only loads starts without it. */
const importClient = () => import('./installation-token.ts')

const isFresh = ({ expiresAt }: MintedToken): boolean =>
  Date.parse(expiresAt) - Date.now() > enoughMs

export const createBuildToken = (options: Options) => {
  const { inputs, log, warn, announce, saveState, signal, childEnv } = options
  const { credentials, apiUrl, secretFormat } = inputs
  const tooLate = later(signal, revokingMs)
  let watchdog: Watchdog | undefined
  let current: readonly MintedToken[] = []
  /** Another build may still use what has too little life left for a new one. */
  let older: readonly MintedToken[] = []
  let taking: Promise<readonly MintedToken[]> | undefined
  let closing: Promise<readonly EndedToken[]> = Promise.resolve([])

  /** Tokens with life enough for a build, one for each scope. */
  const takeFresh = async (app: AppCredentials): Promise<readonly MintedToken[]> => {
    if (current.length === app.scopes.length && current.every(isFresh)) return current
    older = [...older, ...current]
    current = []
    announce(tokenState, 'minted')
    const { mintToken, probeToken } = await importClient()
    watchdog ??= startWatchdog(childEnv, warn)
    const minting = app.scopes.map(async (scope) => {
      const token = await mintToken({ ...app, apiUrl }, scope, options)
      watchdog?.guard(token)
      current = [...current, token]
      await probeToken(token, log, signal)
    })
    for (const outcome of await Promise.allSettled(minting)) {
      if (outcome.status === 'rejected') throw outcome.reason
    }
    return current
  }

  /** `isOver` where nothing is left to do. */
  const revoke = async (token: MintedToken) => {
    const { scope, permissions, mintedMs } = token
    const end = (isRevoked: boolean, isOver = isRevoked) => {
      const livedMs = performance.now() - mintedMs
      return { isOver, ended: { ...scope, permissions, livedMs, isRevoked } }
    }
    try {
      const { revokeToken } = await importClient()
      await revokeToken(token, log, tooLate)
      return end(true)
    } catch (error) {
      const expiry = `it ends at ${token.expiresAt}`
      if (tooLate.aborted) {
        warn(`The token is not revoked yet: the watchdog goes on trying, and ${expiry}.`)
      } else warn(`The token could not be revoked; ${expiry}: ${renderError(error)}`)
      return end(false, !tooLate.aborted)
    }
  }

  /** What is taken from then on is minted anew, with a watchdog of its own. */
  const setAside = () => {
    const aside = { ending: [...older, ...current], guard: watchdog }
    taking = undefined
    older = []
    current = []
    watchdog = undefined
    return aside
  }

  const endAll = async (): Promise<readonly EndedToken[]> => {
    if (taking === undefined) return []
    // What is being minted ends as well, and what is asked for meanwhile.
    let last: typeof taking
    do {
      last = taking
      await last.catch(() => {})
    } while (last !== taking)
    const { ending, guard } = setAside()
    const outcomes = await Promise.all(ending.map(revoke))
    const isOver = outcomes.every(({ isOver }) => isOver)
    if (isOver) await guard?.dismiss()
    else guard?.release()
    // Who has taken one meanwhile has said so.
    if (taking === undefined) saveState(tokenState, 'ended')
    return outcomes.map(({ ended }) => ended)
  }

  /**
   * Ends all that was minted, whatever happened before. Never fails, and can be called again.
   *
   * @returns what this call has ended
   */
  const close = (): Promise<readonly EndedToken[]> => {
    closing = closing.then(endAll).catch((error: unknown) => {
      warn(`The token could not be ended: ${renderError(error)}`)
      return []
    })
    return closing
  }

  const toTaken = (all: readonly Credential[]): Taken => ({
    value: formatToken(secretFormat, apiUrl, all),
    credentials: all,
  })

  return {
    /** What the Dockerfile finds at the token's id, and what that is made of; undefined for no token. */
    take: async (): Promise<Taken | undefined> => {
      if (credentials.kind === 'none') return undefined
      if (credentials.kind === 'given') return toTaken([{ token: credentials.token }])
      // Builds that begin at the same time share what the first of them mints.
      const before = taking ?? Promise.resolve([])
      taking = before.catch(() => {}).then(() => takeFresh(credentials))
      return toTaken(await taking)
    },
    close,
    [Symbol.asyncDispose]: async () => void (await close()),
  }
}

/** The builds' token over the whole step: minted late, by whoever asks first, and ended once. */
export type BuildToken = ReturnType<typeof createBuildToken>
