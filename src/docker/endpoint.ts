import type { ChildProcess } from 'node:child_process'
import { connect } from 'node:net'
import { Duplex } from 'node:stream'
import { Failure } from '../failure.ts'
import { startPiped } from '../host/process-group.ts'
import type { Docker } from './docker.ts'
import { findSocket } from './socket.ts'
import { withoutWarnings } from './warnings.ts'

/** A connection to the daemon; `gone` is rejected, saying why, when it could not be made or is lost. */
export type Connection = { readonly socket: Duplex; readonly gone: Promise<never> }

export const noAnswer = (why: string): Failure =>
  new Failure(`Docker does not answer: ${why}`, {
    remedy:
      'Start the daemon. Check DOCKER_HOST, the docker context, and whether this user may use the socket; `mode: doctor` says which.',
  })

/** Of a timer, about 24 days: nobody needs a connection for so long. */
const longestMs = 2 ** 31 - 1

/** What the HTTP client asks of a socket, and a child's pipes need not do. */
const toSocket = ({ stdout, stdin }: ChildProcess): Duplex => {
  const nothing = (): void => {}
  const pipes = Duplex.from({ readable: stdout ?? undefined, writable: stdin ?? undefined })
  return Object.assign(pipes, {
    setKeepAlive: nothing,
    setNoDelay: nothing,
    setTimeout: nothing,
    ref: nothing,
    unref: nothing,
  })
}

const dialSocket = (path: string): Connection => {
  const socket = connect(path)
  const gone = new Promise<never>((_, reject) => {
    let problem = 'the connection was closed'
    socket.once('error', ({ message }) => {
      problem = message
    })
    socket.once('close', () => reject(noAnswer(problem)))
  })
  return { socket, gone }
}

/** The docker command's own way to the daemon, whatever the context. */
const dialWithCommand = (docker: Docker): Connection => {
  const command = docker.command(['system', 'dial-stdio'])
  // It lives as long as its connection, and outlives the step's cancelling where something is undone.
  const { child, ended, end } = startPiped({ ...command, timeoutMs: longestMs, signal: undefined })
  const socket = toSocket(child)
  let problem = ''
  child.stderr.on('data', (chunk: Buffer) => {
    problem = (problem + chunk.toString('utf8')).slice(-2_000)
  })
  const gone = ended.then(() => {
    throw noAnswer(withoutWarnings(problem).trim() || 'the connection was closed')
  })
  socket.once('close', end)
  return { socket, gone }
}

/** How to reach the daemon that the docker command would reach. */
export const findEndpoint = (docker: Docker) => {
  const path = findSocket(docker.command([]).env)
  const dial = (): Connection => {
    const connection = path === undefined ? dialWithCommand(docker) : dialSocket(path)
    // What breaks shows in the request that needed it.
    connection.socket.on('error', () => {})
    connection.gone.catch(() => {})
    return connection
  }
  /** How many connections for short questions are worth their making. */
  const connections = path === undefined ? 1 : 4
  return { dial, connections }
}
