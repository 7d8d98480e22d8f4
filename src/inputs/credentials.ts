import type { Secret } from '../secret.ts'

/** Where the token comes from that the build may use. */
export type Credentials =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'given'
      readonly token: Secret
      /** Why no token is minted although an App is named; undefined when none is. */
      readonly insteadOfApp: string | undefined
    }
  | ({ readonly kind: 'app' } & AppCredentials)

export type AppCredentials = {
  /** Client ID or App ID: GitHub takes either as the issuer of a JWT. */
  readonly clientId: string
  /** PKCS#8 PEM. */
  readonly privateKey: Secret
  /** One token each. */
  readonly scopes: readonly TokenScope[]
  /** Such as `{contents: 'read'}`. */
  readonly permissions: Readonly<Record<string, string>>
}

/** What one token may reach: GitHub mints it for one owner's installation. */
export type TokenScope = {
  readonly owner: string
  /** The owner in every spelling that a Dockerfile may use: git compares addresses letter by letter. */
  readonly spellings: readonly string[]
  /** Names without owner; empty means all repositories of the installation. */
  readonly repositories: readonly string[]
}

/** What the Dockerfile gets to see of the token. */
export type SecretFormat = 'token' | 'gitconfig' | 'git-credentials' | 'netrc'

/** A further secret of the build. */
export type BuildSecret = { readonly id: string; readonly value: Secret }
