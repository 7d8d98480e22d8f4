import type { SecretFormat, TokenScope } from '../inputs/credentials.ts'
import { Secret } from '../secret.ts'

/** A token, and what it reaches; a token that was given reaches what its maker knows. */
export type Credential = { readonly token: Secret; readonly scope?: TokenScope | undefined }

/**
 * The server of repositories that belongs to an API: `https://api.github.com` to github.com,
 * `https://api.SUB.ghe.com` to SUB.ghe.com, `https://HOST/api/v3` to HOST.
 */
export const toServerUrl = (apiUrl: string): string => {
  const { protocol, host } = new URL(apiUrl)
  return `${protocol}//${host.replace(/^api\./, '')}`
}

const basic = (token: Secret): string =>
  Buffer.from(`x-access-token:${token.expose()}`).toString('base64')

/**
 * Git reads the header from its configuration, so the token is in no command line: an address with a
 * password in it would be an argument of git-remote-https.
 */
const toGitConfig = (server: string, credentials: readonly Credential[]): string => {
  const { hostname } = new URL(server)
  const rewrite = [
    `[url "${server}/"]`,
    `\tinsteadOf = ssh://git@${hostname}/`,
    `\tinsteadOf = git@${hostname}:`,
  ]
  const headers = credentials.flatMap(({ token, scope }) => {
    const isOne = credentials.length === 1 || scope === undefined
    const addresses = isOne ? [`${server}/`] : scope.spellings.map((owner) => `${server}/${owner}/`)
    const header = `\textraheader = AUTHORIZATION: basic ${basic(token)}`
    return addresses.flatMap((address) => [`[http "${address}"]`, header])
  })
  return [...rewrite, ...headers, ''].join('\n')
}

/** With several owners each repository has lines of its own; git needs credential.useHttpPath then. */
const toGitCredentials = (server: string, credentials: readonly Credential[]): string => {
  const { protocol, host } = new URL(server)
  const lines = credentials.flatMap(({ token, scope }) => {
    const line = `${protocol}//x-access-token:${encodeURIComponent(token.expose())}@${host}`
    if (credentials.length === 1 || scope === undefined) return [line]
    const paths = scope.spellings.flatMap((owner) =>
      scope.repositories.map((name) => `${line}/${owner}/${name}`),
    )
    return paths.flatMap((path) => [path, `${path}.git`])
  })
  return `${lines.join('\n')}\n`
}

const toNetrc = (server: string, [first]: readonly Credential[]): string =>
  `machine ${new URL(server).hostname} login x-access-token password ${first?.token.expose()}\n`

const formats: Readonly<Record<SecretFormat, typeof toNetrc>> = {
  token: (_server, [first]) => first?.token.expose() ?? '',
  gitconfig: toGitConfig,
  'git-credentials': toGitCredentials,
  netrc: toNetrc,
}

/** What the Dockerfile finds at the token's id. */
export const formatToken = (
  format: SecretFormat,
  apiUrl: string,
  credentials: readonly Credential[],
): Secret => new Secret(formats[format](toServerUrl(apiUrl), credentials))
