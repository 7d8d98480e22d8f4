import { Failure } from '../failure.ts'
import type { TokenScope } from '../inputs/credentials.ts'
import { isRefusal } from './github.ts'

type Permissions = Readonly<Record<string, string>>

/** What was asked of GitHub. */
export type Asked = {
  readonly apiUrl: string
  readonly scope: TokenScope
  readonly permissions: Permissions
}

/** What GitHub says of the App's installation, as far as a refusal may be explained by it. */
export type Installation = {
  readonly id: number
  readonly permissions?: Permissions
  readonly suspended_at?: string | null
  readonly html_url?: string
  readonly account?: { readonly login?: string } | null
}

const describe = ({ owner, repositories }: TokenScope): string =>
  repositories.length === 0 ? owner : repositories.map((name) => `${owner}/${name}`).join(', ')

const renderPermissions = (permissions: Permissions): string =>
  Object.entries(permissions)
    .map((entry) => entry.join(': '))
    .join(', ')

const fail = ({ scope }: Asked, got: string, remedy: string, cause?: unknown): Failure =>
  new Failure(`No token could be minted for ${describe(scope)}: ${got}`, { remedy, cause })

const levels = ['read', 'write', 'admin']

/** What is asked beyond what the installation grants. Everybody may read metadata. */
const findUngranted = ({ permissions }: Asked, granted: Permissions) =>
  Object.entries(permissions).filter(([name, level]) => {
    const most = granted[name] ?? (name === 'metadata' ? 'read' : '')
    return levels.indexOf(level) > levels.indexOf(most)
  })

/** Says beforehand what GitHub would refuse without saying which permission it means. */
export const checkInstallation = (asked: Asked, installation: Installation): void => {
  if (installation.suspended_at) {
    throw fail(
      asked,
      `the installation is suspended since ${installation.suspended_at}`,
      `An owner of ${asked.scope.owner} can lift that in the settings, "Installed GitHub Apps".`,
    )
  }
  if (installation.permissions === undefined) return
  const ungranted = findUngranted(asked, installation.permissions)
  if (ungranted.length === 0) return
  throw fail(
    asked,
    `the installation does not grant ${renderPermissions(Object.fromEntries(ungranted))}`,
    `It grants ${renderPermissions(installation.permissions)}. Add the permission to the App and accept it at ${asked.scope.owner}, or ask for less.`,
  )
}

/** What GitHub means, and where to mend it. */
const interpret = (
  status: number,
  words: string,
  { scope, permissions }: Asked,
  unreachable: readonly string[],
): readonly [got: string, remedy: string] => {
  if (words.includes('ip allow list')) {
    return [
      `the IP allow list of ${scope.owner} shuts this runner out`,
      "Add the runner's address to the list, or use a runner whose address is on it.",
    ]
  }
  if (status === 429 || (status === 403 && words.includes('rate limit'))) {
    return [
      'GitHub takes no more requests of the App now',
      'Run it again in some minutes, and fewer jobs at once; one token serves all builds of a step.',
    ]
  }
  // Of servers from before Client IDs could sign (GitHub's changelog of 1 May 2024).
  if (status === 401 && words.includes("'iss'")) {
    return [
      'GitHub takes no such client-id',
      'Give the App ID as app-id: older GitHub Enterprise Servers know no Client IDs.',
    ]
  }
  if (status === 401) {
    return [
      "GitHub does not accept the App's signature",
      'Check that client-id and private-key belong to the same App.',
    ]
  }
  if (status === 403) {
    return ['GitHub refuses the App', 'Its owner may have suspended the App.']
  }
  if (status === 404 && words.includes('integration not found')) {
    return [
      'GitHub knows no App with this client-id',
      "Copy the Client ID from the App's settings page.",
    ]
  }
  if (status === 404 || unreachable.length > 0) {
    return [
      `the App is not installed on ${unreachable.join(', ') || describe(scope)}`,
      'Install it there (App settings, "Install App"), or correct owner and repositories.',
    ]
  }
  if (status === 422) {
    return [
      'the installation does not grant what is asked',
      `Asked: ${renderPermissions(permissions) || 'all permissions'} on ${describe(scope)}. Add the repositories and permissions to the installation, or ask for less.`,
    ]
  }
  return [`GitHub answered ${status}`, 'Try again later; githubstatus.com may say more.']
}

/**
 * Every refusal explains itself: what GitHub said, and where to mend it.
 *
 * @param unreachable repositories that the installation does not have, where that was found out
 */
export const explainRefusal = (
  error: unknown,
  asked: Asked,
  unreachable: readonly string[],
): Failure => {
  if (error instanceof Failure) return error
  if (!isRefusal(error)) {
    const remedy = `Check that ${asked.apiUrl} can be reached, and HTTPS_PROXY and NO_PROXY.`
    return fail(asked, 'GitHub did not answer', remedy, error)
  }
  const meaning = interpret(error.status, error.message.toLowerCase(), asked, unreachable)
  return fail(asked, ...meaning, error)
}
