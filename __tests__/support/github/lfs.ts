import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { decideAccess } from './git-backend.ts'
import { errorReply, type Reply } from './reply.ts'
import type { State } from './state.ts'

/** What the double knows of Git LFS. Tests may change what is not readonly at any time. */
export interface Lfs {
  /** By `owner/name/oid`, the names in lower case. */
  readonly objects: Map<string, Buffer>
  /** Owners that are over their budget. */
  readonly overBudget: Set<string>
  readonly key: Buffer
  /** Where addresses of objects begin. */
  url: string
  /** How long such an address is good for. */
  lifetimeS: number
  /** Whether addresses come with a header that they need. */
  wantsTicket: boolean
}

export const LFS_BUDGET =
  'This repository exceeded its LFS budget. The account responsible for the budget should increase it to restore access.'

const LFS_PATH = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/info\/lfs\/objects\/batch$/
const MEDIA_TYPE = 'application/vnd.git-lfs+json'
const MOST_OBJECTS = 100

export const createLfs = (): Lfs => ({
  objects: new Map(),
  overBudget: new Set(),
  key: randomBytes(32),
  url: '',
  lifetimeS: 3600,
  wantsTicket: false,
})

export interface LfsObject {
  readonly oid: string
  readonly size: number
  /** What a commit has in its place. */
  readonly pointer: string
}

/** Keeps an object for a repository. */
export function addLfsObject(lfs: Lfs, fullName: string, content: Buffer): LfsObject {
  const oid = createHash('sha256').update(content).digest('hex')
  const size = content.length
  lfs.objects.set(`${fullName.toLowerCase()}/${oid}`, content)
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n`
  return { oid, size, pointer }
}

/** Signs the path of an object and the second at which it ends. */
function sign(lfs: Lfs, path: string, expires: string): Buffer {
  return createHmac('sha256', lfs.key).update(`${path}\0${expires}`).digest()
}

/** Whether an address is one that the double has given away. */
export function isSigned(lfs: Lfs, path: string, expires: string, signature: string): boolean {
  const given = Buffer.from(signature, 'hex')
  const right = sign(lfs, path, expires)
  return given.length === right.length && timingSafeEqual(given, right)
}

/** The header's value that goes with an address. */
export function ticketOf(lfs: Lfs, path: string): string {
  return sign(lfs, path, 'ticket').toString('hex')
}

interface LfsRequest {
  readonly owner: string
  readonly name: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: unknown
}

/** Recognizes the batch API; nothing else of Git LFS is there. */
export function toLfsRepository(path: string): Pick<LfsRequest, 'owner' | 'name'> | undefined {
  const [, owner, name] = LFS_PATH.exec(path) ?? []
  return owner === undefined || name === undefined ? undefined : { owner, name }
}

interface Wanted {
  readonly oid: string
  readonly size: number
}

function isWanted(value: unknown): value is Wanted {
  const { oid, size } = (value ?? {}) as Partial<Wanted>
  return /^[0-9a-f]{64}$/.test(`${oid}`) && Number.isSafeInteger(size) && Number(size) >= 0
}

function toAction(state: State, path: string): Record<string, unknown> {
  const { lfs } = state
  const expires = `${Math.floor(state.nowMs() / 1000) + lfs.lifetimeS}`
  const signature = sign(lfs, path, expires).toString('hex')
  return {
    href: `${lfs.url}${path}?expires=${expires}&signature=${signature}`,
    ...(lfs.wantsTicket && { header: { 'X-Lfs-Ticket': ticketOf(lfs, path) } }),
    expires_in: lfs.lifetimeS,
    expires_at: new Date(state.nowMs() + lfs.lifetimeS * 1000).toISOString(),
  }
}

function answerObject(state: State, repository: string, { oid, size }: Wanted): unknown {
  const path = `/${repository}/${oid}`
  const content = state.lfs.objects.get(path.slice(1))
  if (content === undefined)
    return { oid, size, error: { code: 404, message: 'Object does not exist on the server' } }
  if (content.length !== size)
    return { oid, size, error: { code: 422, message: 'Size does not match the object' } }
  return { oid, size, authenticated: true, actions: { download: toAction(state, path) } }
}

function refuseHeaders({ headers }: LfsRequest): Reply | undefined {
  const isMeant = (name: string) => `${headers[name] ?? ''}`.split(/[;,]/)[0]?.trim() === MEDIA_TYPE
  if (!isMeant('accept')) return errorReply(406, 'The Accept header needs to be the media type')
  return isMeant('content-type') ? undefined : errorReply(415, 'Unsupported media type')
}

function refuseBody(body: Readonly<Record<string, unknown>>): Reply | undefined {
  const { operation, transfers, hash_algo: hash, objects } = body
  if (hash !== undefined && hash !== 'sha256') return errorReply(409, 'Unknown hash algorithm')
  if (operation !== 'download') return errorReply(422, 'The double knows downloads alone')
  if (transfers !== undefined && !(transfers as readonly unknown[]).includes('basic'))
    return errorReply(422, 'No transfer that the server knows')
  if (!Array.isArray(objects) || objects.length === 0 || !objects.every(isWanted))
    return errorReply(422, 'Invalid objects')
  return objects.length > MOST_OBJECTS ? errorReply(413, 'Too many objects') : undefined
}

function refuseCaller(state: State, request: LfsRequest): Reply | undefined {
  const { owner, name, headers } = request
  const access = decideAccess(
    state,
    { owner, name, service: 'lfs', query: '' },
    headers['authorization'] as string | undefined,
  )
  if (access.kind === 'granted') return undefined
  const challenge = access.status === 401 ? { 'lfs-authenticate': 'Basic realm="GitHub"' } : {}
  return errorReply(access.status, access.message, challenge)
}

/** POST /OWNER/NAME.git/info/lfs/objects/batch */
export function answerLfs(state: State, request: LfsRequest): Reply {
  const refusal = refuseHeaders(request) ?? refuseCaller(state, request)
  if (refusal !== undefined) return refusal
  const body = (
    typeof request.body === 'object' && request.body !== null ? request.body : {}
  ) as Record<string, unknown>
  const wrong = refuseBody(body)
  if (wrong !== undefined) return wrong
  if (state.lfs.overBudget.has(request.owner.toLowerCase())) return errorReply(403, LFS_BUDGET)
  const repository = `${request.owner}/${request.name}`.toLowerCase()
  const objects = (body['objects'] as readonly Wanted[]).map((each) =>
    answerObject(state, repository, each),
  )
  return {
    status: 200,
    body: { transfer: 'basic', objects, hash_algo: 'sha256' },
    headers: { 'content-type': `${MEDIA_TYPE}; charset=utf-8` },
  }
}
