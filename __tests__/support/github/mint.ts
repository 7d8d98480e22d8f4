import { toRepositoryJson } from './json.ts'
import { errorReply, type Reply } from './reply.ts'
import { issueToken, reachable, type State, sameName } from './state.ts'
import type { Installation, Permissions, Repository } from './types.ts'

const LEVELS = ['read', 'write', 'admin']
const NOT_ACCESSIBLE =
  'There is at least one repository that does not exist or is not accessible to the parent installation.'
const NOT_GRANTED = 'The permissions requested are not granted to this installation.'

/** The 403 of an organization that admits only listed addresses. */
export function ipBlockedReply(owner: string): Reply {
  return errorReply(
    403,
    `Although you appear to have the correct authorization credentials, the \`${owner}\` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.`,
  )
}

function isGranted(granted: Permissions, wanted: Permissions): boolean {
  return Object.entries(wanted).every(([name, level]) => {
    const have = name === 'metadata' ? 'read' : granted[name]
    return have !== undefined && LEVELS.indexOf(level) <= LEVELS.indexOf(have)
  })
}

type Scope<T> = { readonly ok: T } | { readonly refusal: Reply }

function permissionScope(installation: Installation, body: Record<string, unknown>) {
  const wanted = body['permissions']
  if (wanted === undefined || wanted === null) return { ok: installation.permissions }
  const entries = typeof wanted === 'object' ? Object.entries(wanted) : undefined
  if (entries?.every(([, level]) => LEVELS.includes(String(level))) !== true) {
    return { refusal: errorReply(422, 'Invalid request.') }
  }
  const permissions = Object.fromEntries(entries.map(([name, level]) => [name, String(level)]))
  return isGranted(installation.permissions, permissions)
    ? { ok: { ...permissions, metadata: 'read' } }
    : { refusal: errorReply(422, NOT_GRANTED) }
}

function repositoryScope(
  covered: readonly Repository[],
  body: Record<string, unknown>,
): Scope<'all' | string[]> {
  const names = body['repositories']
  const ids = body['repository_ids']
  if (names === undefined && ids === undefined) return { ok: 'all' }
  const wanted = [
    ...(Array.isArray(names) ? names : []).map(
      (name) => (r: Repository) => sameName(r.name, `${name}`),
    ),
    ...(Array.isArray(ids) ? ids : []).map((id) => (r: Repository) => r.id === id),
  ]
  const found = wanted.map((matches) => covered.find(matches))
  const known = found.filter((repository) => repository !== undefined)
  if (known.length === 0 || known.length < wanted.length) {
    return { refusal: errorReply(422, NOT_ACCESSIBLE) }
  }
  return { ok: [...new Set(known.map(({ name }) => name))] }
}

/** POST /app/installations/ID/access_tokens */
export function mintToken(
  state: State,
  installation: Installation,
  requestBody: unknown,
  lag: { readonly ms: number; readonly status: 401 | 403 },
): Reply {
  if (installation.state === 'suspended') {
    return errorReply(403, 'This installation has been suspended')
  }
  if (installation.state === 'ip-blocked') return ipBlockedReply(installation.owner)
  const body = (
    typeof requestBody === 'object' && requestBody !== null ? requestBody : {}
  ) as Record<string, unknown>
  const repositories = repositoryScope(reachable(state, installation, 'all'), body)
  if ('refusal' in repositories) return repositories.refusal
  const permissions = permissionScope(installation, body)
  if ('refusal' in permissions) return permissions.refusal
  const scope = { repositories: repositories.ok, permissions: permissions.ok }
  const token = issueToken(state, installation, scope, lag)
  const selected = scope.repositories !== 'all' || installation.repositories !== 'all'
  return {
    status: 201,
    body: {
      token: token.value,
      expires_at: `${new Date(token.expiresAtMs).toISOString().slice(0, 19)}Z`,
      permissions: token.permissions,
      repository_selection: selected ? 'selected' : 'all',
      ...(scope.repositories === 'all'
        ? {}
        : {
            repositories: reachable(state, installation, scope.repositories).map(toRepositoryJson),
          }),
    },
  }
}
