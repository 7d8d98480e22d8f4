import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { answerApi } from './app-api.ts'
import { authKindOf } from './credential.ts'
import type { Fault, FaultQueue } from './faults.ts'
import { answerGit, toGitRequest } from './git-backend.ts'
import { answerLfs, toLfsRepository } from './lfs.ts'
import { commonHeaders, errorReply, type RateMeter, type Reply, sendReply } from './reply.ts'
import type { State } from './state.ts'
import type { RecordedRequest } from './types.ts'

/** Everything that answering needs. */
export interface Desk {
  readonly state: State
  readonly gitRoot: string
  readonly faults: FaultQueue
  readonly requests: RecordedRequest[]
  readonly meter: RateMeter
}

const SECONDARY_LIMIT =
  'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
const STATUS_MESSAGES: Readonly<Record<number, string>> = {
  429: SECONDARY_LIMIT,
  500: 'Internal Server Error',
  502: 'Server Error',
  503: 'Service Unavailable',
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Notes a request. */
export function record(desk: Desk, request: IncomingMessage, path: string): RecordedRequest {
  const entry: RecordedRequest = {
    method: request.method ?? 'GET',
    path,
    rawPath: request.url ?? '/',
    at: new Date(),
    headers: { ...request.headers },
    authKind: authKindOf(request.headers.authorization),
    body: undefined,
    status: 0,
    fault: undefined,
  }
  desk.requests.push(entry)
  return entry
}

/** The answer that a fault gives in place of the real one. */
function replyOfFault(fault: Fault, nowMs: number): Reply | undefined {
  switch (fault.kind) {
    case 'status': {
      const message = fault.message ?? STATUS_MESSAGES[fault.status] ?? 'Injected fault'
      return errorReply(fault.status, message, fault.headers)
    }
    case 'secondary-limit':
      return errorReply(403, SECONDARY_LIMIT, { 'retry-after': `${fault.retryAfterS}` })
    case 'primary-limit':
      return errorReply(403, 'API rate limit exceeded for installation.', {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': `${Math.ceil(nowMs / 1000) + fault.resetInS}`,
      })
    case 'garbage': {
      const body = fault.body ?? '<html><body>\u0000 this is no JSON'
      return { status: fault.status ?? 200, body, headers: { 'content-type': 'text/html' } }
    }
    default:
      return undefined
  }
}

/** GitHub's own server wants to know who asks, before it looks at anything else. */
const NO_USER_AGENT = errorReply(
  403,
  'Request forbidden by administrative rules. Please make sure your request has a User-Agent header',
)

function lagOf(fault: Fault | undefined): { readonly ms: number; readonly status: 401 | 403 } {
  return fault?.kind === 'lag'
    ? { ms: fault.ms, status: fault.status ?? 401 }
    : { ms: 0, status: 401 }
}

async function answerFromApi(
  desk: Desk,
  request: IncomingMessage,
  response: ServerResponse,
  entry: RecordedRequest,
  fault: Fault | undefined,
): Promise<void> {
  entry.body = await readBody(request)
  desk.meter.used += 1
  const { state, meter } = desk
  const path = entry.path.replace(/\?.*$/, '')
  const { authorization } = request.headers
  const lfs = entry.method === 'POST' ? toLfsRepository(path) : undefined
  const reply =
    (fault && replyOfFault(fault, state.nowMs())) ??
    (request.headers['user-agent'] === undefined ? NO_USER_AGENT : undefined) ??
    (lfs && answerLfs(state, { ...lfs, headers: request.headers, body: entry.body })) ??
    answerApi(state, meter, {
      method: entry.method,
      path,
      authorization,
      body: entry.body,
      query: new URL(entry.path, 'http://double.invalid').searchParams,
      lag: lagOf(fault),
    })
  if (fault?.kind === 'lost-answer') {
    response.destroy()
    return
  }
  const skewMs = fault?.kind === 'date' ? fault.skewMs : 0
  entry.status = reply.status
  const headers = commonHeaders(state.nowMs() + skewMs, meter)
  sendReply(response, reply, headers, fault?.kind === 'truncate')
}

/** Records a request, applies a waiting fault, and lets git or the API answer. */
export async function answerRequest(
  desk: Desk,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const rawPath = request.url ?? '/'
  const path = rawPath.replace(/^\/api\/v3(?=\/|$)/, '') || '/'
  const entry = record(desk, request, path)
  const fault = desk.faults.take(entry.method, path)
  entry.fault = fault?.kind
  if (fault?.kind === 'hang') {
    request.resume()
    return
  }
  if (fault?.kind === 'reset') {
    request.socket.resetAndDestroy()
    return
  }
  if (fault?.kind === 'delay') await delay(fault.ms)
  const git = toGitRequest(new URL(rawPath, 'http://double.invalid'))
  const spoiled = fault && replyOfFault(fault, desk.state.nowMs())
  if (git === undefined || spoiled !== undefined) {
    await answerFromApi(desk, request, response, entry, fault)
    return
  }
  response.on('finish', () => {
    entry.status = response.statusCode
  })
  await answerGit(desk.state, desk.gitRoot, git, request, response)
}
