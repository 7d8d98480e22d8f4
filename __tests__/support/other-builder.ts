import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A builder that shares neither images nor cache with the daemon of the tests. */
export type OtherBuilder = {
  /** For the step's BUILDX_CONFIG: there this builder is in use. */
  readonly config: string
  /** Where its BuildKit listens. */
  readonly endpoint: string
  /** Bytes that have come from it so far. */
  readonly sentBytes: () => number
  readonly remove: () => Promise<void>
}

const socketOf = (engine: string): string => {
  const shell = `eval "$(script/testbed --engine ${engine} env)"; printf %s "$DOCKER_HOST"`
  return execFileSync('bash', ['-c', shell], { encoding: 'utf8' }).replace(/^unix:\/\//, '')
}

/** dockerd's own way to its BuildKit: the connection becomes HTTP/2 after this. */
const upgrade =
  'POST /grpc HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n'

const throughDaemon = (
  client: Socket,
  socketPath: string,
  onBytes: (bytes: number) => void,
): void => {
  const daemon = connect(socketPath, () => daemon.write(upgrade))
  let head = Buffer.alloc(0)
  const onData = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    daemon.off('data', onData)
    const rest = head.subarray(end + 4)
    if (rest.length > 0) client.write(rest)
    daemon.on('data', (bytes: Buffer) => onBytes(bytes.length))
    daemon.pipe(client)
    client.pipe(daemon)
  }
  daemon.on('data', onData)
  for (const [one, other] of [
    [client, daemon],
    [daemon, client],
  ] as const) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
}

/**
 * Makes the BuildKit of another daemon a remote builder. Images of BuildKit cannot be had here, so
 * this stands for a builder in a container: what it makes comes out as a tar.
 */
export const startOtherBuilder = async (): Promise<OtherBuilder> => {
  execFileSync('bash', ['script/testbed', '--engine', 'containerd', 'up'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const socketPath = socketOf('containerd')
  let sent = 0
  const count = (bytes: number): void => {
    sent += bytes
  }
  const server = createServer((client) => throughDaemon(client, socketPath, count))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const config = await mkdtemp(join(tmpdir(), 'other-builder-'))
  const endpoint = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`
  const env = { ...process.env, BUILDX_CONFIG: config }
  const create = ['buildx', 'create', '--name=other', '--driver=remote', '--use', endpoint]
  await run('docker', create, { env })
  return {
    config,
    endpoint,
    sentBytes: () => sent,
    remove: async () => {
      await run('docker', ['buildx', 'rm', 'other'], { env }).catch(() => {})
      server.close()
      await rm(config, { recursive: true })
    },
  }
}
