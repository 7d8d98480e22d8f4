import { createPrivateKey } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AppCredentials } from '../../src/inputs/inputs.ts'
import { Secret } from '../../src/secret.ts'
import { mintToken } from '../../src/token/mint.ts'
import { revokeToken } from '../../src/token/revoke.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'

let github: GitHub
const masks: string[] = []
const lines: string[] = []

beforeEach(async () => {
  github = await startGitHub({
    installations: [{ owner: 'acme' }, { owner: 'solo', ownerType: 'User' }],
  })
  masks.length = 0
  lines.length = 0
})
afterEach(() => github.stop())

const log = (line: string): number => lines.push(line)

const credentials = (change: Partial<AppCredentials> = {}): AppCredentials => ({
  clientId: github.app.clientId,
  privateKey: new Secret(
    createPrivateKey(github.app.privateKeyPem).export({ type: 'pkcs8', format: 'pem' }).toString(),
  ),
  owner: 'acme',
  repositories: [],
  permissions: { contents: 'read' },
  apiUrl: github.apiUrl,
  ...change,
})

const mint = (change: Partial<AppCredentials> = {}) =>
  mintToken(credentials(change), {
    mask: (value) => masks.push(value),
    log,
    signal: new AbortController().signal,
  })

const asked = (): readonly string[] =>
  github.requests.map(({ method, path }) => `${method} ${path}`)

test.each<[string, Partial<AppCredentials>, readonly string[]]>([
  ['a repository', { repositories: ['api'] }, ['GET /repos/acme/api/installation']],
  ['an organization', {}, ['GET /orgs/acme/installation']],
  ['a user', { owner: 'solo' }, ['GET /orgs/solo/installation', 'GET /users/solo/installation']],
])('the installation of %s is found by its own path', async (_name, change, lookups) => {
  await mint(change)
  expect(asked().slice(0, -1)).toEqual(lookups)
  expect(asked().at(-1)).toMatch(/^POST \/app\/installations\/\d+\/access_tokens$/)
  expect(github.tokens.map((token) => token.state())).toEqual(['live'])
})

test('the App ID is as good as the client ID', async () => {
  await mint({ clientId: String(github.app.appId) })
  expect(github.tokens).toHaveLength(1)
})

test('the token reaches what was asked for and nothing else', async () => {
  await mint({ repositories: ['api', 'private-one'], permissions: { contents: 'write' } })
  expect(github.tokens[0]?.repositories).toEqual(['api', 'private-one'])
  expect(github.tokens[0]?.permissions).toMatchObject({ contents: 'write' })
})

test('every JWT and every form of the token is masked', async () => {
  const { secret } = await mint()
  const token = secret.expose()
  const jwts = github.requests.map(({ headers }) => String(headers['authorization']).split(' ')[1])
  for (const jwt of jwts) expect(masks).toContain(jwt)
  for (const form of [
    token,
    Buffer.from(token).toString('base64url'),
    Buffer.from(`x-access-token:${token}`).toString('base64'),
  ]) {
    expect(masks).toContain(form)
  }
})

test('a revoked token is revoked, and revoking it again is no error', async () => {
  const minted = await mint()
  await revokeToken(minted, log)
  expect(github.tokens[0]?.state()).toBe('revoked')
  await revokeToken(minted, log)
})

test('a GitHub Enterprise Server has its API elsewhere', async () => {
  await revokeToken(await mint({ apiUrl: github.apiUrlGhes }), log)
  expect(github.tokens[0]?.state()).toBe('revoked')
})

test('limits and trouble that pass are waited for, and told', async () => {
  github.inject({ kind: 'secondary-limit', retryAfterS: 1, match: /installation$/ })
  github.inject({ kind: 'status', status: 500, match: /access_tokens/ })
  const started = Date.now()
  await mint()
  expect(Date.now() - started).toBeGreaterThanOrEqual(1_000)
  expect(lines.filter((line) => line.endsWith('; trying again.'))).toHaveLength(2)
})

test('a refusal is not asked again', async () => {
  github.uninstall('acme')
  await expect(mint({ repositories: ['api'] })).rejects.toThrow(
    /the App is not installed on acme\/api/,
  )
  expect(asked()).toHaveLength(1)
})

test('a server that is not there is called that', async () => {
  const apiUrl = 'http://127.0.0.1:1'
  await expect(mint({ apiUrl })).rejects.toThrow(/GitHub did not answer/)
}, 30_000)
