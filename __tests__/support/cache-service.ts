import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import {
  answerBlob,
  type Body,
  blobUrl,
  type CacheEntry,
  create,
  type Desk,
  findBlob,
  findEntry,
  ok,
  type Reply,
  twirpError,
} from './cache-desk.ts'
import { answerOlder, isOlder } from './older-cache-service.ts'

export type CacheRequest = {
  /** Such as `CreateCacheEntry`, `PUT blob` or `GET blob`. */
  readonly name: string
  readonly body: Readonly<Record<string, unknown>>
  readonly status: number | 'hung'
  /** Of the entry whose blob was asked for. */
  readonly key?: string
}

export type CacheService = {
  /** For ACTIONS_RESULTS_URL. */
  readonly resultsUrl: string
  /** For ACTIONS_CACHE_URL. */
  readonly olderUrl: string
  /** For ACTIONS_RUNTIME_TOKEN: the only one that is taken. */
  readonly token: string
  /** Oldest first; tests may change them. */
  readonly entries: CacheEntry[]
  readonly requests: readonly CacheRequest[]
  /** Read-only as for untrusted triggers: it finds, and refuses to create. Hanging: no answers. */
  mode: 'normal' | 'read-only' | 'hanging'
  /** What a request waits for before it changes anything; one that is cut changes nothing, and has no answer. */
  hold: (request: Pick<CacheRequest, 'name' | 'key'>) => Promise<'go' | 'cut'> | undefined
  /** Closes every connection, hanging ones too. */
  readonly stop: () => Promise<void>
}

const finalize = (desk: Desk, { key, version, size_bytes }: Body): Reply => {
  const entry = desk.entries.find((other) => other.key === key && other.version === version)
  if (entry?.content === undefined) return twirpError(404, 'not_found', 'no such upload')
  // As a text or a number: Protobuf's JSON takes both.
  if (String(size_bytes) !== `${entry.content.length}`)
    return ok({ ok: false, message: 'wrong size' })
  entry.isFinal = true
  return ok({ ok: true, entry_id: `${entry.id}` })
}

const find = (desk: Desk, { key, restore_keys = [], version }: Body): Reply => {
  const entry = findEntry(desk, [key, ...(restore_keys as readonly unknown[])], version)
  if (entry === undefined) return ok({ ok: false })
  return ok({ ok: true, signed_download_url: blobUrl(desk, entry), matched_key: entry.key })
}

const methods: Readonly<Record<string, (desk: Desk, body: Body) => Reply>> = {
  CreateCacheEntry: create,
  FinalizeCacheEntryUpload: finalize,
  GetCacheEntryDownloadURL: find,
}

const answerTwirp = (desk: Desk, request: IncomingMessage, name: string, body: Body): Reply => {
  if (request.headers.authorization !== `Bearer ${desk.token}`) {
    return twirpError(401, 'unauthenticated', 'this is not the token of a job')
  }
  const method = request.method === 'POST' ? methods[name] : undefined
  return method?.(desk, body) ?? twirpError(404, 'bad_route', `no method ${name}`)
}

/** Waits until so many bytes more may have been moved. */
export type Pace = (bytes: number) => Promise<void>

const readBody = async (request: IncomingMessage, pace: Pace | undefined): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) {
    chunks.push(chunk as Buffer)
    await pace?.((chunk as Buffer).length)
  }
  return Buffer.concat(chunks)
}

const sliceBytes = 256 * 1_024

const sliceAt = async function* (content: Buffer, pace: Pace): AsyncGenerator<Buffer> {
  for (let from = 0; from < content.length; from += sliceBytes) {
    const slice = content.subarray(from, from + sliceBytes)
    await pace(slice.length)
    yield slice
  }
}

const twirpPath = '/twirp/github.actions.results.api.v1.CacheService/'

/** A JWT, into which BuildKit looks for the branch that it may write for. Nobody checks its signature. */
export const createToken = (secondsLeft = 6 * 60 * 60): string => {
  const nowSeconds = Math.floor(Date.now() / 1_000)
  const ac = JSON.stringify([{ Scope: 'refs/heads/main', Permission: 3 }])
  const claims = { ac, nbf: nowSeconds - 3_600, exp: nowSeconds + secondsLeft }
  return [
    ...[{ alg: 'HS256', typ: 'JWT' }, claims].map((each) =>
      Buffer.from(JSON.stringify(each)).toString('base64url'),
    ),
    randomBytes(24).toString('base64url'),
  ].join('.')
}

/**
 * Starts a double of the Actions cache service, version 2: Twirp with JSON, and blobs behind signed
 * URLs, as far as `@actions/cache` and BuildKit use them; and the older one of servers of one's own. It knows no branches (all jobs share one scope)
 * and no eviction.
 *
 * @param pace brakes what is sent and taken; without one the loopback's speed is the limit
 */
export const startCacheService = async (pace?: Pace): Promise<CacheService> => {
  const requests: CacheRequest[] = []
  const server = createServer(async (request, response) => {
    // Tests kill clients amid what they send: nobody waits for an answer then.
    const content = await readBody(request, pace).catch(() => undefined)
    if (content === undefined) return
    const url = new URL(request.url ?? '/', desk.baseUrl)
    if (isOlder(url)) {
      const reply = answerOlder(desk, request, url, content)
      requests.push({ name: `${request.method} older`, body: {}, status: reply.status })
      response.writeHead(reply.status, { 'content-type': 'application/json' })
      response.end(reply.body && JSON.stringify(reply.body))
      return
    }
    const isTwirp = url.pathname.startsWith(twirpPath)
    const name = isTwirp ? url.pathname.slice(twirpPath.length) : `${request.method} blob`
    const body = isTwirp ? (JSON.parse(content.toString() || '{}') as Body) : {}
    if (desk.mode === 'hanging') {
      requests.push({ name, body, status: 'hung' })
      return
    }
    const key = isTwirp ? undefined : findBlob(desk, url)?.key
    const asked = key ?? body['key']
    const held = await service.hold({ name, ...(typeof asked === 'string' && { key: asked }) })
    if (held === 'cut') return void response.destroy()
    const reply = isTwirp
      ? answerTwirp(desk, request, name, body)
      : answerBlob(desk, request, url, content)
    requests.push({ name, body, status: reply.status, ...(key !== undefined && { key }) })
    const bytes = Buffer.isBuffer(reply.body) ? reply.body : JSON.stringify(reply.body ?? '')
    response.writeHead(reply.status, {
      'content-type': 'application/json',
      'x-ms-request-id': randomBytes(8).toString('hex'),
      ...reply.headers,
      ...(Buffer.isBuffer(reply.body) && { 'content-length': bytes.length }),
    })
    if (pace !== undefined && Buffer.isBuffer(bytes)) {
      // Whoever breaks off asks again.
      await pipeline(sliceAt(bytes, pace), response).catch(() => response.destroy())
      return
    }
    response.end(reply.body === undefined ? undefined : bytes)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const token = createToken()
  const service: CacheService = {
    resultsUrl: `${baseUrl}/`,
    olderUrl: `${baseUrl}/older/`,
    token,
    entries: [],
    requests,
    mode: 'normal',
    hold: () => undefined,
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
  const desk: Desk = Object.assign(service, { baseUrl })
  return service
}
