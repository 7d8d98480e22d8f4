import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A registry that forgets all at its end. */
export type Registry = {
  /** Docker speaks plain HTTP with what is on the loopback. */
  readonly host: string
  /** What `auths` of a config.json says of a login. */
  readonly auth: string
  /** Who asked for a token, and whether it was given. */
  readonly logins: readonly boolean[]
  /** Names of what was pushed: tags and digests. */
  readonly names: () => readonly string[]
  /** Answers everything with this status, until it is told to go on. */
  readonly failWith: (status: number | undefined) => void
  /** Loses the layers of all that has names, as a rule for old ones may. */
  readonly loseLayers: () => void
  readonly stop: () => Promise<void>
}

type Stored = { readonly type: string; readonly body: Buffer }

const digestOf = (body: Buffer): string =>
  `sha256:${createHash('sha256').update(body).digest('hex')}`

const send = (response: ServerResponse, status: number, headers = {}, body?: Buffer): void => {
  response.writeHead(status, { 'content-length': body?.length ?? 0, ...headers })
  response.end(body)
}

const sendStored = (response: ServerResponse, isHead: boolean, stored?: Stored): void => {
  if (stored === undefined) {
    send(response, 404)
    return
  }
  const { type, body } = stored
  const headers = {
    'content-type': type,
    'docker-content-digest': digestOf(body),
    'content-length': body.length,
  }
  send(response, 200, headers, isHead ? undefined : body)
}

/** Whether all is there that a manifest, or an index of some, is made of. */
const isWhole = (store: Map<string, Stored>, body: Buffer): boolean => {
  type Part = { readonly digest: string }
  const {
    config,
    layers = [],
    manifests = [],
  } = JSON.parse(body.toString()) as {
    readonly config?: Part
    readonly layers?: readonly Part[]
    readonly manifests?: readonly Part[]
  }
  const parts = [...(config === undefined ? [] : [config]), ...layers, ...manifests]
  return parts.every(({ digest }) => store.has(digest))
}

const layersOf = (manifest: Buffer): readonly string[] => {
  type Listed = { readonly layers?: readonly { readonly digest: string }[] }
  const { layers = [] } = JSON.parse(manifest.toString()) as Listed
  return layers.map(({ digest }) => digest)
}

/** BuildKit's older form of a cache, which Amazon's registry and others refuse. */
const isCacheIndex = (body: Buffer): boolean => {
  type Listed = { readonly manifests?: readonly { readonly mediaType?: string }[] }
  const { manifests = [] } = JSON.parse(body.toString()) as Listed
  return manifests.some(({ mediaType }) => mediaType?.startsWith('application/vnd.buildkit.cache'))
}

/** What `docker push`, and pulls of Docker and BuildKit, need of the distribution API. */
const serve = async (
  store: Map<string, Stored>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const url = new URL(request.url ?? '/', 'http://registry')
  const [, kind, name = ''] =
    /\/(blobs\/uploads|blobs|manifests)\/([^/]*)$/.exec(url.pathname) ?? []
  const isHead = request.method === 'HEAD'
  if (kind === undefined) return send(response, 200)
  if (isHead || request.method === 'GET') return sendStored(response, isHead, store.get(name))
  const isUpload = kind !== 'manifests'
  // An upload comes in pieces, and has its name at their end; a manifest replaces what had its name.
  const begun = isUpload ? store.get(name)?.body : undefined
  const body = Buffer.concat([begun ?? Buffer.alloc(0), await buffer(request)])
  if (isUpload && request.method !== 'PUT') {
    const upload = name || randomBytes(8).toString('hex')
    store.set(upload, { type: '', body })
    const location = `${url.pathname.replace(/uploads\/.*$/, 'uploads/')}${upload}`
    return send(response, 202, { location, range: `0-${Math.max(0, body.length - 1)}` })
  }
  const digest = digestOf(body)
  const isAsPromised = isUpload
    ? url.searchParams.get('digest') === digest
    : (!name.startsWith('sha256:') || name === digest) &&
      isWhole(store, body) &&
      !isCacheIndex(body)
  if (!isAsPromised) return send(response, 400)
  const stored = { type: request.headers['content-type'] ?? 'application/octet-stream', body }
  for (const each of isUpload ? [digest] : [digest, name]) store.set(each, stored)
  send(response, 201, { 'docker-content-digest': digest })
}

/**
 * Starts one that wants a token from all, as the big ones do: a private one gives it to whoever has
 * the login, a public one to everybody.
 */
export const startRegistry = async (kind: 'private' | 'public'): Promise<Registry> => {
  const store = new Map<string, Stored>()
  const logins: boolean[] = []
  const token = randomBytes(16).toString('hex')
  const auth = Buffer.from(`robot:${randomBytes(12).toString('hex')}`).toString('base64')
  let failing: number | undefined
  const server = createServer((request, response) => {
    if (failing !== undefined) return send(response, failing)
    const { authorization } = request.headers
    if (request.url?.startsWith('/token')) {
      const isKnown = authorization === `Basic ${auth}`
      logins.push(isKnown)
      const isWelcome = isKnown || kind === 'public'
      const answer = Buffer.from(JSON.stringify({ token, access_token: token }))
      return send(response, isWelcome ? 200 : 401, {}, isWelcome ? answer : undefined)
    }
    if (authorization === `Bearer ${token}`) {
      // A client that is ended breaks off what it pushes.
      serve(store, request, response).catch(() => response.destroy())
      return
    }
    const challenge = `Bearer realm="http://${host}/token",service="registry"`
    send(response, 401, { 'www-authenticate': challenge })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  const failWith = (status: number | undefined): void => {
    failing = status
  }
  const loseLayers = (): void => {
    for (const { type, body } of [...store.values()])
      if (/manifest/.test(type)) for (const layer of layersOf(body)) store.delete(layer)
  }
  return { host, auth, logins, names: () => [...store.keys()], failWith, loseLayers, stop }
}
