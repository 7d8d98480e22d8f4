import { Failure } from '../failure.ts'
import type { AppCredentials } from '../inputs/inputs.ts'
import { Secret } from '../secret.ts'
import { createAppClient, isRefusal, withRetries } from './github.ts'
import { maskToken } from './masks.ts'

/** A token of an App's installation that we made, and that we end. */
export type MintedToken = {
  readonly secret: Secret
  readonly apiUrl: string
  /** As GitHub says it, ISO 8601. */
  readonly expiresAt: string
}

const scopeOf = ({ owner, repositories }: AppCredentials): string =>
  repositories.length === 0 ? owner : repositories.map((name) => `${owner}/${name}`).join(', ')

/** Every refusal explains itself: what GitHub said, and where to mend it. */
const explain = (error: unknown, credentials: AppCredentials): Failure => {
  const what = `No token could be minted for ${scopeOf(credentials)}`
  const fail = (got: string, remedy: string): Failure =>
    new Failure(`${what}: ${got}`, { remedy, cause: error })
  if (!isRefusal(error)) {
    return fail('GitHub did not answer', `Check that ${credentials.apiUrl} can be reached.`)
  }
  const asked = Object.entries(credentials.permissions).map((entry) => entry.join(': '))
  switch (error.status) {
    case 401:
      return fail(
        "GitHub does not accept the App's signature",
        'Check that client-id and private-key belong to the same App.',
      )
    case 403:
      return fail(
        'GitHub refuses the App',
        'The installation may be suspended, or an IP allow list may shut this runner out.',
      )
    case 404:
      return fail(
        `the App is not installed on ${scopeOf(credentials)}`,
        'Install it there (App settings, "Install App"), or correct owner and repositories.',
      )
    case 422:
      return fail(
        'the installation does not grant what is asked',
        `Asked: ${asked.join(', ') || 'all permissions'} on ${scopeOf(credentials)}. Add the repositories and permissions to the installation, or ask for less.`,
      )
    default:
      return fail(
        `GitHub answered ${error.status}`,
        'Try again later; githubstatus.com may say more.',
      )
  }
}

export type MintOptions = {
  readonly mask: (value: string) => void
  readonly log: (line: string) => void
  readonly signal: AbortSignal
}

type Client = ReturnType<typeof createAppClient>

/** An owner is an organization or a user, and GitHub has one path for each. */
const findInstallation = async (
  client: Client,
  { owner, repositories }: AppCredentials,
  { log, signal }: MintOptions,
): Promise<number> => {
  const [repo] = repositories
  const get = async (route: string, parameters: Record<string, string>): Promise<number> => {
    const { data } = await withRetries(
      (abort) => client.request(`GET ${route}`, { ...parameters, request: { signal: abort } }),
      log,
      signal,
    )
    return (data as { id: number }).id
  }
  if (repo !== undefined) return get('/repos/{owner}/{repo}/installation', { owner, repo })
  try {
    return await get('/orgs/{owner}/installation', { owner })
  } catch (error) {
    if (!isRefusal(error) || error.status !== 404) throw error
    return get('/users/{owner}/installation', { owner })
  }
}

/**
 * Mints a token of the App's installation, scoped to the repositories and permissions asked for,
 * and registers its masks before anyone else can print it.
 *
 * @throws {Failure} saying why GitHub refused
 */
export const mintToken = async (
  credentials: AppCredentials,
  options: MintOptions,
): Promise<MintedToken> => {
  const { log, mask, signal } = options
  const client = createAppClient(credentials, mask)
  const { repositories, permissions } = credentials
  try {
    const installation = await findInstallation(client, credentials, options)
    signal.throwIfAborted()
    // Not bound to the step's cancelling: a token whose answer nobody reads could not be revoked.
    const { data } = await withRetries(
      (abort) =>
        client.request('POST /app/installations/{installation_id}/access_tokens', {
          installation_id: installation,
          ...(repositories.length > 0 && { repositories: [...repositories] }),
          ...(Object.keys(permissions).length > 0 && { permissions }),
          request: { signal: abort },
        }),
      log,
    )
    maskToken(data.token, mask)
    const secret = new Secret(data.token)
    return { secret, apiUrl: credentials.apiUrl, expiresAt: data.expires_at }
  } catch (error) {
    throw explain(error, credentials)
  }
}
