import { attempt } from '../failure.ts'
import type { Env } from './command.ts'

/** Where the Actions cache is, and how one speaks with it: servers of one's own have the older service alone. */
export type ActionsCache = {
  readonly version: 1 | 2
  readonly address: string
  readonly token: string
}

/** Whether GitHub itself runs the server, as `@actions/cache` has it. */
const isGitHubs = (serverUrl = 'https://github.com'): boolean => {
  const host = attempt(() => new URL(serverUrl).hostname) ?? ''
  return host === 'github.com' || /\.(?:ghe\.com|localhost)$/.test(host)
}

/**
 * Finds the Actions cache by the variables of the runner, as `@actions/cache` does (`getCacheServiceURL`), which keeps
 * this to itself.
 */
export const findActionsCache = (env: Env | NodeJS.ProcessEnv): ActionsCache | undefined => {
  const { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_RESULTS_URL: results } = env
  const isNew = isGitHubs(env['GITHUB_SERVER_URL'] || undefined) && env['ACTIONS_CACHE_SERVICE_V2']
  const address = isNew ? results : env['ACTIONS_CACHE_URL'] || results
  return address && token ? { version: isNew ? 2 : 1, address, token } : undefined
}
