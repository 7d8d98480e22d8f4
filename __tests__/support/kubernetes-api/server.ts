import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { refuse } from '../kubernetes/answers.ts'
import { makeCertificates } from '../kubernetes/certificates.ts'
import { createControllers, keyOf, type Store } from './controllers.ts'
import { serveExec } from './exec.ts'
import { isResource, type Kept, kindOf, type Resource, readObject } from './objects.ts'
import type { Obstacle } from './pods.ts'
import { findInvalid, forbid, notFound, qualify, type Refusal } from './refuse.ts'

const user = 'system:serviceaccount:ci:builder'

const pattern =
  /^\/(?:api\/v1|apis\/apps\/v1)\/namespaces\/(?<namespace>[^/]+)\/(?<resource>\w+)(?:\/(?<name>[^/]+))?(?<exec>\/exec)?$/

type Asked = {
  readonly method: string
  readonly namespace: string
  readonly resource: Resource
  readonly name: string | undefined
  readonly query: URLSearchParams
  readonly body: Buffer
}

const verbs: Readonly<Record<string, string>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  DELETE: 'delete',
}

/** `a`, `a=b` or `a==b`, all of which have to hold. */
const isSelected = (fields: Readonly<Record<string, unknown>>, selector: string | null): boolean =>
  (selector ?? '')
    .split(',')
    .filter(Boolean)
    .every((part) => {
      const [key = '', value] = part.split(/==?/)
      return value === undefined ? key in fields : fields[key] === value
    })

const toEventFields = (object: Kept): Readonly<Record<string, unknown>> => {
  const involved = (object['involvedObject'] ?? {}) as Readonly<Record<string, unknown>>
  return {
    'metadata.name': object.metadata.name,
    type: object['type'],
    reason: object['reason'],
    'involvedObject.name': involved['name'],
    'involvedObject.kind': involved['kind'],
  }
}

/** A running double of a cluster's API server, and of all that starts a builder's pods. */
export type KubernetesApi = Awaited<ReturnType<typeof startKubernetesApi>>

/** Starts it on this machine alone. Pods are containers of the testbed's engine. */
export const startKubernetesApi = async (namespaces: readonly string[] = ['default']) => {
  const folder = await mkdtemp(join(tmpdir(), 'kubernetes-api-'))
  const { ca, server: own } = await makeCertificates(folder)
  await rm(folder, { recursive: true })
  const token = randomBytes(16).toString('hex')
  const store: Store = new Map()
  const controllers = createControllers(store)
  const denied = new Set<string>()
  const requests: string[] = []
  const made: Kept[] = []
  const execs = new Set<Duplex>()

  const list = ({ resource, namespace, query }: Asked) => {
    const items = [...store]
      .filter(([key]) => key.startsWith(`${resource}/${namespace}/`))
      .map(([, object]) => object)
      .filter(({ metadata }) => isSelected(metadata.labels, query.get('labelSelector')))
      .filter((object) => isSelected(toEventFields(object), query.get('fieldSelector')))
    const { kind, apiVersion } = kindOf(resource)
    return { status: 200, body: { kind: `${kind}List`, apiVersion, metadata: {}, items } }
  }

  const isSet = (resource: Resource): resource is 'deployments' | 'statefulsets' =>
    resource === 'deployments' || resource === 'statefulsets'

  const make = ({ resource, namespace, body }: Asked): Refusal => {
    const object = readObject(resource, body, namespace)
    const invalid = findInvalid(resource, object)
    if (invalid !== undefined) return invalid
    const { name } = object.metadata
    const key = keyOf(resource, namespace, name)
    if (store.has(key))
      return refuse(409, 'AlreadyExists', `${qualify(resource)} "${name}" already exists`)
    store.set(key, object)
    made.push(object)
    if (isSet(resource)) controllers.onMade({ resource, object })
    return { status: 201, body: object }
  }

  const answer = (asked: Asked): Refusal => {
    const { method, resource, namespace, name, body } = asked
    const verb = method === 'GET' && name === undefined ? 'list' : (verbs[method] ?? '')
    if (denied.has(`${verb} ${resource}`)) return forbid(user, verb, resource, namespace, name)
    if (!namespaces.includes(namespace)) {
      return verb === 'list'
        ? list(asked)
        : notFound(name === undefined ? 'namespaces' : resource, name ?? namespace)
    }
    if (verb === 'list') return list(asked)
    if (verb === 'create') return make(asked)
    const key = keyOf(resource, namespace, name ?? '')
    const object = store.get(key)
    if (object === undefined) return notFound(resource, name ?? '')
    if (verb === 'get') {
      return { status: 200, body: isSet(resource) ? controllers.toCurrent(object) : object }
    }
    if (verb === 'update') {
      const next = readObject(resource, body, namespace)
      store.set(key, next)
      return { status: 200, body: next }
    }
    if (verb !== 'delete')
      return refuse(
        405,
        'MethodNotAllowed',
        'the server does not allow this method on the requested resource',
      )
    store.delete(key)
    if (isSet(resource)) controllers.onRemoved(object)
    return {
      status: 200,
      body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' },
    }
  }

  /** Undefined for who may ask. */
  const authenticate = ({ headers }: IncomingMessage): Refusal | undefined => {
    if (headers.authorization === `Bearer ${token}`) return undefined
    if (headers.authorization !== undefined) return refuse(401, 'Unauthorized', 'Unauthorized')
    return refuse(403, 'Forbidden', 'forbidden: User "system:anonymous" cannot get path')
  }

  const server = createServer({ ...own, ca }, async (request, response) => {
    const { method = 'GET', url = '/' } = request
    const { pathname, searchParams: query } = new URL(url, 'https://kubernetes')
    requests.push(`${method} ${url}`)
    // A client that is ended breaks off.
    const body = await buffer(request).catch(() => undefined)
    if (body === undefined) return
    const { namespace = '', resource = '', name, exec } = pattern.exec(pathname)?.groups ?? {}
    const known =
      isResource(resource) && exec === undefined
        ? () => answer({ method, namespace, resource, name, query, body })
        : () => refuse(404, 'NotFound', 'the server could not find the requested resource')
    const { status, body: said } = authenticate(request) ?? known()
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(said))
  })

  const refuseExec = (socket: Duplex, { status, body }: Refusal): void => {
    const text = JSON.stringify(body)
    const head = `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n`
    socket.end(head + text)
  }

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://kubernetes')
    requests.push(`EXEC ${pathname}`)
    socket.on('error', () => {})
    const { namespace = '', name = '', exec } = pattern.exec(pathname)?.groups ?? {}
    const pod = controllers.pods.get(name)
    const refusal =
      authenticate(request) ??
      (denied.has('create pods/exec')
        ? forbid(user, 'create', 'pods/exec', namespace, name)
        : pod === undefined || exec === undefined
          ? notFound('pods', name)
          : undefined)
    if (refusal !== undefined) return refuseExec(socket, refusal)
    if (!/^spdy\/3\.1$/i.test(request.headers.upgrade ?? '')) {
      return refuseExec(socket, refuse(400, 'BadRequest', 'you must specify SPDY/3.1'))
    }
    execs.add(socket)
    socket.on('close', () => execs.delete(socket))
    const argv = ['docker', 'exec', '--interactive', pod?.container ?? '']
    serveExec(socket, head, [...argv, ...searchParams.getAll('command')])
  })

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const owners = () =>
    [...store].flatMap(([key, object]) => {
      const resource = key.split('/')[0] ?? ''
      return isResource(resource) && isSet(resource) ? [{ resource, object }] : []
    })

  return {
    /** What makes this server the current context, as `kind` writes it; others may be beside it. */
    kubeconfig: (more = ''): string => `apiVersion: v1
kind: Config
preferences: {}
clusters:
- name: double
  cluster:
    certificate-authority-data: ${Buffer.from(ca).toString('base64')}
    server: https://127.0.0.1:${port}
    tls-server-name: kubernetes
contexts:
- name: double
  context: {cluster: double, user: builder}
users:
- name: builder
  user:
    token: "${token}"
current-context: double
${more}`,
    ca,
    token,
    requests,
    /** What clients have made, in order, also what has gone since. */
    made,
    /** Resource and name of all there is, without events. */
    names: (): readonly string[] =>
      [...store.keys()]
        .filter((key) => !key.startsWith('events/'))
        .map((key) => key.replace(/\/[^/]+\//, '/'))
        .toSorted(),
    all: (resource: Resource): readonly Kept[] =>
      [...store].flatMap(([key, object]) => (key.startsWith(`${resource}/`) ? [object] : [])),
    put: (resource: Resource, object: Pick<Kept, 'metadata'>): void => {
      const { namespace, name } = object.metadata
      store.set(keyOf(resource, namespace, name), { ...kindOf(resource), ...object })
    },
    clear: () => store.clear(),
    /** Such as `create pods/exec`. */
    deny: (...acts: readonly string[]): void => {
      denied.clear()
      for (const act of acts) denied.add(act)
    },
    setObstacle: (obstacle: Obstacle | undefined): void => controllers.setObstacle(obstacle),
    /** Ends all pods as a node's failure does, their connections first. */
    evict: async (): Promise<void> => {
      for (const socket of execs) socket.destroy()
      await controllers.evict(owners())
    },
    stop: async (): Promise<void> => {
      for (const socket of execs) socket.destroy()
      await controllers.stop()
      // One that has come meanwhile would be waited for.
      for (const socket of execs) socket.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
