import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'

/** An entry as the service keeps it; without content while it is being uploaded. */
export type CacheEntry = {
  key: string
  /** Digest of the paths and the compression; entries of another version are never found. */
  readonly version: string
  readonly id: number
  readonly signature: string
  content: Buffer | undefined
  /** Uploaded and not yet put together, by their IDs. */
  readonly blocks: Map<string, Buffer>
  isFinal: boolean
}

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

type Desk = Pick<CacheService, 'token' | 'entries' | 'mode'> & { readonly baseUrl: string }
type Body = Readonly<Record<string, unknown>>
type Reply = {
  readonly status: number
  readonly body?: object | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

const ok = (body: object): Reply => ({ status: 200, body })
/** Twirp's error form, https://twitchtv.github.io/twirp/docs/spec_v7.html. */
const twirpError = (status: number, code: string, msg: string): Reply => ({
  status,
  body: { code, msg },
})

/** Shaped as Azure's emulator has it: account, container, blob; the SDK insists on all three. */
const blobUrl = ({ baseUrl }: Desk, { id, signature }: CacheEntry): string =>
  `${baseUrl}/account/actions-cache/${id}?sig=${encodeURIComponent(signature)}`

const create = (desk: Desk, { key, version }: Body): Reply => {
  if (typeof key !== 'string' || typeof version !== 'string') {
    return twirpError(400, 'invalid_argument', 'key and version are required')
  }
  if (key.length > 512 || key.includes(',')) {
    return twirpError(400, 'invalid_argument', 'a key has at most 512 characters and no comma')
  }
  if (desk.mode === 'read-only') {
    return ok({ ok: false, message: 'cache write denied: the token has no writable scope' })
  }
  if (desk.entries.some((entry) => entry.key === key && entry.version === version)) {
    return twirpError(409, 'already_exists', 'an entry with this key and version exists')
  }
  const id = 1 + Math.max(0, ...desk.entries.map((entry) => entry.id))
  const signature = randomBytes(32).toString('base64')
  const blocks = new Map<string, Buffer>()
  const entry: CacheEntry = {
    key,
    version,
    id,
    signature,
    content: undefined,
    blocks,
    isFinal: false,
  }
  desk.entries.push(entry)
  return ok({ ok: true, signed_upload_url: blobUrl(desk, entry) })
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

/** For each key in turn: the entry of that name, else the newest whose name starts with it. */
const find = (desk: Desk, { key, restore_keys = [], version }: Body): Reply => {
  const newestFirst = desk.entries.filter((e) => e.isFinal && e.version === version).toReversed()
  for (const wanted of [key, ...(restore_keys as readonly unknown[])].map(String)) {
    const entry =
      newestFirst.find((other) => other.key === wanted) ??
      newestFirst.find((other) => other.key.startsWith(wanted))
    if (entry !== undefined) {
      return ok({ ok: true, signed_download_url: blobUrl(desk, entry), matched_key: entry.key })
    }
  }
  return ok({ ok: false })
}

const methods: Readonly<Record<string, (desk: Desk, body: Body) => Reply>> = {
  CreateCacheEntry: create,
  FinalizeCacheEntryUpload: finalize,
  GetCacheEntryDownloadURL: find,
}

/** Puts blocks together in the order of a list; undefined where one is missing. */
const joinBlocks = ({ blocks }: CacheEntry, list: string): Buffer | undefined => {
  const ids = [...list.matchAll(/<(?:Latest|Uncommitted)>([^<]*)<\//g)].map(([, id = '']) => id)
  const found = ids.map((id) => blocks.get(id))
  return found.some((each) => each === undefined) ? undefined : Buffer.concat(found as Buffer[])
}

/** From an offset on, as BuildKit asks; it sends no range for all. */
const download = (request: IncomingMessage, content: Buffer): Reply => {
  const range = /^bytes=(\d+)-$/.exec(String(request.headers['x-ms-range'] ?? ''))
  if (range === null) return { status: 200, body: content }
  const from = Number(range[1])
  const headers = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }
  return { status: 206, body: content.subarray(from), headers }
}

const findBlob = ({ entries }: Desk, url: URL): CacheEntry | undefined =>
  entries.find(({ id }) => url.pathname === `/account/actions-cache/${id}`)

/** What Azure's SDKs for blobs ask for an upload, in one piece or in blocks, and what a download needs. */
const answerBlob = (desk: Desk, request: IncomingMessage, url: URL, content: Buffer): Reply => {
  const entry = findBlob(desk, url)
  if (entry === undefined || url.searchParams.get('sig') !== entry.signature) return { status: 403 }
  if (request.method === 'GET' && entry.content !== undefined) {
    return download(request, entry.content)
  }
  if (request.method !== 'PUT' || entry.isFinal) return { status: 400 }
  const part = url.searchParams.get('comp')
  if (part === 'block') entry.blocks.set(url.searchParams.get('blockid') ?? '', content)
  else if (part === 'blocklist') entry.content = joinBlocks(entry, content.toString())
  else if (request.headers['x-ms-blob-type'] === 'BlockBlob') entry.content = content
  if (part !== 'block' && entry.content === undefined) return { status: 400 }
  const md5 = createHash('md5').update(content).digest('base64')
  const lastModified = new Date().toUTCString()
  const headers = { etag: '"0x1"', 'last-modified': lastModified, 'content-md5': md5 }
  return { status: 201, headers: { ...headers, 'x-ms-version': '2025-01-05' } }
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
 * URLs, as far as `@actions/cache` and BuildKit use them. It knows no branches (all jobs share one scope)
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
