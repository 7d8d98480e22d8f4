import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { HttpClient } from '@actions/http-client'
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
class Passing extends Error {}

export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: IncomingMessage
}

const sendOnce = async (
  client: HttpClient,
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answer> => {
  signal.throwIfAborted()
  const cancelled = Promise.withResolvers<never>()
  const cancel = (): void => cancelled.reject(signal.reason)
  signal.addEventListener('abort', cancel, { once: true })
  const asked = client.get(url.href, headers)
  asked.catch(() => {})
  try {
    const { message } = await Promise.race([asked, cancelled.promise])
    const { statusCode: status = 0 } = message
    signal.addEventListener('abort', () => message.destroy(), { once: true })
    if (status !== 429 && status < 500) return { status, headers: message.headers, body: message }
    message.destroy()
    throw new Passing(`${url.host} answered ${status}`)
  } catch (cause) {
    if (signal.aborted || cause instanceof Passing) throw cause
    throw new Passing(`${url.host} does not answer`, { cause })
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

/** Tries again what may have failed for a moment. */
export const retry = <T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> =>
  pRetry(act, {
    retries: 3,
    minTimeout: 500,
    maxTimeout: 4_000,
    randomize: true,
    signal,
    shouldRetry: ({ error }) => error instanceof Passing,
  })

/** Of what was cut off on its way. */
export const toPassing = (cause: unknown): Error => new Passing('the answer was cut off', { cause })

/** Asks by the proxies that HTTPS_PROXY and others name. */
export const createRequests = (server: URL, signal: AbortSignal) => {
  const client = new HttpClient('slipway', [], {
    allowRedirects: false,
    allowRetries: false,
    keepAlive: true,
    socketTimeout: silenceMs,
  })
  /** Follows where it is sent; what it says of itself only the first address hears. */
  const send = async (first: URL, headers: Readonly<Record<string, string>>): Promise<Answer> => {
    let url = requireSafe(first, server)
    const { authorization: _, ...others } = headers
    for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
      const isFirst = url.origin === first.origin
      const answer = await sendOnce(client, url, isFirst ? headers : others, signal)
      const { location } = answer.headers
      if (answer.status < 300 || answer.status > 399 || location === undefined) return answer
      answer.body.destroy()
      const next = URL.parse(location, url.href)
      if (next === null) throw new Failure(`${url.host} sends us to no address`)
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
