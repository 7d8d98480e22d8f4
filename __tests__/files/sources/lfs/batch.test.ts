import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { type Actions, createActions } from '../../../../src/files/sources/lfs/batch.ts'
import { createRequests } from '../../../../src/host/http.ts'

const oid = 'a'.repeat(64)
const wanted = { sha256: oid, sizeBytes: 1, path: 'a.bin' }
const here = 'http://127.0.0.1:9/a'

/** What a server that answers so gives. */
const withActions = async <T>(
  body: unknown,
  status: number,
  use: (actions: Actions, count: () => number) => Promise<T>,
) => {
  let count = 0
  const server = createServer((_, response) => {
    count += 1
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/o/r.git`)
  const { signal } = new AbortController()
  const requests = createRequests(endpoint, signal)
  const patience = { silenceMs: 20_000, pauseMs: 1 }
  const token = async () => undefined
  try {
    const actions = createActions({ endpoint, requests, token, signal, patience }, [wanted])
    return await use(actions, () => count)
  } finally {
    requests.dispose()
    server.closeAllConnections()
    server.close()
  }
}
const ask = (body: unknown, status = 200) =>
  withActions(body, status, (actions) => actions.get(wanted))
const give = (download: unknown) => ask({ objects: [{ oid, size: 1, actions: { download } }] })

test.each([
  ['is good for a while', 100, 1],
  ['has ended', -1, 2],
])('an address that %s is asked for so often', async (_, seconds, times) => {
  const action = { href: here, expires_in: seconds }
  const body = { objects: [{ oid, actions: { download: action } }] }
  await withActions(body, 200, async (actions, count) => {
    // At once, as for several files: the second one waits for what the first one asks.
    await Promise.all([actions.get(wanted), seconds > 0 && actions.get(wanted)])
    await actions.get(wanted)
    expect(count()).toBe(times)
    actions.drop(wanted)
    await actions.get(wanted)
    expect(count()).toBe(times + 1)
  })
})

test('an address comes with its headers', async () => {
  const { url, headers, endsMs } = await give({ href: here, header: { 'X-Key': 'a b' } })
  expect([url.href, headers, endsMs]).toEqual([here, { 'x-key': 'a b' }, Number.POSITIVE_INFINITY])
})

test.each([
  ['the seconds that are left', { expires_in: 100 }],
  ['a moment', { expires_at: new Date(Date.now() + 100_000).toISOString() }],
  [
    'a moment without zone and seconds of none',
    { expires_in: 0, expires_at: new Date(Date.now() + 100_000) },
  ],
])('it ends a little earlier than %s say', async (_, end) => {
  const { endsMs } = await give({ href: here, ...end })
  const leftMs = endsMs - performance.now()
  expect(leftMs).toBeLessThan(96_000)
  expect(leftMs).toBeGreaterThan(60_000)
})

test.each([
  [
    'plain HTTP elsewhere',
    { href: 'http://example.com/a' },
    'sends us to http://example.com, which is no https',
  ],
  ['another protocol', { href: 'file:///etc/passwd' }, 'which is no https'],
  ['no address', {}, 'gives a.bin no address'],
  ['an address that is none', { href: 'a' }, 'gives a.bin no address'],
  ['a header of two lines', { href: here, header: { a: 'b\r\nc: d' } }, 'gives a.bin no address'],
  ['another host', { href: here, header: { Host: 'b' } }, 'gives a.bin no address'],
  ['another part', { href: here, header: { Range: 'bytes=0-0' } }, 'gives a.bin no address'],
  ['a header that is no text', { href: here, header: { a: 1 } }, 'gives a.bin no address'],
])('%s is refused', async (_, download, why) => {
  await expect(give(download)).rejects.toThrow(why)
})

test.each([
  ['no JSON', '<html>', 'what is no batch'],
  ['no objects', {}, 'what is no batch'],
  ['another transfer', { transfer: 'tus', objects: [] }, 'what is no batch'],
  [
    'another object',
    { objects: [{ oid: 'b'.repeat(64) }] },
    'a.bin (no status: not in the answer)',
  ],
  ['null', { objects: [null] }, 'not in the answer'],
  ['nothing to do', { objects: [{ oid }] }, 'gives a.bin no address'],
  ['an answer without an end', `"${'a'.repeat(3_000_000)}"`, 'more than 2000000 bytes'],
])('an answer with %s is refused', async (_, body, why) => {
  await expect(ask(body)).rejects.toThrow(why)
})

test.each([
  [509, {}, 'node-files-cache'],
  [403, { message: 'This repository is over its data quota.' }, 'node-files-cache'],
  [403, { message: 'No.' }, 'contents: read'],
  [422, { message: 'a\n::error::b' }, 'answered 422: a ::error::b'],
  [422, 'no JSON', 'answered 422'],
])('%i %j is explained', async (status, body, why) => {
  const said = await ask(body, status).then(
    () => 'nothing',
    (error) => `${error.message}. ${error.remedy}`,
  )
  expect(said).toContain(why)
})
