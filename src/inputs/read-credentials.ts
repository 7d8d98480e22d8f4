import { isIPv4 } from 'node:net'
import { Secret } from '../secret.ts'
import type { Credentials, SecretFormat } from './credentials.ts'
import { defaults } from './raw-inputs.ts'
import { readApp } from './read-app.ts'
import type { Reader } from './reader.ts'
import { whySecretsAreEmpty, withoutSecrets } from './trigger.ts'

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
export const readApiUrl = ({ text, report }: Reader): string => {
  const given = text('github-api-url') ?? 'https://api.github.com'
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url === undefined || !isApiUrl(url)) {
    const how = 'Write https://HOST/api/v3 for GitHub Enterprise Server, or leave it out.'
    const shown = given.replace(/\/\/[^/]*@/, '//***@')
    report('github-api-url', `not an https URL, or more than a host and a path. ${how}`, shown)
  }
  // What was checked is what is used.
  return (url?.href ?? given).replace(/\/+$/, '')
}

/** Words about a token. */
const tokenWords = ['repositories', 'owner', 'permissions', 'secret-format'] as const

/** Half of an App, or whoever says which token wants one: the build would fail later, with less to go by. */
const reportMissing = ({ run, text, report }: Reader): void => {
  const hasId = (text('client-id') ?? text('app-id')) !== undefined
  const hasKey = text('private-key') !== undefined
  const why = whySecretsAreEmpty(run.trigger)
  const because = why === undefined ? '' : `: ${why}`
  const how =
    why === undefined
      ? 'Check the name of the secret; workflows of forks and of Dependabot do not get secrets.'
      : withoutSecrets
  const asked = tokenWords.filter((name) => (text(name) ?? defaults[name]) !== defaults[name])
  if (hasId && !hasKey) {
    report('private-key', `empty, though a client-id is given${because}. ${how}`)
  } else if (hasKey && !hasId) {
    const which = 'Give the Client ID (or app-id) of the App that the key belongs to.'
    report('client-id', `empty, though a private-key is given. ${which}`)
  } else if (!hasId && asked.length > 0) {
    const what = `client-id with private-key is empty, and so is github-token${because}`
    report(asked.join(', '), `given, but there is no token: ${what}. ${how}`)
  }
}

const readGiven = ({ text, report }: Reader): Secret | undefined => {
  const given = text('github-token')
  if (given === undefined) return undefined
  if (/\s/.test(given)) {
    report('github-token', 'it contains white space. Pass one token and nothing else.')
  }
  return new Secret(given)
}

/** Several tokens fit only into what tells them apart by address. */
const severalFit: readonly SecretFormat[] = ['gitconfig', 'git-credentials']

/**
 * Reads where the build's token comes from; `none` when nothing about one is said. A token that is
 * given is what is left where the App's key is not there.
 */
export const readCredentials = (reader: Reader, format: SecretFormat): Credentials => {
  const { run, text, report } = reader
  const given = readGiven(reader)
  const app = readApp(reader)
  if (given === undefined) reportMissing(reader)
  if (app === undefined) {
    if (given === undefined) return { kind: 'none' }
    const isNamed = (text('client-id') ?? text('app-id')) !== undefined
    const why = whySecretsAreEmpty(run.trigger) ?? 'the secret has no value here'
    const isHalf = isNamed && text('private-key') === undefined
    const insteadOfApp = isHalf ? `private-key is empty: ${why}` : undefined
    return { kind: 'given', token: given, insteadOfApp }
  }
  if (app.scopes.length > 1 && !severalFit.includes(format)) {
    report(
      'repositories',
      `several owners need one token each, and secret-format: ${format} holds one. Use secret-format: gitconfig, or one step for each owner.`,
      app.scopes.map(({ owner }) => owner).join(', '),
    )
  }
  return { kind: 'app', ...app }
}
