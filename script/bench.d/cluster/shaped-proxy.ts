import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'

export type ShapedProxy = {
  readonly port: number
  /** Bytes of answers to GET, by the path that was asked for. */
  readonly sent: Map<string, number>
  readonly stop: () => Promise<void>
}

/** Lets so many bytes a second through. */
const createBrake = (bytesPerSecond: number): Transform => {
  const began = performance.now()
  let bytes = 0
  return new Transform({
    transform: (chunk: Buffer, _, done) => {
      bytes += chunk.length
      const earlyMs = (bytes * 1_000) / bytesPerSecond - (performance.now() - began)
      if (earlyMs < 5) done(null, chunk)
      else void sleep(earlyMs).then(() => done(null, chunk))
    },
  })
}

/** Stands before a registry: counts what it sends, and sends no stream of it faster than a registry elsewhere does. */
export const startShapedProxy = async (
  registry: string,
  addresses: readonly string[],
  bytesPerSecond: number,
): Promise<ShapedProxy> => {
  const sent = new Map<string, number>()
  const handle = async (asked: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url = '/' } = asked
    const forward = request(`http://${registry}${url}`, { method, headers: asked.headers })
    asked.pipe(forward)
    const [answer] = (await once(forward, 'response')) as [IncomingMessage]
    response.writeHead(answer.statusCode ?? 500, answer.headers)
    if (method === 'GET') {
      answer.on('data', (chunk: Buffer) => sent.set(url, (sent.get(url) ?? 0) + chunk.length))
    }
    await pipeline(answer, createBrake(bytesPerSecond), response)
  }
  // Whoever breaks off asks again.
  const listener = (asked: IncomingMessage, response: ServerResponse): void =>
    void handle(asked, response).catch(() => response.destroy())
  const servers: Server[] = []
  let port = 0
  for (const address of addresses) {
    const server = createServer(listener).listen(port, address)
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
    servers.push(server)
  }
  const stop = async (): Promise<void> => {
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
  }
  return { port, sent, stop }
}
