import type { KeyObject } from 'node:crypto'

/** Permission name to level, as in GitHub's App API. */
export type Permissions = Readonly<Record<string, string>>

/** A GitHub App known to the double. The key is fresh at every start. */
export interface App {
  readonly appId: number
  readonly clientId: string
  readonly slug: string
  /** PKCS#1, the form that GitHub hands out. */
  readonly privateKeyPem: string
  readonly publicKey: KeyObject
}

export type InstallationState = 'active' | 'suspended' | 'ip-blocked'

/** One App on one owner. Tests may change `state` and `permissions` at any time. */
export interface Installation {
  readonly id: number
  readonly appId: number
  readonly owner: string
  readonly ownerType: 'Organization' | 'User'
  permissions: Permissions
  /** 'all' covers every repository of the owner, an array only the named ones (without owner). */
  repositories: 'all' | readonly string[]
  state: InstallationState
}

/** What a test gives to install an App; everything but the owner has a default. */
export interface InstallationOptions {
  readonly owner: string
  readonly ownerType?: 'Organization' | 'User'
  readonly permissions?: Permissions
  readonly repositories?: 'all' | readonly string[]
  readonly state?: InstallationState
  readonly app?: App
}

/** A token that was handed out. `state()` is computed, because time also ends a token. */
export interface IssuedToken {
  readonly value: string
  readonly installationId: number
  readonly owner: string
  /** Repository names without owner, or 'all'. */
  readonly repositories: 'all' | readonly string[]
  readonly permissions: Permissions
  readonly issuedAtMs: number
  readonly expiresAtMs: number
  /** Before this moment the token answers with `lagStatus`, as fresh tokens sometimes do. */
  readonly usableAtMs: number
  readonly lagStatus: 401 | 403
  revokedAtMs: number | undefined
  readonly state: () => 'live' | 'revoked' | 'expired'
}

export type AuthKind = 'jwt' | 'token' | 'basic' | 'none'

/** One request as it arrived; nothing is hidden, a leak test needs the raw header. */
export interface RecordedRequest {
  readonly method: string
  /** Path with query, without the GHES prefix. */
  readonly path: string
  /** The path as the client sent it. */
  readonly rawPath: string
  readonly at: Date
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly authKind: AuthKind
  /** Parsed JSON, or the text when it is none; undefined for git and empty bodies. */
  body: unknown
  /** 0 as long as nothing was answered (hang, reset). */
  status: number
  /** The kind of the fault that was applied. */
  fault: string | undefined
}

/** Files of a repository's first commit: path to content. */
export type RepositoryFiles = Readonly<Record<string, string | Uint8Array>>

/** A comment on a pull request, as the API shows it. */
export interface Comment {
  readonly id: number
  /** Such as `acme/api#7`; the API has an address there. */
  readonly thread: string
  body: string
  readonly user: { readonly login: string; readonly id: number; readonly type: 'Bot' | 'User' }
}

export interface Repository {
  readonly id: number
  readonly owner: string
  readonly name: string
  readonly gitDir: string
}

export interface GitHubOptions {
  /** Default 127.0.0.1 and a free port. */
  readonly host?: string
  readonly port?: number
  /** Default: organization `acme`, all repositories, contents write, metadata and packages read. */
  readonly installations?: readonly InstallationOptions[]
  /** `owner/name` to files. Default: acme/private-one, acme/private-two, acme/api. */
  readonly repositories?: Readonly<Record<string, RepositoryFiles>>
  /** Default 'long' (about 520 characters, with dots); 'short' has 40, as GHES. */
  readonly tokenForm?: 'long' | 'short'
  /** Default one hour. */
  readonly tokenLifetimeMs?: number
  /** How far the whole server's clock is ahead of ours: verification and Date header. */
  readonly clockSkewMs?: number
  /** GitHub refuses them; default false. */
  readonly takesEmptyComments?: boolean
}
