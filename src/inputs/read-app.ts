import { Secret } from '../secret.ts'
import { findNearestWord } from '../text/nearest.ts'
import type { AppCredentials, TokenScope } from './inputs.ts'
import { parseList, reportNothing, toList, toOptional } from './parsers.ts'
import { knownPermissions } from './permissions.ts'
import { parsePrivateKey } from './private-key.ts'
import type { ReportProblem } from './problems.ts'
import type { RawInputs } from './raw-inputs.ts'

/** Both may be given: then the Client ID is the one that is used. */
const readClientId = (raw: RawInputs, report: ReportProblem): string | undefined => {
  const clientId = toOptional(raw['client-id'])
  const id = clientId ?? toOptional(raw['app-id'])
  if (id !== undefined && !/^[\w.-]+$/.test(id)) {
    report({
      input: clientId === undefined ? 'app-id' : 'client-id',
      value: id,
      reason: 'not the ID of a GitHub App',
      remedy: "Copy the Client ID from the App's settings page.",
    })
  }
  return id
}

const readPrivateKey = (raw: RawInputs, report: ReportProblem): Secret | undefined => {
  const given = toOptional(raw['private-key'])
  if (given === undefined) return undefined
  const key = parsePrivateKey(given)
  if (key instanceof Secret) return key
  report({
    input: 'private-key',
    reason: `not the key of a GitHub App: ${key}`,
    remedy: 'Pass the .pem file that GitHub offered when the key was made, whole and unchanged.',
  })
  return undefined
}

/** As in action.yml. */
export const defaultPermissions = 'contents: read'

/** A YAML map in either style, a YAML list, or words with commas: the marks around entries go. */
const toEntries = (text: string): readonly string[] =>
  toList(text)
    .map((entry) => entry.replace(/^[-{\s]+|[}\s]+$/g, '').replaceAll(/["']/g, ''))
    .filter((entry) => entry !== '')

const readPermissions = (raw: RawInputs, report: ReportProblem): Record<string, string> => {
  const permissions: Record<string, string> = {}
  // An expression that came out empty must not ask for all that the installation may do.
  const entries = toEntries(toOptional(raw['permissions']) ?? defaultPermissions)
  if (entries.length === 0) reportNothing('permissions', raw, report)
  for (const value of entries) {
    const entry = parsePermission(value)
    if (typeof entry === 'string') {
      const remedy = 'Write name: read, name: write or name: admin.'
      report({ input: 'permissions', value, reason: entry, remedy })
    } else permissions[entry.name] = entry.level
  }
  return permissions
}

/** A string says why it is none. A name that GitHub may have added since is passed on. */
const parsePermission = (
  entry: string,
): { readonly name: string; readonly level: string } | string => {
  const [, given, level] = /^([a-z][a-z_-]*)\s*:\s*(read|write|admin)$/.exec(entry) ?? []
  if (given === undefined || level === undefined) return 'not a permission'
  const name = given.replaceAll('-', '_')
  const meant = knownPermissions.includes(name) ? name : findNearestWord(name, knownPermissions)
  if (meant === undefined || meant === name) return { name, level }
  return `GitHub has no permission ${given}; the nearest is ${meant}`
}

type Named = { readonly owner: string | undefined; readonly name: string }

const readRepositories = (raw: RawInputs, report: ReportProblem): readonly Named[] =>
  parseList('repositories', raw, report).flatMap((entry) => {
    const [, owner, name] = /^(?:([\w.-]+)\/)?([\w.-]+)$/.exec(entry) ?? []
    if (name !== undefined) return [{ owner, name }]
    report({
      input: 'repositories',
      value: entry,
      reason: 'not the name of a repository',
      remedy: 'Write its name, or owner/name.',
    })
    return []
  })

/** One scope for each owner that the repositories name; those without one belong to `owner`. */
const toScopes = (named: readonly Named[], owner: string): readonly TokenScope[] => {
  const groups = Map.groupBy(named, (entry) => (entry.owner ?? owner).toLowerCase())
  return [...groups.values()].map((group) => {
    const names = new Map(group.map(({ name }) => [name.toLowerCase(), name]))
    const spellings = group.map((entry) => entry.owner ?? owner)
    return toScope(spellings[0] ?? owner, [...names.values()], spellings)
  })
}

const toScope = (
  owner: string,
  repositories: readonly string[],
  spellings: readonly string[] = [owner],
): TokenScope => ({
  owner,
  repositories,
  spellings: [...new Set([...spellings, owner.toLowerCase()])],
})

const readScopes = (
  raw: RawInputs,
  currentRepository: string | undefined,
  report: ReportProblem,
): readonly TokenScope[] => {
  const [currentOwner, currentName] = currentRepository?.split('/') ?? []
  const given = toOptional(raw['owner'])
  if (given !== undefined && !/^[\w.-]+$/.test(given)) {
    report({
      input: 'owner',
      value: given,
      reason: 'not a user or an organization',
      remedy: 'Write the name alone, as in github.com/NAME.',
    })
  }
  const named = readRepositories(raw, report)
  const owner = given ?? currentOwner
  const isComplete = named.length > 0 && named.every((entry) => entry.owner !== undefined)
  if (owner === undefined && !isComplete) {
    report({
      input: 'owner',
      reason: 'empty, and no repository is known from the run',
      remedy: 'Name the owner of the installation.',
    })
    return []
  }
  if (named.length > 0) return toScopes(named, owner ?? '')
  if (given !== undefined || currentName === undefined) {
    return [toScope(owner ?? '', [])]
  }
  return [toScope(owner ?? '', [currentName])]
}

/** Reads the App that mints the token; undefined unless it is named and its key can be read. */
export const readApp = (
  raw: RawInputs,
  currentRepository: string | undefined,
  report: ReportProblem,
): AppCredentials | undefined => {
  const clientId = readClientId(raw, report)
  const privateKey = readPrivateKey(raw, report)
  const permissions = readPermissions(raw, report)
  if (clientId === undefined || privateKey === undefined) return undefined
  return { clientId, privateKey, scopes: readScopes(raw, currentRepository, report), permissions }
}
