import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { createRequests, readText, retry, toWaitMs } from '../../src/host/http.ts'

const withServer = async <T>(answer: RequestListener, body: (url: URL) => Promise<T>) => {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await body(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const withRequests = async <T>(
  server: URL,
  body: (requests: ReturnType<typeof createRequests>, signal: AbortSignal) => Promise<T>,
) => {
  const { signal } = new AbortController()
  const requests = createRequests(server, signal)
  try {
    return await body(requests, signal)
  } finally {
    requests.dispose()
  }
}

test.each([
  [undefined, 0],
  ['2', 2_000],
  ['Thu, 01 Jan 1970 00:00:12 GMT', 2_000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['-1', 0],
  ['soon', 0],
])('retry-after: %s is a wait of %i ms', (header, ms) => {
  expect(toWaitMs(header, 10_000)).toBe(ms)
})

test('a post is sent again where its server says, and to no other one', async () => {
  const bodies: string[] = []
  await withServer(
    async (request, response) => {
      bodies.push(`${request.method} ${request.url} ${await text(request)}`)
      const [, port = ''] = /^\/to\/(\d+)$/.exec(request.url ?? '') ?? []
      if (request.url === '/moved') response.writeHead(307, { location: '/here' }).end()
      else if (port) response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end()
      else response.end('done')
    },
    (url) =>
      withRequests(url, async ({ send }) => {
        const answer = await send(new URL('/moved', url), {}, { body: 'text' })
        expect((await readText(answer, 10, 'it')).toString()).toBe('done')
        expect(bodies).toEqual(['POST /moved text', 'POST /here text'])
        const elsewhere = send(new URL('/to/9', url), {}, { body: 'text' })
        await expect(elsewhere).rejects.toThrow('sends us to 127.0.0.1:9, which we do not post to')
      }),
  )
})

test.each([
  ['all but the login', undefined, { 'x-own': 'a', range: 'b' }],
  ['what may be', ['range'], { range: 'b' }],
])('another server hears %s', async (_, forOthers, heard) => {
  const seen: IncomingHttpHeaders[] = []
  await withServer(
    (request, response) => {
      seen.push(request.headers)
      response.end()
    },
    (other) =>
      withServer(
        (_request, response) => void response.writeHead(302, { location: other.href }).end(),
        (url) =>
          withRequests(url, async ({ send }) => {
            const headers = { authorization: 'secret', 'x-own': 'a', range: 'b' }
            await send(url, headers, { ...(forOthers && { forOthers }) })
            const { authorization, 'x-own': own, range } = seen[0] ?? {}
            const all = { ...(authorization && { authorization }), ...(own && { 'x-own': own }) }
            expect({ ...all, ...(range && { range }) }).toEqual(heard)
          }),
      ),
  )
})

test('a server is left alone as long as it wants, and nobody waits for hours', async () => {
  const moments: number[] = []
  let wish = '1'
  await withServer(
    (_request, response) => {
      moments.push(performance.now())
      if (moments.length === 2) response.end()
      else response.writeHead(moments.length === 1 ? 403 : 429, { 'retry-after': wish }).end()
    },
    (url) =>
      withRequests(url, async ({ send }, signal) => {
        await retry(() => send(url, {}), signal, 1)
        expect((moments[1] ?? 0) - (moments[0] ?? 0)).toBeGreaterThan(990)
        wish = '7200'
        const late = retry(() => send(url, {}), signal, 1)
        await expect(late).rejects.toThrow('answered 429, and wants to be asked again in 7200 s')
        expect(moments).toHaveLength(3)
      }),
  )
})

test.each([
  [408, 2],
  [429, 2],
  [503, 2],
  [404, 1],
  [507, 1],
])('a server that answers %i is asked so often in all: %i', async (status, times) => {
  let asked = 0
  await withServer(
    (_request, response) => {
      asked += 1
      response.writeHead(asked === 1 ? status : 200).end()
    },
    (url) => withRequests(url, ({ send }, signal) => retry(() => send(url, {}), signal, 1)),
  )
  expect(asked).toBe(times)
})
