import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomInt,
} from 'node:crypto'
import { createLfs, type Lfs } from './lfs.ts'
import type {
  App,
  Comment,
  GitHubOptions,
  Installation,
  InstallationOptions,
  IssuedToken,
  Permissions,
  Repository,
} from './types.ts'

/** Everything the double knows; the endpoints are functions over it. */
export interface State {
  readonly apps: App[]
  readonly installations: Installation[]
  readonly repositories: Repository[]
  readonly tokens: IssuedToken[]
  readonly comments: Comment[]
  readonly lfs: Lfs
  readonly takesEmptyComments: boolean
  readonly nowMs: () => number
  readonly tokenForm: 'long' | 'short'
  readonly tokenLifetimeMs: number
}

const DEFAULT_PERMISSIONS: Permissions = { contents: 'write', metadata: 'read', packages: 'read' }

/** An empty state with one App in it. */
export function createState(options: GitHubOptions): State {
  return {
    apps: [createApp('slipway-test')],
    installations: [],
    repositories: [],
    tokens: [],
    comments: [],
    lfs: createLfs(),
    takesEmptyComments: options.takesEmptyComments ?? false,
    nowMs: () => Date.now() + (options.clockSkewMs ?? 0),
    tokenForm: options.tokenForm ?? 'long',
    tokenLifetimeMs: options.tokenLifetimeMs ?? 3_600_000,
  }
}

/** Keys by the App's name: to make one takes a fifth of a second, and tests start doubles by the dozen. */
const keys = new Map<string, KeyObject>()

function keyOf(slug: string): KeyObject {
  const key = keys.get(slug) ?? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  keys.set(slug, key)
  return key
}

/** A new App; those of one name have one key in this process. */
export function createApp(slug: string): App {
  const privateKey = keyOf(slug)
  return {
    appId: randomInt(100_000, 999_999),
    clientId: `Iv23li${randomBytes(7).toString('hex')}`,
    slug,
    privateKeyPem: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    publicKey: createPublicKey(privateKey),
  }
}

/** Installs an App on an owner and returns the live object. */
export function install(state: State, options: InstallationOptions): Installation {
  const app = options.app ?? state.apps[0]
  if (app === undefined) throw new Error('the double has no App to install')
  const installation: Installation = {
    id: 50_000_000 + state.installations.length,
    appId: app.appId,
    owner: options.owner,
    ownerType: options.ownerType ?? 'Organization',
    permissions: options.permissions ?? DEFAULT_PERMISSIONS,
    repositories: options.repositories ?? 'all',
    state: options.state ?? 'active',
  }
  state.installations.push(installation)
  return installation
}

function longToken(installationId: number): string {
  const header = { typ: 'JWT', alg: 'RS256' }
  const claims = { iss: 'github', sub: installationId, jti: randomBytes(28).toString('hex') }
  const parts = [header, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  return `ghs_${parts.join('.')}.${randomBytes(256).toString('base64url')}`
}

function shortToken(): string {
  // 36 characters without the dash and underscore of base64url, as GitHub's own.
  let body = ''
  while (body.length < 36) body += randomBytes(48).toString('base64').replaceAll(/[+/=]/g, '')
  return `ghs_${body.slice(0, 36)}`
}

/** Makes a token for an installation and remembers it. */
export function issueToken(
  state: State,
  installation: Installation,
  scope: Pick<IssuedToken, 'repositories' | 'permissions'>,
  lag: { readonly ms: number; readonly status: 401 | 403 },
): IssuedToken {
  const issuedAtMs = state.nowMs()
  const token: IssuedToken = {
    value: state.tokenForm === 'long' ? longToken(installation.id) : shortToken(),
    installationId: installation.id,
    owner: installation.owner,
    ...scope,
    issuedAtMs,
    expiresAtMs: issuedAtMs + state.tokenLifetimeMs,
    usableAtMs: issuedAtMs + lag.ms,
    lagStatus: lag.status,
    revokedAtMs: undefined,
    state: () => {
      if (token.revokedAtMs !== undefined) return 'revoked'
      return state.nowMs() >= token.expiresAtMs ? 'expired' : 'live'
    },
  }
  state.tokens.push(token)
  return token
}

/** What a token may do right now: nothing, wait, or work for an installation. */
export type TokenStanding =
  | { readonly kind: 'bad' }
  | { readonly kind: 'lagging'; readonly status: 401 | 403 }
  | { readonly kind: 'live'; readonly token: IssuedToken; readonly installation: Installation }

/** Looks a token value up. Tokens of a removed or suspended installation stop working. */
export function standingOf(state: State, value: string): TokenStanding {
  const token = state.tokens.find((candidate) => candidate.value === value)
  if (token === undefined || token.state() !== 'live') return { kind: 'bad' }
  const installation = state.installations.find(({ id }) => id === token.installationId)
  if (installation === undefined || installation.state === 'suspended') return { kind: 'bad' }
  if (state.nowMs() < token.usableAtMs) return { kind: 'lagging', status: token.lagStatus }
  return { kind: 'live', token, installation }
}

/** Names compare without regard to case, as on GitHub. */
export function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}

/** Finds a repository by owner and name. */
export function findRepository(state: State, owner: string, name: string): Repository | undefined {
  return state.repositories.find((r) => sameName(r.owner, owner) && sameName(r.name, name))
}

/** The repositories that a scope reaches, in the installation's present extent. */
export function reachable(
  state: State,
  installation: Installation,
  scope: 'all' | readonly string[],
): Repository[] {
  const within = (set: 'all' | readonly string[], name: string): boolean =>
    set === 'all' || set.some((entry) => sameName(entry, name))
  return state.repositories.filter(
    ({ owner, name }) =>
      sameName(owner, installation.owner) &&
      within(installation.repositories, name) &&
      within(scope, name),
  )
}
