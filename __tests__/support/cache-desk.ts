import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

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

/** What the answers come from. */
export type Desk = {
  readonly token: string
  readonly entries: CacheEntry[]
  readonly baseUrl: string
  mode: 'normal' | 'read-only' | 'hanging'
}

export type Body = Readonly<Record<string, unknown>>
export type Reply = {
  readonly status: number
  readonly body?: object | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

export const ok = (body: object): Reply => ({ status: 200, body })
/** Twirp's error form, https://twitchtv.github.io/twirp/docs/spec_v7.html. */
export const twirpError = (status: number, code: string, msg: string): Reply => ({
  status,
  body: { code, msg },
})

/** Shaped as Azure's emulator has it: account, container, blob; the SDK insists on all three. */
export const blobUrl = ({ baseUrl }: Desk, { id, signature }: CacheEntry): string =>
  `${baseUrl}/account/actions-cache/${id}?sig=${encodeURIComponent(signature)}`

export const create = (desk: Desk, { key, version }: Body): Reply => {
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

/** For each key in turn: the entry of that name, else the newest whose name starts with it. */
export const findEntry = (
  { entries }: Desk,
  keys: readonly unknown[],
  version: unknown,
): CacheEntry | undefined => {
  const newestFirst = entries.filter((e) => e.isFinal && e.version === version).toReversed()
  for (const wanted of keys.map(String)) {
    const entry =
      newestFirst.find((other) => other.key === wanted) ??
      newestFirst.find((other) => other.key.startsWith(wanted))
    if (entry !== undefined) return entry
  }
  return undefined
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

export const findBlob = ({ entries }: Desk, url: URL): CacheEntry | undefined =>
  entries.find(({ id }) => url.pathname === `/account/actions-cache/${id}`)

/** What Azure's SDKs for blobs ask for an upload, in one piece or in blocks, and what a download needs. */
export const answerBlob = (
  desk: Desk,
  request: IncomingMessage,
  url: URL,
  content: Buffer,
): Reply => {
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
