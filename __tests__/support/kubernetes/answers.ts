import discovery from './discovery.json' with { type: 'json' }

/** What the API has of one kind; the double does not look inside, but for names. */
export type ApiObject = {
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

export type ApiObjects = Readonly<Record<'pods' | 'events' | 'nodes', readonly ApiObject[]>>

export type Asked = {
  readonly method: string
  readonly url: string
  /** `undefined` asks as `system:anonymous`; `invalid` showed a token that nobody knows. */
  readonly user: string | undefined
}

export type Answer = { readonly status: number; readonly body: unknown }

/** As the API server writes it. */
export const refuse = (code: number, reason: string, message: string, details = {}): Answer => ({
  status: code,
  body: {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    details,
    code,
  },
})

const notFound = refuse(404, 'NotFound', 'the server could not find the requested resource')

/** What kubeadm's clusters tell everybody. */
const isPublic = (path: string): boolean =>
  ['/healthz', '/livez', '/readyz', '/version'].includes(path)

/** What is told to every user that is somebody. */
const isDiscovery = (path: string): boolean => path in discovery

const forbid = (path: string, user: string): Answer => {
  const resource = /^\/api\/v1\/(?:namespaces\/[^/]+\/)?(\w+)$/.exec(path)?.[1]
  const act =
    resource === undefined
      ? `cannot get path "${path}"`
      : `cannot list resource "${resource}" in API group "" at the cluster scope`
  const what = resource === undefined ? 'forbidden' : `${resource} is forbidden`
  return refuse(403, 'Forbidden', `${what}: User "${user}" ${act}`)
}

const listKinds = { pods: 'PodList', events: 'EventList', nodes: 'NodeList' } as const

/** In pieces, as kubectl asks for them. */
const list = (resource: keyof ApiObjects, all: readonly ApiObject[], query: URLSearchParams) => {
  const from = Number(query.get('continue') ?? 0)
  const to = from + (Number(query.get('limit') ?? 0) || all.length)
  const rest = all.length - to
  const more = rest > 0 ? { continue: String(to), remainingItemCount: rest } : {}
  const metadata = { resourceVersion: '4711', ...more }
  const items = all.slice(from, to)
  return { status: 200, body: { kind: listKinds[resource], apiVersion: 'v1', metadata, items } }
}

const resourcePattern = /^\/api\/v1\/(?:namespaces\/(?<namespace>[^/]+)\/)?(?<resource>\w+)$/

/** What the API server answers, to whom it should. */
export const answerRequest = (objects: ApiObjects, { method, url, user }: Asked): Answer => {
  const { pathname, searchParams } = new URL(url, 'https://kubernetes')
  if (user === 'invalid') return refuse(401, 'Unauthorized', 'Unauthorized')
  if (user === undefined && !isPublic(pathname)) return forbid(pathname, 'system:anonymous')
  // A pod's own account may read nothing by itself: nobody bound a role to it.
  if (user?.startsWith('system:serviceaccount:') && !isPublic(pathname) && !isDiscovery(pathname)) {
    return forbid(pathname, user)
  }
  if (method !== 'GET') {
    const message = 'the server does not allow this method on the requested resource'
    return refuse(405, 'MethodNotAllowed', message)
  }
  const known = (discovery as Readonly<Record<string, unknown>>)[pathname]
  if (known !== undefined) return { status: 200, body: known }
  const { namespace, resource = '' } = resourcePattern.exec(pathname)?.groups ?? {}
  if (!(resource in listKinds)) return notFound
  const kind = resource as keyof ApiObjects
  const all = objects[kind].filter(
    ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
  )
  return list(kind, all, searchParams)
}
