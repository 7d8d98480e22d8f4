import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { execute } from '../../src/docker/container.ts'
import { createDocker } from '../../src/docker/docker.ts'
import { withEngineApi } from '../../src/docker/engine-api.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-bounds-'))
afterAll(() => rmSync(folder, { recursive: true }))
let daemon: Server
afterEach(() => {
  daemon?.closeAllConnections()
  daemon?.close()
})

const piece = Buffer.alloc(1024 * 1024, ' ')

/** Writes without end, as long as somebody reads. */
const flood = (stream: NodeJS.WritableStream): void => {
  while (stream.write(piece));
  stream.once('drain', () => flood(stream))
}

/** A daemon that hangs where it is asked for `/hang`, and floods in all other answers. */
const startDaemon = async (): Promise<string> => {
  daemon = createServer((request, response) => {
    if (request.url === '/hang') return
    if (request.url?.endsWith('/exec')) response.end('{"Id": "e1"}')
    else flood(response)
  })
  daemon.on('upgrade', (_request, socket) => {
    socket.on('error', () => {})
    socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n')
    socket.write(Buffer.from([1, 0, 0, 0, 255, 255, 255, 255]))
    flood(socket)
  })
  const path = join(folder, 'docker.sock')
  await new Promise<void>((resolve) => daemon.listen(path, resolve))
  return `unix://${path}`
}

test('an answer of the daemon without end is a failure that names what was asked', async () => {
  const docker = createDocker({ DOCKER_HOST: await startDaemon() })
  const asking = withEngineApi(docker, ({ get }) => get('/images/json'))
  await expect(asking).rejects.toThrow("Docker's answer to /images/json exceeds the 64 MB")
})

test('a program in a container that prints without end is a failure that names both', async () => {
  const docker = createDocker({ DOCKER_HOST: await startDaemon() })
  const asking = withEngineApi(docker, (api) => execute(api, 'node', ['dmesg'], 600_000))
  await expect(asking).rejects.toThrow('The output of `dmesg` in node exceeds the 64 MB')
})

test('a daemon that hangs does not hold up a step that is cancelled', async () => {
  const cancel = new AbortController()
  const docker = createDocker({ DOCKER_HOST: await startDaemon() }, cancel.signal)
  const asking = withEngineApi(docker, ({ get }) => get('/hang'))
  daemon.once('request', () => cancel.abort())
  const started = performance.now()
  await expect(asking).rejects.toThrow('Docker does not answer')
  // Its own deadline is 30 s.
  expect(performance.now() - started).toBeLessThan(20_000)
})
