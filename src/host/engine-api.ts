import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Failure } from '../failure.ts'
import type { Docker } from './docker.ts'
import { notStarted } from './process.ts'

/**
 * Asks the daemon's API for one thing, as parsed JSON; undefined where it has no such thing.
 *
 * @throws {Failure} when the daemon does not answer, or refuses
 */
export type Ask = <T>(path: string) => Promise<T | undefined>

/** People do not wait longer for a daemon that hangs. */
const answerTimeoutMs = 30_000

/** What the HTTP client asks of a socket, and a child's pipes need not do. */
const toSocket = ({ stdout, stdin }: ChildProcess): Duplex => {
  const nothing = (): void => {}
  const pipes = Duplex.from({ readable: stdout ?? undefined, writable: stdin ?? undefined })
  // What breaks shows in the request that needed it.
  pipes.on('error', nothing)
  return Object.assign(pipes, {
    setKeepAlive: nothing,
    setNoDelay: nothing,
    setTimeout: nothing,
    ref: nothing,
    unref: nothing,
  })
}

const noAnswer = (why: string): Failure =>
  new Failure(`Docker does not answer: ${why}`, {
    remedy:
      'Start the daemon, and check DOCKER_HOST, the docker context and that this user may use the socket.',
  })

const readAnswer = async <T>(response: IncomingMessage, path: string): Promise<T | undefined> => {
  const body = await text(response)
  if (response.statusCode === 404) return undefined
  if (response.statusCode === 200) return JSON.parse(body) as T
  const said = body.trim().slice(0, 1_000)
  throw new Failure(`Docker answered ${response.statusCode} to ${path}: ${said}`)
}

/**
 * Starts one connection to the daemon for many questions: `docker system dial-stdio` is the docker
 * command's own way there, whatever the context, and far quicker than a docker command for each.
 */
export const withEngineApi = async <T>(
  docker: Docker,
  body: (ask: Ask) => Promise<T>,
): Promise<T> => {
  const { file, args, env, signal } = docker.command(['system', 'dial-stdio'])
  const child = spawn(file, [...args], { env, signal })
  let problem = ''
  child.stderr.on('data', (chunk: Buffer) => {
    problem = (problem + chunk.toString('utf8')).slice(-2_000)
  })
  let failure: Failure | undefined
  child.on('error', (cause) => {
    failure = notStarted(file, cause)
  })
  const ended = once(child, 'close').catch(() => {})
  const gone = ended.then(() => {
    signal?.throwIfAborted()
    throw failure ?? noAnswer(problem.trim() || 'the connection was closed')
  })
  gone.catch(() => {})
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  agent.createConnection = () => toSocket(child)
  const ask: Ask = async <A>(path: string): Promise<A | undefined> => {
    const request = get({ agent, path, signal: AbortSignal.timeout(answerTimeoutMs) })
    const answer = once(request, 'response') as Promise<[IncomingMessage]>
    const first = Promise.race([answer, gone]).catch(async (cause: Error) => {
      if (cause instanceof Failure) throw cause
      if (cause.name === 'AbortError') throw noAnswer('no answer within its deadline')
      // The connection broke: docker says why at its end.
      return gone
    })
    return readAnswer<A>((await first)[0], path)
  }
  try {
    return await body(ask)
  } finally {
    agent.destroy()
    child.kill()
    await ended
  }
}
