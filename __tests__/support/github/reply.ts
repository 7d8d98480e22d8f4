import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'

/** An answer as a value, so that faults can spoil it before it is sent. */
export interface Reply {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** GitHub's error form. */
export function errorReply(
  status: number,
  message: string,
  headers?: Readonly<Record<string, string>>,
): Reply {
  const body = { message, documentation_url: 'https://docs.github.com/rest', status: `${status}` }
  return headers === undefined ? { status, body } : { status, body, headers }
}

/** A meter of requests for the `x-ratelimit-*` headers. */
export interface RateMeter {
  readonly limit: number
  used: number
}

/** The headers that every answer of GitHub's API carries. */
export function commonHeaders(nowMs: number, meter: RateMeter): Record<string, string> {
  return {
    date: new Date(nowMs).toUTCString(),
    server: 'github.com',
    'content-type': 'application/json; charset=utf-8',
    'x-github-media-type': 'github.v3; format=json',
    'x-github-request-id': randomBytes(10).toString('hex').toUpperCase(),
    'x-ratelimit-limit': `${meter.limit}`,
    'x-ratelimit-remaining': `${Math.max(0, meter.limit - meter.used)}`,
    'x-ratelimit-used': `${meter.used}`,
    'x-ratelimit-reset': `${Math.floor(nowMs / 1000) + 3600}`,
    'x-ratelimit-resource': 'core',
  }
}

/** Sends a reply; `truncate` cuts the connection in the middle of the body. */
export function sendReply(
  response: ServerResponse,
  reply: Reply,
  headers: Readonly<Record<string, string>>,
  truncate = false,
): void {
  const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body)
  const bytes = reply.body === undefined ? Buffer.alloc(0) : Buffer.from(text)
  const length = reply.status === 204 ? {} : { 'content-length': `${bytes.length}` }
  response.writeHead(reply.status, { ...headers, ...reply.headers, ...length })
  if (!truncate) {
    response.end(bytes)
    return
  }
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy())
}
