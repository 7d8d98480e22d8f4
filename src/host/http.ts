import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { HttpClient, type HttpClientResponse } from '@actions/http-client'
import pRetry from 'p-retry'
import { Failure } from '../failure.ts'

/** Nobody who answers is silent for so long. */
const silenceMs = 60_000

const mostRedirects = 5

export const isLoopback = ({ hostname }: URL): boolean =>
  /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname)

/**
 * What may be asked: plain HTTP only of this machine, and of that only where the server is on it.
 *
 * @throws {Failure} for other addresses
 */
export const requireSafe = (url: URL, server: URL): URL => {
  const isPlainHere = url.protocol === 'http:' && isLoopback(url) && isLoopback(server)
  if (url.protocol === 'https:' || isPlainHere) return url
  throw new Failure(`${server.host} sends us to ${url.protocol}//${url.host}, which is no https`)
}

/** The server's trouble, or the network's, that may be over in a moment. */
class Passing extends Error {
  /** How long the server wants to be left alone at least. */
  readonly waitMs: number

  constructor(message: string, { cause, waitMs = 0 }: { cause?: unknown; waitMs?: number } = {}) {
    super(message, { cause })
    this.waitMs = waitMs
  }
}

export const isPassing = (error: unknown): boolean => error instanceof Passing

/** Of a header `retry-after`: seconds, or a date. */
export const toWaitMs = (header: string | undefined, nowMs = Date.now()): number => {
  if (header === undefined) return 0
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000
  const ms = / GMT$/.test(header) ? Date.parse(header) - nowMs : 0
  return Number.isNaN(ms) ? 0 : Math.max(0, ms)
}

/** A limit that is used up, and no word of its end: Docker Hub's lasts for hours. */
const isUsedUp = (headers: IncomingHttpHeaders): boolean =>
  headers['retry-after'] === undefined && /^0(?:;|$)/.test(`${headers['ratelimit-remaining']}`)

/** No room (507) and no budget (509) stay so; GitHub's second limit is a 403 that says how long it is one. */
const mayPass = (status: number, headers: IncomingHttpHeaders, waitMs: number): boolean =>
  (status === 429 && !isUsedUp(headers)) ||
  status === 408 ||
  (status === 403 && waitMs > 0) ||
  (status >= 500 && status !== 507 && status !== 509)

export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: IncomingMessage
}

const sendOnce = async (
  client: HttpClient,
  url: URL,
  headers: Readonly<Record<string, string>>,
  { body, isHead }: { readonly body: string | undefined; readonly isHead: boolean },
  signal: AbortSignal,
): Promise<Answer> => {
  signal.throwIfAborted()
  const cancelled = Promise.withResolvers<never>()
  const cancel = (): void => cancelled.reject(signal.reason)
  signal.addEventListener('abort', cancel, { once: true })
  const ask = (): Promise<HttpClientResponse> => {
    if (isHead) return client.head(url.href, headers)
    return body === undefined ? client.get(url.href, headers) : client.post(url.href, body, headers)
  }
  const asked = ask()
  asked.catch(() => {})
  try {
    const { message } = await Promise.race([asked, cancelled.promise])
    const { statusCode: status = 0 } = message
    const end = (): void => void message.destroy()
    signal.addEventListener('abort', end, { once: true })
    // A signal may see thousands of answers.
    message.once('close', () => signal.removeEventListener('abort', end))
    const waitMs = toWaitMs(message.headers['retry-after'])
    if (!mayPass(status, message.headers, waitMs))
      return { status, headers: message.headers, body: message }
    message.destroy()
    const wish =
      waitMs > longestWaitMs ? `, and wants to be asked again in ${waitMs / 1_000} s` : ''
    throw new Passing(`${url.host} answered ${status}${wish}`, { waitMs })
  } catch (cause) {
    if (signal.aborted || cause instanceof Passing) throw cause
    throw new Passing(`${url.host} does not answer`, { cause })
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

/** A step that waits for longer is better told of it. */
const longestWaitMs = 120_000

/** Tries again what may have failed for a moment, when the server wants to be asked. */
export const retry = <T>(
  act: () => Promise<T>,
  signal: AbortSignal,
  firstPauseMs = 500,
): Promise<T> =>
  pRetry(act, {
    retries: 3,
    minTimeout: firstPauseMs,
    maxTimeout: firstPauseMs * 8,
    randomize: true,
    signal,
    shouldRetry: ({ error }) => error instanceof Passing && error.waitMs <= longestWaitMs,
    onFailedAttempt: async ({ error, retriesLeft }) => {
      const waitMs = error instanceof Passing ? error.waitMs : 0
      if (retriesLeft === 0 || waitMs === 0 || waitMs > longestWaitMs) return
      await delay(waitMs, undefined, { signal })
    },
  })

/** Of what was cut off on its way. */
export const toPassing = (cause: unknown): Error => new Passing('the answer was cut off', { cause })

type Question = {
  /** Only what the headers say. */
  readonly isHead?: boolean
  /** What is posted. */
  readonly body?: string
  /** Names of the headers that other servers hear, too; by default all but `authorization`. */
  readonly forOthers?: readonly string[]
}

const pick = (
  headers: Readonly<Record<string, string>>,
  names: readonly string[] | undefined,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => names?.includes(name) ?? name.toLowerCase() !== 'authorization',
    ),
  )

/** Asks by the proxies that HTTPS_PROXY and others name. */
export const createRequests = (server: URL, signal: AbortSignal) => {
  const client = new HttpClient('slipway', [], {
    allowRedirects: false,
    allowRetries: false,
    keepAlive: true,
    socketTimeout: silenceMs,
  })
  /** Follows where it is sent; what it says of itself only the first address hears. */
  const send = async (
    first: URL,
    headers: Readonly<Record<string, string>>,
    { body, forOthers, isHead = false }: Question = {},
  ): Promise<Answer> => {
    let url = requireSafe(first, server)
    const others = pick(headers, forOthers)
    for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
      const isFirst = url.origin === first.origin
      const answer = await sendOnce(
        client,
        url,
        isFirst ? headers : others,
        { body, isHead },
        signal,
      )
      const { location } = answer.headers
      if (answer.status < 300 || answer.status > 399 || location === undefined) return answer
      answer.body.destroy()
      const next = URL.parse(location, url.href)
      if (next === null) throw new Failure(`${url.host} sends us to no address`)
      if (body !== undefined && next.origin !== first.origin)
        throw new Failure(`${url.host} sends us to ${next.host}, which we do not post to`)
      url = requireSafe(next, server)
    }
    throw new Failure(`${first.host} sends us from one address to the next`)
  }
  return { send, dispose: () => client.dispose() }
}

export type Requests = ReturnType<typeof createRequests>

/** @throws {Failure} where it is more than it may be */
export const readText = async ({ body }: Answer, most: number, what: string): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += (chunk as Buffer).length
      if (bytes > most) break
      chunks.push(chunk as Buffer)
    }
  } catch (cause) {
    throw toPassing(cause)
  }
  if (bytes > most) throw new Failure(`${what} has more than ${most} bytes`)
  return Buffer.concat(chunks)
}
