import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { renderError } from '../../src/failure.ts'
import { parseImageReference } from '../../src/image/reference.ts'
import { toRefusal } from '../../src/image/refusal.ts'
import { findPullLimit } from '../../src/pull/ask-registry.ts'
import { explainPull } from '../../src/pull/explain.ts'

const methods: string[] = []
let tags: unknown = ['15', '15.8', '16', '16.4', '16.4-alpine', 'latest']
let status = 200
/** A registry as far as errors ask one: tags, and Docker Hub's limit in the answer to a HEAD. */
const server = createServer((request, response) => {
  methods.push(`${request.method} ${request.url}`)
  const { pathname, searchParams } = new URL(`http://x${request.url}`)
  if (pathname.endsWith('/tags/list')) {
    const most = Number(searchParams.get('n') ?? 100)
    const some = Array.isArray(tags) ? tags.slice(0, most) : tags
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ name: 'x', tags: some }))
    return
  }
  const limits = { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '0;w=21600' }
  response.writeHead(status, limits).end()
})
let host = ''
const asker = { env: { DOCKER_CONFIG: '/none' }, signal: new AbortController().signal }

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

const explain = async (name: string, said: string, env = asker.env): Promise<string> => {
  const reference = parseImageReference(name)
  if (typeof reference === 'string') throw new Error(reference)
  return renderError(await explainPull(reference, toRefusal(said), { ...asker, env }))
}

test('a tag that is not there is told with the nearest that are', async () => {
  const text = await explain(`${host}/postgres:16.5`, 'manifest unknown')
  expect(text).toContain(`${host} has no 16.5 of postgres`)
  expect(text).toContain('The nearest there are: 16.4, 16, 16.4-alpine.')
  expect(text).toContain('Docker said: manifest unknown')
})

test('a registry that gives a hundred tags is asked for more', async () => {
  const before = tags
  tags = [...Array.from({ length: 200 }, (_, at) => `sha-${at}`), '16.4']
  expect(await explain(`${host}/postgres:16.5`, 'manifest unknown')).toContain('are: 16.4.')
  tags = before
})

test('what a registry says of tags is data', async () => {
  tags = ['16.4\n::error::', { a: 1 }, '<b>', '16.4']
  const text = await explain(`${host}/postgres:16.5`, 'manifest unknown')
  expect(text).toContain('The nearest there are: 16.4.')
  tags = 'none'
  expect(await explain(`${host}/postgres:16.5`, 'manifest unknown')).toContain('Check the name')
})

test("Docker Hub's limit is asked by HEAD alone, also where that is refused", async () => {
  methods.splice(0)
  const place = { domain: host, repository: 'ratelimitpreview/test', version: 'latest' }
  const limit = { limit: 100, windowS: 21_600, remaining: 0 }
  expect(await findPullLimit(asker, place)).toEqual(limit)
  status = 429
  expect(await findPullLimit(asker, place)).toEqual(limit)
  status = 200
  expect(methods.every((line) => line.startsWith('HEAD '))).toBe(true)
})

test.each([
  ['denied', 'pull access denied for x', /shows it only to who is logged in.*Log in to 127/s],
  ['no platform', 'no matching manifest for linux/arm64', /no image for the platform/],
  ['a certificate', 'x509: certificate signed by unknown authority', /certs\.d/],
  ['a full disk', 'no space left on device', /no space left on device/],
  ['a limit', 'toomanyrequests', /pull limit of 127.* is used up \(without a login\)/],
])('%s has a remedy', async (_, said, expected) => {
  expect(await explain(`${host}/x:1`, said)).toMatch(expected)
})

test("only Docker Hub's limit is said to end hours later", async () => {
  const hours = 'not tried again, as the limit ends only hours later'
  const signal = AbortSignal.abort(new Error('nobody is asked'))
  const reference = { given: 'redis:7', canonical: 'docker.io/library/redis:7' }
  const refusal = toRefusal('toomanyrequests')
  const failure = await explainPull(reference, refusal, { ...asker, signal })
  expect(renderError(failure)).toContain(hours)
  expect(await explain(`${host}/x:1`, 'toomanyrequests')).not.toContain('hours later')
})

test('with a login it is that which helps no further', async () => {
  const DOCKER_CONFIG = mkdtempSync(join(tmpdir(), 'slipway-explain-'))
  const auths = { [host]: { auth: btoa('me:pw') } }
  writeFileSync(join(DOCKER_CONFIG, 'config.json'), JSON.stringify({ auths }))
  const text = await explain(`${host}/x:1`, 'toomanyrequests', { DOCKER_CONFIG })
  expect(text).toMatch(/is used up \(Docker's login was used\)/)
  expect(text).not.toContain('docker/login-action')
  const denied = await explain(`${host}/x:1`, 'denied: no', { DOCKER_CONFIG })
  expect(denied).toContain(`${host} refuses ${host}/x:1 to Docker's login`)
  expect(denied).toContain(`or \`docker logout ${host}\``)
  rmSync(DOCKER_CONFIG, { recursive: true })
})

test("Docker Hub's login is removed by its command without an address", async () => {
  const DOCKER_CONFIG = mkdtempSync(join(tmpdir(), 'slipway-explain-'))
  const auths = { 'https://index.docker.io/v1/': { auth: btoa('me:pw') } }
  writeFileSync(join(DOCKER_CONFIG, 'config.json'), JSON.stringify({ auths }))
  expect(await explain('docker.io/library/redis:7', 'denied: no', { DOCKER_CONFIG })).toMatch(
    /or `docker logout`/,
  )
  rmSync(DOCKER_CONFIG, { recursive: true })
})
