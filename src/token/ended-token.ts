import type { TokenScope } from '../inputs/credentials.ts'
import { formatDuration } from '../text/format.ts'

/** A token that we minted and ended, for people. */
export type EndedToken = Pick<TokenScope, 'owner' | 'repositories'> & {
  /** Those that GitHub gave it. */
  readonly permissions: Readonly<Record<string, string>>
  readonly livedMs: number
  /** False where GitHub did not answer in time. */
  readonly isRevoked: boolean
}

/** `acme/one, acme/two · contents: read · lived 4.1 s, revoked`. */
export const renderEndedToken = (token: EndedToken): string => {
  const { owner, repositories, permissions, livedMs, isRevoked } = token
  const names =
    repositories.length === 0
      ? `all repositories of ${owner}`
      : repositories.map((name) => `${owner}/${name}`).join(', ')
  const granted = Object.entries(permissions).map(([name, level]) => `${name}: ${level}`)
  const life = `lived ${formatDuration(livedMs)}, ${isRevoked ? 'revoked' : 'not revoked yet'}`
  return [names, ...(granted.length === 0 ? [] : [granted.join(', ')]), life].join(' · ')
}
