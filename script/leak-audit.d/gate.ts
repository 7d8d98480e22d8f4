import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'

/**
 * Where builds wait until the audit has looked around. It speaks one line a connection, so that bash
 * alone can use it: `hold WAY` is answered when the gate is open, `mint WAY` by a token.
 */
export type Gate = {
  /** HOST:PORT */
  readonly address: string
  /** Resolves once the build of this way waits at the gate. */
  readonly arrival: (way: string) => Promise<void>
  readonly open: () => void
  readonly close: () => Promise<void>
}

export const startGate = async (mint: (way: string) => Promise<string>): Promise<Gate> => {
  const arrivals = new Map<string, PromiseWithResolvers<void>>()
  const arrivalOf = (way: string): PromiseWithResolvers<void> => {
    const known = arrivals.get(way) ?? Promise.withResolvers<void>()
    arrivals.set(way, known)
    return known
  }
  const opened = Promise.withResolvers<void>()
  const answer = async (socket: Socket): Promise<void> => {
    const [line] = (await once(socket, 'data')) as [Buffer]
    const [verb, way = ''] = line.toString('utf8').trim().split(' ')
    if (verb === 'mint') {
      socket.end(`${await mint(way)}\n`)
      return
    }
    arrivalOf(way).resolve()
    await opened.promise
    socket.end('go\n')
  }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}) // A build that was killed.
    answer(socket).catch(() => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrival: (way) => arrivalOf(way).promise,
    open: () => opened.resolve(),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
