import { Failure, renderError } from '../failure.ts'
import { later } from '../host/later.ts'
import type { AppCredentials, TokenScope } from '../inputs/credentials.ts'
import { Secret } from '../secret.ts'
import { type Asked, checkInstallation, explainRefusal, type Installation } from './explain.ts'
import {
  type Client,
  createAppClient,
  createTokenClient,
  isPassing,
  isRefusal,
  withRetries,
} from './github.ts'
import { maskToken } from './masks.ts'

/** A token of an App's installation that we made, and that we end. */
export type MintedToken = Readonly<Awaited<ReturnType<typeof mintToken>>>

/** All that is needed to end one. */
export type GuardedToken = Pick<MintedToken, 'apiUrl' | 'token'>

export type MintOptions = {
  readonly mask: (value: string) => void
  readonly log: (line: string) => void
  readonly signal: AbortSignal
  /** All tries of one request together. */
  readonly deadlineMs?: number
}

/** How long a token that may be on its way is waited for when the step is cancelled. */
const lastAnswerMs = 2_500

/** Longer than this GitHub has not been seen to need until it knows a fresh token. */
const probingMs = 10_000

const notGitHub = (what: string): Failure =>
  new Failure(`GitHub answered something else than ${what}`, {
    remedy: 'Check github-api-url: does a proxy or a login page answer there?',
  })

/** The path for users answers for organizations as well. */
const findInstallation = async (
  { rest: { apps } }: Client,
  { owner, repositories: [repo] }: TokenScope,
  { log, signal, deadlineMs }: MintOptions,
): Promise<Installation> => {
  const { data } = await withRetries(
    (request) =>
      repo === undefined
        ? apps.getUserInstallation({ username: owner, request })
        : apps.getRepoInstallation({ owner, repo, request }),
    { log, signal, deadlineMs },
  )
  const { id } = data as Partial<Installation>
  if (typeof id !== 'number') throw notGitHub('an installation')
  return data as Installation
}

/** GitHub's own spelling of the owner, as addresses that people copy have it. */
const withSpelling = (scope: TokenScope, login: string | undefined): TokenScope =>
  login === undefined || login.toLowerCase() !== scope.owner.toLowerCase()
    ? scope
    : { ...scope, spellings: [...new Set([...scope.spellings, login])] }

/** Words alone: what a server answers is printed. */
const toPermissions = (given: object): AppCredentials['permissions'] =>
  Object.fromEntries(
    Object.entries(given).filter(([name, level]) => /^\w+ \w+$/.test(`${name} ${level}`)),
  )

/** GitHub says that there is such a repository, but not which. */
const findUnreachable = async (
  { rest: { apps } }: Client,
  { owner, repositories }: TokenScope,
  error: unknown,
  cancelled: AbortSignal,
): Promise<readonly string[]> => {
  if (!isRefusal(error) || error.status !== 422 || !error.message.includes('repository')) return []
  const outcomes = repositories.map(async (repo) => {
    const signal = AbortSignal.any([cancelled, AbortSignal.timeout(5_000)])
    const isThere = await apps
      .getRepoInstallation({ owner, repo, request: { signal } })
      .catch((missing) => !isRefusal(missing) || missing.status !== 404)
    return isThere ? [] : [`${owner}/${repo}`]
  })
  return (await Promise.all(outcomes)).flat()
}

/**
 * Mints a token of the App's installation at one owner, scoped to the repositories and permissions
 * asked for, and registers its masks before anyone else can print it.
 *
 * @throws {Failure} saying why GitHub refused
 */
export const mintToken = async (
  app: AppCredentials & { readonly apiUrl: string },
  scope: TokenScope,
  options: MintOptions,
) => {
  const { log, mask, signal } = options
  const { apiUrl, permissions } = app
  const asked: Asked = { apiUrl, scope, permissions }
  const client = createAppClient(app, mask)
  try {
    const installation = await findInstallation(client, scope, options)
    checkInstallation(asked, installation)
    signal.throwIfAborted()
    const { data } = await withRetries(
      (request) =>
        client.rest.apps.createInstallationAccessToken({
          installation_id: installation.id,
          ...(scope.repositories.length > 0 && { repositories: [...scope.repositories] }),
          ...(Object.keys(permissions).length > 0 && { permissions }),
          request,
        }),
      {
        log,
        // Not ended at once with the step: a token whose answer nobody reads could not be revoked.
        signal: later(signal, lastAnswerMs),
        mayHelp: (error) => !signal.aborted && isPassing(error),
      },
    )
    if (typeof data.token !== 'string' || data.token === '') throw notGitHub('a token')
    maskToken(data.token, mask)
    return {
      token: new Secret(data.token),
      apiUrl,
      scope: withSpelling(scope, installation.account?.login),
      /** As GitHub says it, ISO 8601. */
      expiresAt: data.expires_at,
      /** What GitHub gave it. */
      permissions: toPermissions(data.permissions ?? permissions),
      /** As `performance.now()`. */
      mintedMs: performance.now(),
    }
  } catch (error) {
    throw explainRefusal(error, asked, await findUnreachable(client, scope, error, signal))
  }
}

/** A fresh token may be refused for some seconds; other refusals are as good as none for us. */
const isTooFresh = (error: unknown): boolean =>
  isRefusal(error) && (error.status === 401 || error.status === 403)

/**
 * Waits until GitHub knows a fresh token, so that the build does not find that out
 * (octokit/auth-app.js#65). When it takes too long the build is tried all the same.
 */
export const probeToken = async (
  { apiUrl, token }: MintedToken,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<void> => {
  const { apps } = createTokenClient(apiUrl, token).rest
  try {
    await withRetries(
      (request) => apps.listReposAccessibleToInstallation({ per_page: 1, request }),
      { log: () => {}, signal, mayHelp: isTooFresh, deadlineMs: probingMs },
    )
  } catch (error) {
    signal.throwIfAborted()
    log(`GitHub does not accept the fresh token yet; building all the same: ${renderError(error)}`)
  }
}

/**
 * Ends a token's life. A token that GitHub does not know any more (401) is as good as revoked.
 *
 * @param signal not the step's cancelling: a cancelled step must revoke, too
 */
export const revokeToken = async (
  { apiUrl, token }: GuardedToken,
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> => {
  const { apps } = createTokenClient(apiUrl, token).rest
  try {
    await withRetries((request) => apps.revokeInstallationAccessToken({ request }), { log, signal })
  } catch (error) {
    if (!isRefusal(error) || error.status !== 401) throw error
  }
}
