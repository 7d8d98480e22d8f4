import { once } from 'node:events'
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http'
import type { Duplex } from 'node:stream'
import { Failure } from '../failure.ts'
import { readStream } from '../host/bounds.ts'
import { later } from '../host/later.ts'
import type { Docker } from './docker.ts'
import { type Connection, findEndpoint, noAnswer } from './endpoint.ts'

/**
 * Gets one thing from the daemon's API, as parsed JSON; undefined where it has no such thing.
 *
 * @throws {Failure} when the daemon does not answer, or refuses
 */
export type Get = <T>(path: string) => Promise<T | undefined>

/** The daemon's API: a docker command for each question would take 50 ms just to start. */
export type EngineApi = {
  readonly get: Get
  /** Has the daemon do something; answers as {@link Get} does. */
  readonly post: <T>(path: string, body?: unknown) => Promise<T | undefined>
  /** Sends DELETE; undefined where there was nothing. */
  readonly remove: (path: string) => Promise<unknown>
  /** Bytes of something, such as an archive, however long they take; undefined where there is nothing. */
  readonly download: (path: string) => Promise<IncomingMessage | undefined>
  /** Has it do something that one then talks with, over a connection of its own. */
  readonly attach: (path: string, body?: unknown) => Promise<Duplex>
  /** Aborted with the step. What is under way may still be undone then, for a moment. */
  readonly cancelled?: AbortSignal | undefined
}

/** People do not wait longer for a daemon that hangs. */
const answerTimeoutMs = 30_000

/** So long the daemon can still be asked to undo something when the step is cancelled. */
const undoMs = 3_500

const toBody = (body: unknown) => ({
  payload: body === undefined ? '' : JSON.stringify(body),
  headers: body === undefined ? {} : { 'content-type': 'application/json' },
})

const refused = (said: string, { statusCode }: IncomingMessage, path: string): Failure =>
  new Failure(`Docker answered ${statusCode} to ${path}: ${said.trim().slice(0, 1_000)}`)

const readAnswer = async <T>(response: IncomingMessage, path: string): Promise<T | undefined> => {
  const body = await readStream(response, `Docker's answer to ${path}`)
  const { statusCode = 0 } = response
  if (statusCode === 404) return undefined
  if (statusCode < 200 || statusCode > 299) throw refused(body, response, path)
  return body === '' ? undefined : (JSON.parse(body) as T)
}

/** Sends a request and waits for the first answer, or for the reason why none can come. */
const send = async (
  options: RequestOptions,
  payload: string,
  goneOf: (socket: Duplex) => Promise<never> | undefined,
  signal: AbortSignal,
  isLong = false,
): Promise<{ readonly response: IncomingMessage; readonly socket?: Duplex }> => {
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), answerTimeoutMs).unref()
  const asked = request({ ...options, signal: AbortSignal.any([signal, timeout.signal]) })
  let gone: Promise<never> | undefined
  asked.once('socket', (socket) => {
    gone = goneOf(socket)
  })
  type Answered = { readonly response: IncomingMessage; readonly socket?: Duplex }
  const answered: Promise<Answered> = Promise.race([
    once(asked, 'response').then(([response]) => ({ response })),
    once(asked, 'upgrade').then(([response, socket, head]) => {
      if (head.length > 0) socket.unshift(head)
      return { response, socket }
    }),
  ])
  asked.end(payload)
  // What is read for as long as it takes is watched by who reads it.
  const waited = answered.then((answer) => {
    if (isLong || answer.socket !== undefined) clearTimeout(timer)
    else answer.response.once('close', () => clearTimeout(timer))
    return answer
  })
  waited.catch(() => clearTimeout(timer))
  return waited.catch(async (cause: Error) => {
    if (cause.name === 'AbortError') throw noAnswer('no answer within its deadline')
    // The connection broke, and says why at its end.
    return gone ?? Promise.reject(noAnswer(cause.message))
  })
}

/** Talks with the daemon that the docker command would talk with, and hangs up at the end. */
export const withEngineApi = async <T>(
  docker: Docker,
  body: (api: EngineApi) => Promise<T>,
): Promise<T> => {
  const { dial, connections } = findEndpoint(docker)
  const open = new Map<Duplex, Connection>()
  const createConnection = (): Duplex => {
    const connection = dial()
    open.set(connection.socket, connection)
    connection.gone.catch(() => open.delete(connection.socket))
    return connection.socket
  }
  const { signal: cancelled } = docker.command([])
  const tooLate = later(cancelled, undoMs)
  const goneOf = (socket: Duplex) => open.get(socket)?.gone
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  agent.createConnection = createConnection
  const call = async <A>(
    method: string,
    path: string,
    content?: unknown,
  ): Promise<A | undefined> => {
    const { payload, headers } = toBody(content)
    // Questions need no answer any more.
    const stop = (method === 'GET' && cancelled) || tooLate
    const { response } = await send({ agent, method, path, headers }, payload, goneOf, stop)
    return readAnswer<A>(response, path)
  }
  const download = async (path: string): Promise<IncomingMessage | undefined> => {
    const options = { createConnection, method: 'GET', path }
    const { response } = await send(options, '', goneOf, cancelled ?? tooLate, true)
    if (response.statusCode === 200) return response
    const said = await readStream(response, `Docker's answer to ${path}`)
    if (response.statusCode === 404) return undefined
    throw refused(said, response, path)
  }
  const attach = async (path: string, content?: unknown): Promise<Duplex> => {
    const { payload, headers } = toBody(content)
    const upgrade = { ...headers, connection: 'Upgrade', upgrade: 'tcp' }
    const options = { createConnection, method: 'POST', path, headers: upgrade }
    const { response, socket } = await send(options, payload, goneOf, tooLate)
    if (socket === undefined) {
      throw refused(await readStream(response, `Docker's answer to ${path}`), response, path)
    }
    return socket
  }
  try {
    return await body({
      get: (path) => call('GET', path),
      post: (path, content) => call('POST', path, content),
      remove: (path) => call('DELETE', path),
      attach,
      download,
      cancelled,
    })
  } finally {
    const connections = [...open.values()]
    agent.destroy()
    for (const { socket } of connections) socket.destroy()
    await Promise.allSettled(connections.map(({ gone }) => gone))
  }
}
