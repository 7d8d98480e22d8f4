import type { State } from './state.ts'
import type { App, Installation, Repository } from './types.ts'

/** A repository as the API shows it; only the fields that clients read. */
export function toRepositoryJson(repository: Repository): Record<string, unknown> {
  const fullName = `${repository.owner}/${repository.name}`
  return {
    id: repository.id,
    name: repository.name,
    full_name: fullName,
    private: true,
    owner: { login: repository.owner },
    default_branch: 'main',
  }
}

/** An App as `GET /app` shows it. */
export function toAppJson(state: State, app: App): Record<string, unknown> {
  const count = state.installations.filter(({ appId }) => appId === app.appId).length
  return {
    id: app.appId,
    client_id: app.clientId,
    slug: app.slug,
    name: app.slug,
    installations_count: count,
    permissions: { contents: 'write', metadata: 'read', packages: 'read' },
    events: [],
  }
}

/** An installation as the three lookups show it. */
export function toInstallationJson(
  state: State,
  installation: Installation,
): Record<string, unknown> {
  const app = state.apps.find(({ appId }) => appId === installation.appId)
  return {
    id: installation.id,
    app_id: installation.appId,
    client_id: app?.clientId,
    app_slug: app?.slug,
    account: { login: installation.owner, type: installation.ownerType },
    target_type: installation.ownerType,
    repository_selection: installation.repositories === 'all' ? 'all' : 'selected',
    permissions: installation.permissions,
    suspended_at: installation.state === 'suspended' ? '2026-01-01T00:00:00Z' : null,
  }
}
