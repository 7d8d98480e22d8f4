import { Secret } from '../secret.ts'
import type { AppCredentials, Credentials } from './inputs.ts'
import { toList, toOptional } from './parsers.ts'
import { parsePrivateKey } from './private-key.ts'
import type { ReportProblem } from './problems.ts'
import type { RawInputs } from './raw-inputs.ts'

const readClientId = (raw: RawInputs, report: ReportProblem): string | undefined => {
  const clientId = toOptional(raw['client-id'])
  const appId = toOptional(raw['app-id'])
  if (clientId !== undefined && appId !== undefined && clientId !== appId) {
    report({
      input: 'client-id',
      value: clientId,
      reason: `app-id says ${appId} at the same time`,
      remedy: 'Give one of the two.',
    })
  }
  const id = clientId ?? appId
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
const defaultPermissions = 'contents: read'

const readPermissions = (raw: RawInputs, report: ReportProblem): Record<string, string> => {
  const permissions: Record<string, string> = {}
  // An expression that came out empty must not ask for all that the installation may do.
  for (const entry of toList(toOptional(raw['permissions']) ?? defaultPermissions)) {
    const [, name, level] = /^([a-z][a-z_-]*)\s*:\s*(read|write|admin)$/.exec(entry) ?? []
    if (name !== undefined && level !== undefined) permissions[name.replaceAll('-', '_')] = level
    else {
      report({
        input: 'permissions',
        value: entry,
        reason: 'not a permission',
        remedy: 'Write name: read, name: write or name: admin.',
      })
    }
  }
  return permissions
}

const readRepositories = (
  raw: RawInputs,
  owner: string | undefined,
  report: ReportProblem,
): readonly string[] =>
  toList(raw['repositories']).map((entry) => {
    const [, prefix, name] = /^(?:([\w.-]+)\/)?([\w.-]+)$/.exec(entry) ?? []
    if (name === undefined) {
      report({
        input: 'repositories',
        value: entry,
        reason: 'not the name of a repository',
        remedy: 'Write its name, or owner/name.',
      })
    } else if (prefix !== undefined && prefix.toLowerCase() !== owner?.toLowerCase()) {
      report({
        input: 'repositories',
        value: entry,
        reason: `its owner is not ${owner ?? 'known'}, the owner of the installation`,
        remedy: `Set owner: ${prefix}; one token reaches the repositories of one owner.`,
      })
    }
    return name ?? entry
  })

const readApiUrl = (raw: RawInputs, report: ReportProblem): string => {
  const given = toOptional(raw['github-api-url']) ?? 'https://api.github.com'
  const url = URL.canParse(given) ? new URL(given) : undefined
  const isLocal = url !== undefined && /^(localhost|127\.|\[::1\])/.test(url.hostname)
  if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && isLocal)) {
    report({
      input: 'github-api-url',
      value: given,
      reason: 'not an https URL',
      remedy: 'Write https://HOST/api/v3 for GitHub Enterprise Server, or leave it out.',
    })
  }
  return given.replace(/\/+$/, '')
}

const readApp = (
  raw: RawInputs,
  currentRepository: string | undefined,
  report: ReportProblem,
): AppCredentials | undefined => {
  const clientId = readClientId(raw, report)
  const privateKey = readPrivateKey(raw, report)
  const [currentOwner, currentName] = currentRepository?.split('/') ?? []
  const givenOwner = toOptional(raw['owner'])
  const prefix = /^([\w.-]+)\//.exec(toList(raw['repositories'])[0] ?? '')?.[1]
  const owner = givenOwner ?? prefix ?? currentOwner
  if (givenOwner !== undefined && !/^[\w.-]+$/.test(givenOwner)) {
    report({
      input: 'owner',
      value: givenOwner,
      reason: 'not a user or an organization',
      remedy: 'Write the name alone, as in github.com/NAME.',
    })
  }
  const named = readRepositories(raw, owner, report)
  const isDefault = named.length === 0 && givenOwner === undefined && currentName !== undefined
  const permissions = readPermissions(raw, report)
  const apiUrl = readApiUrl(raw, report)
  if (clientId === undefined || privateKey === undefined) return undefined
  if (owner === undefined) {
    report({
      input: 'owner',
      reason: 'empty, and no repository is known from the run',
      remedy: 'Name the owner of the installation.',
    })
    return undefined
  }
  const repositories = isDefault ? [currentName] : named
  return { clientId, privateKey, owner, repositories, permissions, apiUrl }
}

const reportMissingHalf = (raw: RawInputs, report: ReportProblem): void => {
  const hasId =
    toOptional(raw['client-id']) !== undefined || toOptional(raw['app-id']) !== undefined
  const hasKey = toOptional(raw['private-key']) !== undefined
  if (hasId && !hasKey) {
    report({
      input: 'private-key',
      reason: 'empty, though a client-id is given',
      remedy:
        'Check the name of the secret; workflows of forks and of Dependabot do not get secrets.',
    })
  }
  if (!hasId && hasKey) {
    report({
      input: 'client-id',
      reason: 'empty, though a private-key is given',
      remedy: 'Give the Client ID (or app-id) of the App that the key belongs to.',
    })
  }
}

/** Reads where the build's token comes from; `none` when nothing about one is said. */
export const readCredentials = (
  raw: RawInputs,
  currentRepository: string | undefined,
  report: ReportProblem,
): Credentials => {
  const given = toOptional(raw['github-token'])
  const app = readApp(raw, currentRepository, report)
  if (given !== undefined) {
    if (/\s/.test(given)) {
      report({
        input: 'github-token',
        reason: 'it contains white space',
        remedy: 'Pass one token and nothing else.',
      })
    }
    return { kind: 'given', token: new Secret(given) }
  }
  reportMissingHalf(raw, report)
  return app === undefined ? { kind: 'none' } : { kind: 'app', ...app }
}
