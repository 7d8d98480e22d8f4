import type { BuildSecret } from '../inputs/credentials.ts'
import { type Credential, toServerUrl } from './formats.ts'

/** The address of a context on a server; undefined for what is elsewhere, or no address. */
const toAddress = (context: string, server: URL): URL | undefined => {
  // GitHub's old short form.
  const address = /^github\.com\//.test(context) ? `https://${context}` : context
  if (!URL.canParse(address)) return undefined
  const url = new URL(address)
  return url.protocol === server.protocol && url.host === server.host ? url : undefined
}

/**
 * The token by which BuildKit fetches contexts in Git, under the name that it has for one server. It is
 * nobody else's: BuildKit sends it to that server alone.
 *
 * @param contexts of one build
 */
export const toGitAuth = (
  apiUrl: string,
  contexts: readonly string[],
  credentials: readonly Credential[],
): readonly BuildSecret[] => {
  const server = new URL(toServerUrl(apiUrl))
  const owners = contexts.flatMap((context) => {
    const [, owner] = toAddress(context, server)?.pathname.split('/') ?? []
    return owner === undefined ? [] : [owner.toLowerCase()]
  })
  if (owners.length === 0) return []
  const [only] = credentials
  const found =
    credentials.length === 1
      ? only
      : credentials.find(({ scope }) => scope && owners.includes(scope.owner.toLowerCase()))
  return found === undefined ? [] : [{ id: `GIT_AUTH_TOKEN.${server.host}`, value: found.token }]
}
