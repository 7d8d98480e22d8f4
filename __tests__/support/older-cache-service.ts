import type { IncomingMessage } from 'node:http'
import { type Body, blobUrl, create, type Desk, findEntry, type Reply } from './cache-desk.ts'

const path = '/older/_apis/artifactcache/'

export const isOlder = ({ pathname }: URL): boolean => pathname.startsWith(path)

const find = (desk: Desk, query: URLSearchParams): Reply => {
  const entry = findEntry(desk, (query.get('keys') ?? '').split(','), query.get('version'))
  if (entry === undefined) return { status: 204 }
  const archiveLocation = blobUrl(desk, entry)
  return { status: 200, body: { archiveLocation, cacheKey: entry.key, scope: 'refs/heads/main' } }
}

const reserve = (desk: Desk, body: Body): Reply => {
  const { status, body: said } = create(desk, body)
  if (status !== 200) return { status, body: { message: 'this key is taken, or none' } }
  if ((said as Body)['ok'] !== true) return { status: 403, body: { message: 'read only' } }
  return { status: 201, body: { cacheId: desk.entries.at(-1)?.id } }
}

/** A piece of an entry, at its place. */
const take = (desk: Desk, id: number, range: string, content: Buffer): Reply => {
  const entry = desk.entries.find((each) => each.id === id)
  const [, from = '', to = ''] = /^bytes (\d+)-(\d+)\/\*$/.exec(range) ?? []
  if (entry === undefined || entry.isFinal) return { status: 404 }
  if (from === '' || Number(to) - Number(from) + 1 !== content.length) return { status: 400 }
  entry.blocks.set(from, content)
  return { status: 204 }
}

const commit = (desk: Desk, id: number, { size }: Body): Reply => {
  const entry = desk.entries.find((each) => each.id === id)
  if (entry === undefined || entry.isFinal) return { status: 404 }
  const pieces = [...entry.blocks].toSorted(([a], [b]) => Number(a) - Number(b))
  let end = 0
  for (const [from, { length }] of pieces) {
    if (Number(from) !== end) return { status: 400, body: { message: 'there is a gap' } }
    end += length
  }
  if (end !== size) return { status: 400, body: { message: 'wrong size' } }
  entry.content = Buffer.concat(pieces.map(([, content]) => content))
  entry.isFinal = true
  return { status: 204 }
}

/**
 * Version 1 of the service, which GitHub Enterprise Server has alone, as far as `@actions/cache` uses it: entries are
 * reserved, sent in pieces and committed.
 */
export const answerOlder = (
  desk: Desk,
  request: IncomingMessage,
  url: URL,
  content: Buffer,
): Reply => {
  if (request.headers.authorization !== `Bearer ${desk.token}`) return { status: 401 }
  const [what = '', id] = url.pathname.slice(path.length).split('/')
  const call = `${request.method} ${what}${id === undefined ? '' : '/ID'}`
  const readJson = (): Body => JSON.parse(content.toString())
  if (call === 'GET cache') return find(desk, url.searchParams)
  if (call === 'POST caches') return reserve(desk, readJson())
  if (call === 'POST caches/ID') return commit(desk, Number(id), readJson())
  if (call !== 'PATCH caches/ID') return { status: 404 }
  return take(desk, Number(id), request.headers['content-range'] ?? '', content)
}
