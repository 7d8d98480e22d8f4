import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { mintToken, revokeToken } from '../../src/token/installation-token.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { appOf } from '../support/mint-for.ts'

/** A name that only the proxy can resolve, as in networks that let nothing else out. */
const hidden = 'github.internal'

let github: GitHub
let proxy: Server
let tunnels: string[]

beforeEach(async () => {
  github = await startGitHub({ installations: [{ owner: 'acme' }] })
  tunnels = []
  proxy = createServer().on('connect', (request, client) => {
    tunnels.push(request.url ?? '')
    const { port } = new URL(github.apiUrl)
    const server = connect(Number(port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      server.pipe(client).pipe(server)
    })
    server.on('error', () => client.destroy())
    client.on('error', () => server.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  proxy.closeAllConnections()
  proxy.close()
  await github.stop()
})

const proxyUrl = (): string => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`

const mint = (deadlineMs = 30_000) => {
  const apiUrl = `http://${hidden}:${new URL(github.apiUrl).port}`
  const options = { mask: () => {}, log: () => {}, signal: new AbortController().signal }
  const scope = { owner: 'acme', repositories: [], spellings: ['acme'] }
  return mintToken(appOf(github, { apiUrl }), scope, { ...options, deadlineMs })
}

test.each(['http_proxy', 'HTTP_PROXY'])('%s is the way to GitHub', async (name) => {
  vi.stubEnv(name, proxyUrl())
  await revokeToken(await mint(), () => {})
  expect(github.tokens.map((token) => token.state())).toEqual(['revoked'])
  expect(new Set(tunnels)).toEqual(new Set([`${hidden}:${new URL(github.apiUrl).port}`]))
})

test('NO_PROXY names what is reached without', async () => {
  vi.stubEnv('http_proxy', proxyUrl())
  vi.stubEnv('no_proxy', hidden)
  await expect(mint(2_000)).rejects.toThrow(/GitHub did not answer/)
  expect(tunnels).toEqual([])
})
