import { Secret } from '../secret.ts'
import { findNearestWord } from '../text/nearest.ts'
import type { AppCredentials, TokenScope } from './credentials.ts'
import { knownPermissions } from './permissions.ts'
import { parsePrivateKey } from './private-key.ts'
import { defaultPermissions } from './raw-inputs.ts'
import { type Reader, toList } from './reader.ts'

/** Both may be given: then the Client ID is the one that is used. */
const readClientId = ({ text, word }: Reader): string | undefined =>
  word(text('client-id') === undefined ? 'app-id' : 'client-id')

const readPrivateKey = ({ text, report }: Reader): Secret | undefined => {
  const given = text('private-key')
  if (given === undefined) return undefined
  const key = parsePrivateKey(given)
  if (key instanceof Secret) return key
  const how = 'Pass the .pem file that GitHub offered when the key was made, whole and unchanged.'
  report('private-key', `not the key of a GitHub App: ${key}. ${how}`)
  return undefined
}

/** A YAML map in either style, a YAML list, or words with commas: the marks around entries go. */
const toEntries = (text: string | undefined): readonly string[] =>
  toList(text)
    .map((entry) => entry.replace(/^[-{\s]+|[}\s]+$/g, '').replaceAll(/["']/g, ''))
    .filter((entry) => entry !== '')

/** An expression that came out empty must not ask for all that the installation may do. */
const readPermissions = ({ text, list, report }: Reader): Record<string, string> => {
  const permissions: Record<string, string> = {}
  const entries =
    text('permissions') === undefined ? [defaultPermissions] : list('permissions', toEntries)
  for (const value of entries) {
    const entry = parsePermission(value)
    if (typeof entry !== 'string') permissions[entry[0]] = entry[1]
    else report('permissions', `${entry}. Write name: read, name: write or name: admin.`, value)
  }
  return permissions
}

/** A string says why it is none. A name that GitHub may have added since is passed on. */
const parsePermission = (entry: string): readonly [name: string, level: string] | string => {
  const [, given, level] = /^([a-z][a-z_-]*)\s*:\s*(read|write|admin)$/.exec(entry) ?? []
  if (given === undefined || level === undefined) return 'not a permission'
  const name = given.replaceAll('-', '_')
  const meant = knownPermissions.includes(name) ? name : findNearestWord(name, knownPermissions)
  if (meant === undefined || meant === name) return [name, level]
  return `GitHub has no permission ${given}; the nearest is ${meant}`
}

type Named = { readonly owner: string | undefined; readonly name: string }

const readRepositories = ({ list, check }: Reader): readonly Named[] =>
  check('repositories', list('repositories')).map((entry) => {
    const [name = '', owner] = entry.split('/').reverse()
    return { owner, name }
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

const readScopes = (reader: Reader): readonly TokenScope[] => {
  const [currentOwner, currentName] = reader.run.repository?.split('/') ?? []
  const given = reader.word('owner')
  const named = readRepositories(reader)
  const owner = given ?? currentOwner
  const isComplete = named.length > 0 && named.every((entry) => entry.owner !== undefined)
  if (owner === undefined && !isComplete) {
    const text = 'empty, and no repository is known from the run.'
    reader.report('owner', `${text} Name the owner of the installation.`)
    return []
  }
  if (named.length > 0) return toScopes(named, owner ?? '')
  const isAll = given !== undefined || currentName === undefined
  return [toScope(owner ?? '', isAll ? [] : [currentName])]
}

/** Reads the App that mints the token; undefined unless it is named and its key can be read. */
export const readApp = (reader: Reader): AppCredentials | undefined => {
  const clientId = readClientId(reader)
  const privateKey = readPrivateKey(reader)
  const permissions = readPermissions(reader)
  if (clientId === undefined || privateKey === undefined) return undefined
  return { clientId, privateKey, scopes: readScopes(reader), permissions }
}
