import { attempt, Failure } from '../../../failure.ts'
import {
  type Answer,
  isPassing,
  type Requests,
  readText,
  requireSafe,
  retry,
} from '../../../host/http.ts'
import type { Secret } from '../../../secret.ts'
import type { Wanted } from './draft.ts'
import { type Missing, toMissing, toRefusal } from './refusal.ts'

/** Where an object is for a while, and with which headers it is asked for. */
export type Action = {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** By `performance.now()`. */
  readonly endsMs: number
}

/** GitHub takes no more. */
const mostObjects = 100

const largestAnswer = 2_000_000
const mediaType = 'application/vnd.git-lfs+json'

/** How long servers are waited for. */
export type Patience = {
  /** Of one that sends nothing in the midst of a file. */
  readonly silenceMs: number
  /** Before it is asked the second time; then twice as long each time. */
  readonly pauseMs: number
}

export type Server = {
  readonly endpoint: URL
  readonly requests: Requests
  readonly token: () => Promise<Secret | undefined>
  readonly signal: AbortSignal
  readonly patience: Patience
}

type Listed = {
  readonly oid?: unknown
  readonly actions?: { readonly download?: Readonly<Record<string, unknown>> | null } | null
  readonly error?: { readonly code?: unknown; readonly message?: unknown } | null
}

type Document = {
  readonly transfer?: unknown
  readonly message?: unknown
  readonly objects?: unknown
}

const readJson = async (answer: Answer, what: string): Promise<Document | undefined> => {
  const text = (await readText(answer, largestAnswer, what)).toString('utf8')
  const value = attempt(() => JSON.parse(text) as unknown)
  return typeof value === 'object' && value !== null ? value : undefined
}

/** What would change how a request is sent, or what is asked for. */
const reserved =
  /^(?:host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|range|if-.*|accept-encoding|proxy-.*)$/

const toHeaders = (value: unknown): Readonly<Record<string, string>> | undefined => {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object') return undefined
  const headers = Object.entries(value).map(([name, said]) => [name.toLowerCase(), said] as const)
  const isSound = headers.every(
    ([name, said]) =>
      /^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(name) &&
      !reserved.test(name) &&
      typeof said === 'string' &&
      /^[\x20-\x7e]{0,8000}$/.test(said),
  )
  return isSound && headers.length <= 30 ? Object.fromEntries(headers) : undefined
}

/** A link that ends in the midst of a request is of no use. */
const slackMs = 5_000

const toEnd = (action: Readonly<Record<string, unknown>>): number => {
  const { expires_in: seconds, expires_at: moment } = action
  const isCounted = typeof seconds === 'number' && seconds !== 0
  const date = typeof moment === 'string' ? Date.parse(moment) - Date.now() : Number.NaN
  const leftMs = isCounted ? seconds * 1_000 : date
  if (Number.isNaN(leftMs)) return Number.POSITIVE_INFINITY
  return performance.now() + leftMs - Math.min(slackMs, leftMs / 10)
}

const toAction = (found: Listed, { endpoint }: Server, path: string): Action => {
  const download = found.actions?.download
  const url = typeof download?.['href'] === 'string' ? URL.parse(download['href']) : null
  const headers = toHeaders(download?.['header'])
  if (download === undefined || download === null || url === null || headers === undefined)
    throw new Failure(`${endpoint.host} gives ${path} no address that Slipway can ask`)
  return { url: requireSafe(url, endpoint), headers, endsMs: toEnd(download) }
}

const toHeader = async (token: Server['token']): Promise<{ readonly authorization?: string }> => {
  const secret = await token()
  if (secret === undefined) return {}
  const login = Buffer.from(`x-access-token:${secret.expose()}`).toString('base64')
  return { authorization: `Basic ${login}` }
}

const askOnce = async (
  server: Server,
  objects: readonly Wanted[],
): Promise<ReadonlyMap<string, Action>> => {
  const { endpoint, requests, token } = server
  const body = JSON.stringify({
    operation: 'download',
    transfers: ['basic'],
    objects: objects.map(({ sha256, sizeBytes }) => ({ oid: sha256, size: sizeBytes })),
  })
  const answer = await requests.send(
    new URL(`${endpoint.href}/objects/batch`),
    { accept: mediaType, 'content-type': mediaType, ...(await toHeader(token)) },
    { body },
  )
  const document = await readJson(answer, `The answer of ${endpoint.host}`)
  const asked = { endpoint, objects }
  if (answer.status !== 200) {
    const message = typeof document?.message === 'string' ? document.message : undefined
    throw toRefusal(asked, answer.status, message)
  }
  const { objects: listed, transfer = 'basic' } = document ?? {}
  if (!Array.isArray(listed) || transfer !== 'basic')
    throw new Failure(`${endpoint.host} answered what is no batch of Git LFS`)
  const found = new Map(
    (listed as readonly (Listed | null)[]).flatMap((each) =>
      typeof each?.oid === 'string' ? [[each.oid, each] as const] : [],
    ),
  )
  const missing = objects.flatMap(({ sha256, path }): readonly Missing[] => {
    const { error } = found.get(sha256) ?? { error: { message: 'not in the answer' } }
    return error ? [{ path, code: error.code, message: error.message }] : []
  })
  if (missing.length > 0) throw toMissing(asked, missing)
  return new Map(
    objects.map(({ sha256, path }) => [sha256, toAction(found.get(sha256) ?? {}, server, path)]),
  )
}

/**
 * Asks where objects are, for up to a hundred at once, as late as it can: addresses end after a while.
 *
 * @param all in the order in which they will be wanted
 */
export const createActions = (server: Server, all: readonly Wanted[]) => {
  const known = new Map<string, Action>()
  const done = new Set<string>()
  let asking = Promise.resolve()
  const findKnown = ({ sha256 }: Wanted): Action | undefined => {
    const action = known.get(sha256)
    return action !== undefined && action.endsMs > performance.now() ? action : undefined
  }
  const ask = async (first: Wanted): Promise<void> => {
    if (findKnown(first) !== undefined) return
    const others = all.filter(
      (each) => each !== first && !done.has(each.sha256) && findKnown(each) === undefined,
    )
    const objects = [first, ...others.slice(0, mostObjects - 1)]
    const { signal, patience } = server
    const answered = retry(() => askOnce(server, objects), signal, patience.pauseMs)
    const actions = await answered.catch((cause: unknown) => {
      // It has been tried often enough: who waits for an address does not begin anew.
      if (!isPassing(cause)) throw cause
      throw new Failure(`${server.endpoint.host} does not say where files of Git LFS are`, {
        cause,
      })
    })
    for (const [oid, action] of actions) known.set(oid, action)
  }
  const get = async (wanted: Wanted): Promise<Action> => {
    // One after the other: what the first one asks for is mostly what the others want, and what it is
    // refused, they are.
    asking = asking.then(() => ask(wanted))
    await asking
    const action = known.get(wanted.sha256)
    if (action === undefined) throw new Failure(`${server.endpoint.host} gave no address`)
    return action
  }
  return {
    get: async (wanted: Wanted): Promise<Action> => findKnown(wanted) ?? get(wanted),
    /** The server of an address does not take it. */
    drop: ({ sha256 }: Wanted): void => void known.delete(sha256),
    /** It is here. */
    close: ({ sha256 }: Wanted): void => {
      known.delete(sha256)
      done.add(sha256)
    },
  }
}

export type Actions = ReturnType<typeof createActions>
