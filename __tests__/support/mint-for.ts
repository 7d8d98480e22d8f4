import { createPrivateKey } from 'node:crypto'
import type { AppCredentials } from '../../src/inputs/credentials.ts'
import { Secret } from '../../src/secret.ts'
import type { Credential } from '../../src/token/formats.ts'
import { mintToken } from '../../src/token/installation-token.ts'
import type { GitHub } from './github/server.ts'

type App = AppCredentials & { readonly apiUrl: string }

/** The double's App, as inputs would name it. */
export const appOf = (github: GitHub, change: Partial<App> = {}): App => ({
  clientId: github.app.clientId,
  privateKey: new Secret(
    createPrivateKey(github.app.privateKeyPem).export({ type: 'pkcs8', format: 'pem' }).toString(),
  ),
  scopes: [],
  permissions: { contents: 'read' },
  apiUrl: github.apiUrl,
  ...change,
})

/** A real token of the double for one owner. */
export const mintFor = (
  github: GitHub,
  owner: string,
  repositories: readonly string[] = [],
): Promise<Credential> => {
  const options = { mask: () => {}, log: () => {}, signal: new AbortController().signal }
  return mintToken(appOf(github), { owner, repositories, spellings: [owner] }, options)
}
