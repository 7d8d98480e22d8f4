import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Transform } from 'node:stream'

/** A way to a daemon's BuildKit over TCP, for all that connect to it together. */
export type BuilderLine = {
  readonly endpoint: string
  /** Bytes that have come from the BuildKit so far. */
  readonly sentBytes: () => number
  readonly close: () => void
}

/** dockerd's own way to its BuildKit: the connection becomes HTTP/2 after this. */
const upgrade =
  'POST /grpc HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n'

/** Each stream of one direction waits until the bytes before its own have passed. */
const makeLane = (bytesPerSecond: number): (() => Transform) => {
  let freeAt = 0
  return () =>
    new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        const now = performance.now()
        freeAt = Math.max(freeAt, now) + (chunk.length / bytesPerSecond) * 1_000
        setTimeout(done, freeAt - now, null, chunk)
      },
    })
}

type Lanes = { readonly toClient: () => Transform; readonly toDaemon: () => Transform }

const throughDaemon = (
  client: Socket,
  socketPath: string,
  onBytes: (bytes: number) => void,
  lanes: Lanes | undefined,
): void => {
  const daemon = connect(socketPath, () => daemon.write(upgrade))
  let head = Buffer.alloc(0)
  const onData = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    daemon.off('data', onData)
    const rest = head.subarray(end + 4)
    if (rest.length > 0) daemon.unshift(rest)
    daemon.on('data', (bytes: Buffer) => onBytes(bytes.length))
    if (lanes === undefined) {
      daemon.pipe(client)
      client.pipe(daemon)
    } else {
      daemon.pipe(lanes.toClient()).pipe(client)
      client.pipe(lanes.toDaemon()).pipe(daemon)
    }
  }
  daemon.on('data', onData)
  for (const [one, other] of [
    [client, daemon],
    [daemon, client],
  ] as const) {
    one.on('error', () => other.destroy())
    // What has ended well is passed on by its pipe, which may have bytes left.
    one.on('close', () => one.readableEnded || other.destroy())
  }
}

/**
 * Offers the BuildKit of the daemon behind a socket as a remote builder.
 *
 * @param bytesPerSecond what the line takes in each direction, for a builder on a far machine
 */
export const startLine = async (
  socketPath: string,
  bytesPerSecond?: number,
): Promise<BuilderLine> => {
  let sent = 0
  const count = (bytes: number): void => {
    sent += bytes
  }
  const lanes =
    bytesPerSecond === undefined
      ? undefined
      : { toClient: makeLane(bytesPerSecond), toDaemon: makeLane(bytesPerSecond) }
  const server = createServer((client) => throughDaemon(client, socketPath, count, lanes))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sentBytes: () => sent,
    close: () => server.close(),
  }
}
