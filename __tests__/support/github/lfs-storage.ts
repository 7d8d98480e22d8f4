import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type Desk, record } from './answer.ts'
import type { Fault } from './faults.ts'
import { isSigned, ticketOf } from './lfs.ts'

/** What faults are matched against and requests recorded with, before the path of an object. */
const PREFIX = '/lfs-storage'

interface Refusal {
  readonly status: number
  readonly code: string
}

function refuse(desk: Desk, request: IncomingMessage, url: URL): Refusal | undefined {
  const { lfs } = desk.state
  const expires = url.searchParams.get('expires') ?? ''
  const signature = url.searchParams.get('signature') ?? ''
  // As S3: two ways to say who one is are one too many.
  if (request.headers.authorization !== undefined) return { status: 400, code: 'InvalidArgument' }
  if (!isSigned(lfs, url.pathname, expires, signature))
    return { status: 403, code: 'SignatureDoesNotMatch' }
  if (Number(expires) * 1000 <= desk.state.nowMs()) return { status: 403, code: 'AccessDenied' }
  if (lfs.wantsTicket && request.headers['x-lfs-ticket'] !== ticketOf(lfs, url.pathname))
    return { status: 403, code: 'AccessDenied' }
  return request.method === 'GET' ? undefined : { status: 405, code: 'MethodNotAllowed' }
}

/** What of an object is sent, and as what. */
interface Part {
  readonly status: 200 | 206 | 416
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
}

function partOf(content: Buffer, range: string | undefined): Part {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? []
  if (first === undefined) return { status: 200, headers: {}, bytes: content }
  const from = Number(first)
  const to = Math.min(last ? Number(last) : content.length - 1, content.length - 1)
  if (from >= content.length || to < from) {
    const headers = { 'content-range': `bytes */${content.length}` }
    return { status: 416, headers, bytes: Buffer.alloc(0) }
  }
  const headers = { 'content-range': `bytes ${from}-${to}/${content.length}` }
  return { status: 206, headers, bytes: content.subarray(from, to + 1) }
}

/** The object that a fault makes of one. */
function spoil(content: Buffer, fault: Fault | undefined): Buffer {
  if (fault?.kind === 'short') return content.subarray(0, Math.floor(content.length / 2))
  if (fault?.kind === 'long') return Buffer.concat([content, content])
  if (fault?.kind !== 'flip') return content
  const other = Buffer.from(content)
  other[0] = (other[0] ?? 0) ^ 1
  return other
}

async function answer(desk: Desk, request: IncomingMessage, response: ServerResponse) {
  const entry = record(desk, request, `${PREFIX}${request.url ?? '/'}`)
  const fault = desk.faults.take(entry.method, entry.path)
  entry.fault = fault?.kind
  if (fault?.kind === 'hang') return
  if (fault?.kind === 'reset') {
    request.socket.resetAndDestroy()
    return
  }
  if (fault?.kind === 'delay') await delay(fault.ms)
  const end = (status: number, body: string, headers = {}): void => {
    entry.status = status
    response.writeHead(status, { 'content-type': 'application/xml', ...headers })
    response.end(body)
  }
  if (fault?.kind === 'status') return end(fault.status, fault.message ?? '', fault.headers)
  const url = new URL(request.url ?? '/', 'http://double.invalid')
  const refusal = refuse(desk, request, url)
  if (refusal) return end(refusal.status, `<Error><Code>${refusal.code}</Code></Error>`)
  const content = desk.state.lfs.objects.get(url.pathname.slice(1))
  if (content === undefined) return end(404, '<Error><Code>NoSuchKey</Code></Error>')
  const range = fault?.kind === 'no-range' ? undefined : request.headers.range
  const { status, headers, bytes } = partOf(spoil(content, fault), range)
  entry.status = status
  const length = { 'content-length': `${bytes.length}` }
  response.writeHead(status, { ...headers, ...length, 'content-type': 'application/octet-stream' })
  if (fault?.kind !== 'truncate' && fault?.kind !== 'stall') {
    response.end(bytes)
    return
  }
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => {
    if (fault.kind === 'truncate') response.destroy()
  })
}

/** Where objects of Git LFS are: another origin than GitHub's own. */
export async function startLfsStorage(desk: Desk): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    answer(desk, request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  desk.state.lfs.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
}
