import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A builder asks with a dozen connections at once. */
const mostConnections = 200
const headersMs = 20_000
/** Of a connection on which nothing moves. */
const silenceMs = 5 * 60_000

/** Serves HTTP to processes of this machine, on a port that the system picks. */
export const listen = async (handle: RequestListener) => {
  // A layer may take as long as it likes, as long as it moves.
  const server = createServer({ headersTimeout: headersMs, requestTimeout: 0 }, handle)
  server.maxConnections = mostConnections
  server.setTimeout(silenceMs)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    host: `127.0.0.1:${port}`,
    /** Cuts off all who ask. */
    close: async (): Promise<void> => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
