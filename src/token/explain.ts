import { Failure } from '../failure.ts'
import type { TokenScope } from '../inputs/inputs.ts'
import { isRefusal } from './github.ts'

/** What was asked of GitHub. */
export type Asked = {
  readonly apiUrl: string
  readonly scope: TokenScope
  readonly permissions: Readonly<Record<string, string>>
}

/** What GitHub says of the App's installation, as far as a refusal may be explained by it. */
export type Installation = {
  readonly id: number
  readonly permissions?: Readonly<Record<string, string>>
  readonly suspended_at?: string | null
  readonly html_url?: string
  readonly account?: { readonly login?: string } | null
}

const describe = ({ owner, repositories }: TokenScope): string =>
  repositories.length === 0 ? owner : repositories.map((name) => `${owner}/${name}`).join(', ')

const fail = ({ scope }: Asked, got: string, remedy: string, cause?: unknown): Failure =>
  new Failure(`No token could be minted for ${describe(scope)}: ${got}`, { remedy, cause })

const levels = ['read', 'write', 'admin']

/** What is asked beyond what the installation grants. Everybody may read metadata. */
const findUngranted = ({ permissions }: Asked, installation: Installation): readonly string[] =>
  Object.entries(permissions)
    .filter(([name, level]) => {
      const granted = installation.permissions?.[name] ?? (name === 'metadata' ? 'read' : '')
      return levels.indexOf(level) > levels.indexOf(granted)
    })
    .map((entry) => entry.join(': '))

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
  const ungranted = findUngranted(asked, installation)
  if (ungranted.length === 0) return
  const granted = Object.entries(installation.permissions).map((entry) => entry.join(': '))
  throw fail(
    asked,
    `the installation does not grant ${ungranted.join(', ')}`,
    `It grants ${granted.join(', ')}. Add the permission to the App and accept it at ${asked.scope.owner}, or ask for less.`,
  )
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
  const { apiUrl, scope, permissions } = asked
  if (!isRefusal(error)) {
    const remedy = `Check that ${apiUrl} can be reached, and HTTPS_PROXY and NO_PROXY.`
    return fail(asked, 'GitHub did not answer', remedy, error)
  }
  const words = error.message.toLowerCase()
  if (words.includes('ip allow list')) {
    const remedy = "Add the runner's address to the list, or use a runner whose address is on it."
    return fail(asked, `the IP allow list of ${scope.owner} shuts this runner out`, remedy, error)
  }
  if (error.status === 401) {
    return fail(
      asked,
      "GitHub does not accept the App's signature",
      'Check that client-id and private-key belong to the same App.',
      error,
    )
  }
  if (error.status === 403) {
    const remedy = 'Its owner may have suspended the App, or GitHub limits its requests.'
    return fail(asked, 'GitHub refuses the App', remedy, error)
  }
  if (error.status === 404 && words.includes('integration not found')) {
    const remedy = "Copy the Client ID from the App's settings page."
    return fail(asked, 'GitHub knows no App with this client-id', remedy, error)
  }
  if (error.status === 404 || unreachable.length > 0) {
    const where = unreachable.length > 0 ? unreachable.join(', ') : describe(scope)
    return fail(
      asked,
      `the App is not installed on ${where}`,
      'Install it there (App settings, "Install App"), or correct owner and repositories.',
      error,
    )
  }
  if (error.status === 422) {
    const wanted = Object.entries(permissions).map((entry) => entry.join(': '))
    return fail(
      asked,
      'the installation does not grant what is asked',
      `Asked: ${wanted.join(', ') || 'all permissions'} on ${describe(scope)}. Add the repositories and permissions to the installation, or ask for less.`,
      error,
    )
  }
  const remedy = 'Try again later; githubstatus.com may say more.'
  return fail(asked, `GitHub answered ${error.status}`, remedy, error)
}
