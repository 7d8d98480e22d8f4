import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isLoopback, requireSafe } from '../../../src/host/http.ts'
import { toPlace } from '../../../src/image/sources/registry/conversation.ts'
import { fetchImage } from '../../../src/image/sources/registry/registry-image.ts'
import { makeImage, makeIndex, push } from '../../support/blob-images.ts'
import { type Registry, startRegistry } from '../../support/registry.ts'
import { sha256 } from '../../support/tar.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-registry-'))
let [open, closed]: (Registry | undefined)[] = []
const image = makeImage(['one', 'two'])
const index = makeIndex([[image.manifest, { platform: { os: 'linux', architecture: 'amd64' } }]])
const blobs = [image.config, ...image.layers]

beforeAll(async () => {
  const all = [startRegistry('public'), startRegistry('private')] as const
  ;[open, closed] = await Promise.all(all)
  for (const registry of [open, closed]) {
    const manifest = [sha256(image.manifest), image.manifest] as const
    await push(registry, 'team/api', blobs, [manifest, ['1', index]])
  }
})
afterAll(async () => {
  await Promise.all([open?.stop(), closed?.stop()])
  rmSync(root, { recursive: true })
})

let folders = 0
const fetchIt = (reference: string, env: Readonly<Record<string, string>> = {}) => {
  folders += 1
  const folder = join(root, `${folders}`)
  mkdirSync(folder)
  const { signal } = new AbortController()
  const own = { DOCKER_CONFIG: join(root, 'none'), ...env }
  return fetchImage({ reference, architecture: 'amd64', folder, env: own, signal })
}

test.each([
  ['its tag', ':1'],
  ['its digest', `@${sha256(index)}`],
])('an image is fetched by %s, as whoever has no login may', async (_, version) => {
  const { manifest, config, layers } = await fetchIt(`${open?.host}/team/api${version}`)
  expect([manifest, config]).toEqual([`${image.manifest}`, `${image.config}`])
  expect(layers.map(({ file }) => sha256(readFileSync(file)))).toEqual(image.layers.map(sha256))
  expect(open?.logins).toContain(false)
})

test('with a login of Docker it is fetched where others are refused', async () => {
  const reference = `${closed?.host}/team/api:1`
  await expect(fetchIt(reference)).rejects.toThrow('answered 401')
  const config = join(root, 'docker')
  mkdirSync(config)
  const auths = { [closed?.host ?? '']: { auth: closed?.auth } }
  writeFileSync(join(config, 'config.json'), JSON.stringify({ auths }))
  const { layers } = await fetchIt(reference, { DOCKER_CONFIG: config })
  expect(layers).toHaveLength(2)
})

test('what it does not have is said, and trouble that is over in a moment is nothing', async () => {
  await expect(fetchIt(`${open?.host}/team/api:none`)).rejects.toThrow('does not have it')
  open?.failWith(503)
  setTimeout(() => open?.failWith(undefined), 300)
  expect((await fetchIt(`${open?.host}/team/api:1`)).layers).toHaveLength(2)
})

/** A registry that may lie, without a login. */
const withLiar = async <T>(answer: RequestListener, body: (host: string) => Promise<T>) => {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await body(`127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const contents = new Map([...blobs, image.manifest].map((each) => [sha256(each), each] as const))
const honest = (url: string): Buffer | undefined =>
  url.endsWith('/1') ? image.manifest : contents.get(url.replace(/^.*\//, ''))

test.each([
  ['another manifest', 'manifests/sha256', Buffer.from('{}'), 'in place of'],
  ['another config', 'blobs', Buffer.from('{}'), 'in place of'],
  ['a manifest without an end', 'manifests', Buffer.alloc(9_000_000, ' '), 'more than 8000000'],
])('%s is refused', async (_, path, body, message) => {
  const version = path === 'manifests/sha256' ? `@${sha256(image.manifest)}` : ':1'
  await withLiar(
    ({ url = '' }, response) =>
      void response.end(url.includes(`/${path}`) ? body : (honest(url) ?? 'nothing')),
    (host) => expect(fetchIt(`${host}/a${version}`)).rejects.toThrow(message),
  )
})

test.each([
  ['more than a layer has', (layer: Buffer) => Buffer.concat([layer, layer]), 'more than its'],
  ['another layer of its size', (layer: Buffer) => Buffer.alloc(layer.length), 'in place of'],
])('%s is refused', async (_, change, message) => {
  const layer = image.layers[1] ?? Buffer.alloc(0)
  await withLiar(
    ({ url = '' }, response) => {
      const body = honest(url)
      response.end(body === layer ? change(layer) : body)
    },
    (host) => expect(fetchIt(`${host}/a:1`)).rejects.toThrow(message),
  )
})

test('redirects are followed, but not for ever, and to nothing that is not safe', async () => {
  await withLiar(
    ({ url = '' }, response) => {
      const isBlob = url.includes('/blobs/')
      if (isBlob) response.writeHead(307, { location: url.replace('/blobs/', '/elsewhere/') }).end()
      else response.end(honest(url))
    },
    async (host) => expect((await fetchIt(`${host}/a:1`)).layers).toHaveLength(2),
  )
  await withLiar(
    ({ url = '' }, response) => void response.writeHead(302, { location: `${url}x` }).end(),
    (host) => expect(fetchIt(`${host}/a:1`)).rejects.toThrow('from one address to the next'),
  )
  await withLiar(
    (_, response) => void response.writeHead(302, { location: 'http://example.com/' }).end(),
    (host) => expect(fetchIt(`${host}/a:1`)).rejects.toThrow('no https'),
  )
})

test('a token is asked for where that is safe, and what is none is not sent', async () => {
  const challenge =
    (realm: string): RequestListener =>
    (_, response) =>
      void response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end()
  await withLiar(challenge('http://example.com/token'), (host) =>
    expect(fetchIt(`${host}/a:1`)).rejects.toThrow('no https'),
  )
  await withLiar(
    ({ url = '', headers: { host } }, response) => {
      if (url.startsWith('/token')) response.end(JSON.stringify({ token: 'a\r\nb: c' }))
      else challenge(`http://${host}/token`)({} as never, response as never)
    },
    (host) => expect(fetchIt(`${host}/a:1`)).rejects.toThrow('answered with no token'),
  )
})

test('plain HTTP is for what is on this machine alone', () => {
  const at = (url: string): URL => new URL(url)
  expect(['http://localhost', 'http://127.0.0.1:5', 'http://[::1]'].map(at).every(isLoopback)).toBe(
    true,
  )
  expect(['http://127.0.0.1.evil.com', 'http://localhost.x'].map(at).some(isLoopback)).toBe(false)
  expect(() => requireSafe(at('http://127.0.0.1'), at('https://ghcr.io'))).toThrow('no https')
  expect(requireSafe(at('https://x.io'), at('https://ghcr.io')).host).toBe('x.io')
})

test.each([
  ['docker.io/library/a:latest', ['docker.io', 'library/a', 'latest']],
  ['localhost:5000/a/b:1', ['localhost:5000', 'a/b', '1']],
  [`ghcr.io/a/b:1@${sha256('x')}`, ['ghcr.io', 'a/b', sha256('x')]],
])('%s is asked for where it is', (canonical, [domain, repository, version]) => {
  expect(toPlace(canonical)).toEqual({ domain, repository, version })
})
