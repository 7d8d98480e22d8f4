import { renderError } from '../failure.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { Secret } from '../secret.ts'
import { formatToken } from './formats.ts'
import type { TokenKeeper } from './keeper.ts'

/** The builds' token over the whole step: minted late, by whoever asks first, and ended once. */
export type BuildToken = AsyncDisposable & {
  /** What the Dockerfile finds at the token's id; undefined when no token is asked for. */
  readonly take: () => Promise<Secret | undefined>
  readonly close: () => Promise<void>
}

type Options = {
  readonly inputs: Pick<Inputs, 'credentials' | 'apiUrl' | 'secretFormat'>
  readonly mask: (value: string) => void
  readonly log: (line: string) => void
  readonly warn: (message: string) => void
  readonly saveState: (name: string, value: string) => void
  readonly signal: AbortSignal
  readonly childEnv: Readonly<Record<string, string>>
}

/** The state by which post knows whether main ended what it minted. It never holds a token. */
export const tokenState = 'token'

export const createBuildToken = (options: Options): BuildToken => {
  const { inputs, warn, saveState } = options
  const { credentials, apiUrl, secretFormat } = inputs
  let keeping: Promise<TokenKeeper> | undefined
  const close = async (): Promise<void> => {
    if (keeping === undefined) return
    try {
      await (await keeping).close()
      saveState(tokenState, 'ended')
    } catch (error) {
      warn(`The token could not be ended: ${renderError(error)}`)
    }
    keeping = undefined
  }
  return {
    take: async () => {
      if (credentials.kind === 'none') return undefined
      if (credentials.kind === 'given') {
        return formatToken(secretFormat, apiUrl, [{ token: credentials.token }])
      }
      // The GitHub client is most of the bundle; a step that only loads starts without it.
      keeping ??= import('./keeper.ts').then(({ createTokenKeeper }) =>
        createTokenKeeper({ ...options, app: { ...credentials, apiUrl } }),
      )
      const keeper = await keeping
      saveState(tokenState, 'minted')
      const minted = await keeper.take()
      const known = minted.map(({ secret, scope }) => ({ token: secret, scope }))
      return formatToken(secretFormat, apiUrl, known)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
