import { Secret } from '../secret.ts'
import type { Credentials, SecretFormat } from './inputs.ts'
import { parseBoolean, toOptional } from './parsers.ts'
import type { ReportProblem } from './problems.ts'
import type { RawInputs } from './raw-inputs.ts'
import { readApp } from './read-app.ts'
import { isUntrusted, type Trigger, whySecretsAreEmpty } from './trigger.ts'

/** Reads where GitHub's API is. */
export const readApiUrl = (raw: RawInputs, report: ReportProblem): string => {
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

const hasId = (raw: RawInputs): boolean =>
  toOptional(raw['client-id']) !== undefined || toOptional(raw['app-id']) !== undefined

const hasKey = (raw: RawInputs): boolean => toOptional(raw['private-key']) !== undefined

const reportMissingHalf = (raw: RawInputs, trigger: Trigger, report: ReportProblem): void => {
  if (hasId(raw) && !hasKey(raw)) {
    const why = whySecretsAreEmpty(trigger)
    report({
      input: 'private-key',
      reason: `empty, though a client-id is given${why === undefined ? '' : `: ${why}`}`,
      remedy:
        why === undefined
          ? 'Check the name of the secret; workflows of forks and of Dependabot do not get secrets.'
          : "Give github-token as well (such as the job's own): it is used where the key is empty.",
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
  const isAllowed = parseBoolean('allow-untrusted-trigger', raw['allow-untrusted-trigger'], report)
  const app = readApp(raw, repository, report)
  if (given === undefined) reportMissingHalf(raw, trigger, report)
  if (app === undefined) {
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
  if (isUntrusted(trigger) && !isAllowed) {
    report({
      input: 'allow-untrusted-trigger',
      reason: `${trigger.event} runs for a fork's code here, and its Dockerfile would see the token`,
      remedy:
        'Build such code on pull_request without secrets, or set it to true if only trusted code is built.',
    })
  }
  return { kind: 'app', ...app }
}
