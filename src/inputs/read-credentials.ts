import { isIPv4 } from 'node:net'
import { Secret } from '../secret.ts'
import type { Credentials, SecretFormat } from './inputs.ts'
import { toOptional } from './parsers.ts'
import type { ReportProblem } from './problems.ts'
import type { InputName, RawInputs } from './raw-inputs.ts'
import { defaultPermissions, readApp } from './read-app.ts'
import { type Trigger, whySecretsAreEmpty, withoutSecrets } from './trigger.ts'

/** This machine and no other one; a URL writes every address of 127.0.0.0/8 as four numbers. */
const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' ||
  hostname === '[::1]' ||
  (isIPv4(hostname) && hostname.startsWith('127.'))

/** Whether it is nothing but an address, to which the App's signed requests may go. */
const isApiUrl = (url: URL): boolean =>
  (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))) &&
  [url.username, url.password, url.search, url.hash].every((part) => part === '')

/** Reads where GitHub's API is. */
export const readApiUrl = (raw: RawInputs, report: ReportProblem): string => {
  const given = toOptional(raw['github-api-url']) ?? 'https://api.github.com'
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url === undefined || !isApiUrl(url)) {
    report({
      input: 'github-api-url',
      value: given.replace(/\/\/[^/]*@/, '//***@'),
      reason: 'not an https URL, or more than a host and a path',
      remedy: 'Write https://HOST/api/v3 for GitHub Enterprise Server, or leave it out.',
    })
  }
  // What was checked is what is used.
  return (url?.href ?? given).replace(/\/+$/, '')
}

const hasId = (raw: RawInputs): boolean =>
  toOptional(raw['client-id']) !== undefined || toOptional(raw['app-id']) !== undefined

const hasKey = (raw: RawInputs): boolean => toOptional(raw['private-key']) !== undefined

const becauseOf = (trigger: Trigger): string => {
  const why = whySecretsAreEmpty(trigger)
  return why === undefined ? '' : `: ${why}`
}

const remedyFor = (trigger: Trigger): string =>
  whySecretsAreEmpty(trigger) === undefined
    ? 'Check the name of the secret; workflows of forks and of Dependabot do not get secrets.'
    : withoutSecrets

/** Words about a token, and what they say where nobody gave them. */
const tokenWords = {
  repositories: '',
  owner: '',
  permissions: defaultPermissions,
  'secret-format': 'token',
} as const satisfies Partial<Record<InputName, string>>

/** Whoever says which token wants one: the build would fail later, with less to go by. */
const reportNoToken = (raw: RawInputs, trigger: Trigger, report: ReportProblem): void => {
  const asked = Object.entries(tokenWords).filter(([name, usual]) => {
    const value = toOptional(raw[name as InputName])
    return value !== undefined && value !== usual
  })
  if (asked.length === 0) return
  report({
    input: asked.map(([name]) => name).join(', '),
    reason: `given, but there is no token: client-id with private-key is empty, and so is github-token${becauseOf(trigger)}`,
    remedy: remedyFor(trigger),
  })
}

const reportMissingHalf = (raw: RawInputs, trigger: Trigger, report: ReportProblem): void => {
  if (hasId(raw) && !hasKey(raw)) {
    report({
      input: 'private-key',
      reason: `empty, though a client-id is given${becauseOf(trigger)}`,
      remedy: remedyFor(trigger),
    })
  }
  if (!hasId(raw) && hasKey(raw)) {
    report({
      input: 'client-id',
      reason: 'empty, though a private-key is given',
      remedy: 'Give the Client ID (or app-id) of the App that the key belongs to.',
    })
  }
}

const readGiven = (raw: RawInputs, report: ReportProblem): Secret | undefined => {
  const given = toOptional(raw['github-token'])
  if (given !== undefined && /\s/.test(given)) {
    report({
      input: 'github-token',
      reason: 'it contains white space',
      remedy: 'Pass one token and nothing else.',
    })
  }
  return given === undefined ? undefined : new Secret(given)
}

/** Several tokens fit only into what tells them apart by address. */
const severalFit: readonly SecretFormat[] = ['gitconfig', 'git-credentials']

/** What is known of the run besides its inputs. */
export type RunFacts = {
  /** `owner/name` of the repository that the workflow runs in. */
  readonly repository: string | undefined
  readonly trigger: Trigger
}

/**
 * Reads where the build's token comes from; `none` when nothing about one is said. A token that is
 * given is what is left where the App's key is not there.
 */
export const readCredentials = (
  raw: RawInputs,
  { repository, trigger }: RunFacts,
  format: SecretFormat,
  report: ReportProblem,
): Credentials => {
  const given = readGiven(raw, report)
  const app = readApp(raw, repository, report)
  if (given === undefined) reportMissingHalf(raw, trigger, report)
  if (app === undefined) {
    if (given === undefined && !hasId(raw) && !hasKey(raw)) reportNoToken(raw, trigger, report)
    if (given === undefined) return { kind: 'none' }
    const why = whySecretsAreEmpty(trigger) ?? 'the secret has no value here'
    const insteadOfApp = hasId(raw) && !hasKey(raw) ? `private-key is empty: ${why}` : undefined
    return { kind: 'given', token: given, insteadOfApp }
  }
  if (app.scopes.length > 1 && !severalFit.includes(format)) {
    report({
      input: 'repositories',
      value: app.scopes.map(({ owner }) => owner).join(', '),
      reason: `several owners need one token each, and secret-format: ${format} holds one`,
      remedy: 'Use secret-format: gitconfig, or one step for each owner.',
    })
  }
  return { kind: 'app', ...app }
}
