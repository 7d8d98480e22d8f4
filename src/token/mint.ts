import { Failure } from '../failure.ts'
import { later } from '../host/later.ts'
import type { AppCredentials, TokenScope } from '../inputs/inputs.ts'
import { Secret } from '../secret.ts'
import { type Asked, checkInstallation, explainRefusal, type Installation } from './explain.ts'
import {
  type Client,
  createAppClient,
  isPassing,
  isRefusal,
  requireWhole,
  withRetries,
} from './github.ts'
import { maskToken } from './masks.ts'

/** A token of an App's installation that we made, and that we end. */
export type MintedToken = {
  readonly secret: Secret
  readonly apiUrl: string
  readonly scope: TokenScope
  /** As GitHub says it, ISO 8601. */
  readonly expiresAt: string
}

export type MintOptions = {
  readonly mask: (value: string) => void
  readonly log: (line: string) => void
  readonly signal: AbortSignal
  /** All tries of one request together. */
  readonly deadlineMs?: number
}

/** How long a token that may be on its way is waited for when the step is cancelled. */
const lastAnswerMs = 2_500

type App = AppCredentials & { readonly apiUrl: string }

/** The path for users answers for organizations as well. */
const findInstallation = async (
  client: Client,
  { owner, repositories }: TokenScope,
  { log, signal, deadlineMs }: MintOptions,
): Promise<Installation> => {
  const [repo] = repositories
  const ask = (abort: AbortSignal) => {
    const request = { signal: abort }
    if (repo === undefined)
      return client.request('GET /users/{owner}/installation', { owner, request })
    return client.request('GET /repos/{owner}/{repo}/installation', { owner, repo, request })
  }
  const { data } = await withRetries(async (abort) => requireWhole(await ask(abort)), {
    log,
    signal,
    ...(deadlineMs !== undefined && { deadlineMs }),
  })
  const { id } = data as Partial<Installation>
  if (typeof id === 'number') return data as Installation
  throw new Failure('GitHub answered something else than an installation', {
    remedy: 'Check github-api-url: does a proxy or a login page answer there?',
  })
}

/** GitHub's own spelling of the owner, as addresses that people copy have it. */
const withSpelling = (scope: TokenScope, login: string | undefined): TokenScope =>
  login === undefined || login.toLowerCase() !== scope.owner.toLowerCase()
    ? scope
    : { ...scope, spellings: [...new Set([...scope.spellings, login])] }

/** GitHub says that there is such a repository, but not which. */
const findUnreachable = async (
  client: Client,
  { owner, repositories }: TokenScope,
  error: unknown,
  cancelled: AbortSignal,
): Promise<readonly string[]> => {
  if (!isRefusal(error) || error.status !== 422 || !error.message.includes('repository')) return []
  const outcomes = await Promise.all(
    repositories.map(async (repo) => {
      const signal = AbortSignal.any([cancelled, AbortSignal.timeout(5_000)])
      return client
        .request('GET /repos/{owner}/{repo}/installation', { owner, repo, request: { signal } })
        .then(() => undefined)
        .catch((missing) => (isRefusal(missing) && missing.status === 404 ? repo : undefined))
    }),
  )
  return outcomes.flatMap((repo) => (repo === undefined ? [] : [`${owner}/${repo}`]))
}

/**
 * Mints a token of the App's installation at one owner, scoped to the repositories and permissions
 * asked for, and registers its masks before anyone else can print it.
 *
 * @throws {Failure} saying why GitHub refused
 */
export const mintToken = async (
  app: App,
  scope: TokenScope,
  options: MintOptions,
): Promise<MintedToken> => {
  const { log, mask, signal } = options
  const { apiUrl, permissions } = app
  const asked: Asked = { apiUrl, scope, permissions }
  const client = createAppClient(app, mask)
  try {
    const installation = await findInstallation(client, scope, options)
    checkInstallation(asked, installation)
    signal.throwIfAborted()
    // Not ended at once with the step: a token whose answer nobody reads could not be revoked.
    const ending = later(signal, lastAnswerMs)
    const { data } = await withRetries(
      async (abort) =>
        requireWhole(
          await client.request('POST /app/installations/{installation_id}/access_tokens', {
            installation_id: installation.id,
            ...(scope.repositories.length > 0 && { repositories: [...scope.repositories] }),
            ...(Object.keys(permissions).length > 0 && { permissions }),
            request: { signal: abort },
          }),
        ),
      { log, signal: ending, isPassing: (error) => !signal.aborted && isPassing(error) },
    )
    if (typeof data.token !== 'string' || data.token === '') {
      throw new Failure('GitHub answered something else than a token', {
        remedy: 'Check github-api-url: does a proxy or a login page answer there?',
      })
    }
    maskToken(data.token, mask)
    const known = withSpelling(scope, installation.account?.login)
    return { secret: new Secret(data.token), apiUrl, scope: known, expiresAt: data.expires_at }
  } catch (error) {
    throw explainRefusal(error, asked, await findUnreachable(client, scope, error, signal))
  }
}
