import { afterEach, beforeEach, expect, test } from 'vitest'
import { mintToken, revokeToken } from '../../src/token/installation-token.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import type { GitHubOptions } from '../support/github/types.ts'
import { appOf } from '../support/mint-for.ts'

let github: GitHub
const masks: string[] = []
const lines: string[] = []

const installations = [{ owner: 'acme' }, { owner: 'solo', ownerType: 'User' as const }]

beforeEach(async () => {
  github = await startGitHub({ installations })
  masks.length = 0
  lines.length = 0
})
afterEach(() => github.stop())

/** Another GitHub than the usual one; it is stopped like that one. */
const restart = async (options: GitHubOptions): Promise<void> => {
  await github.stop()
  github = await startGitHub({ installations, ...options })
}

const log = (line: string): number => lines.push(line)

type Change = Parameters<typeof appOf>[1] & {
  readonly owner?: string
  readonly repositories?: readonly string[]
}

const mint = ({ owner = 'acme', repositories = [], ...change }: Change = {}) =>
  mintToken(
    appOf(github, change),
    { owner, repositories, spellings: [owner] },
    { mask: (value) => masks.push(value), log, signal: new AbortController().signal },
  )

const asked = (): readonly string[] =>
  github.requests.map(({ method, path }) => `${method} ${path}`)

// What actions/create-github-app-token asks, and in which order.
test.each<[string, Change, readonly string[]]>([
  ['a repository', { repositories: ['api'] }, ['GET /repos/acme/api/installation']],
  [
    'several repositories',
    { repositories: ['private-one', 'api'] },
    ['GET /repos/acme/private-one/installation'],
  ],
  ['an organization', {}, ['GET /users/acme/installation']],
  ['a user', { owner: 'solo' }, ['GET /users/solo/installation']],
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

test.each(['long', 'short'] as const)(
  'every JWT and every form of a %s token is masked',
  async (tokenForm) => {
    await restart({ tokenForm })
    const minted = await mint()
    const token = minted.token.expose()
    expect(token.length).toBe(tokenForm === 'short' ? 40 : token.length)
    const jwts = github.requests.map(
      ({ headers }) => String(headers['authorization']).split(' ')[1],
    )
    for (const jwt of jwts) expect(masks).toContain(jwt)
    for (const form of [
      token,
      Buffer.from(token).toString('base64url'),
      Buffer.from(`x-access-token:${token}`).toString('base64'),
    ]) {
      expect(masks).toContain(form)
    }
  },
)

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

test('two hundred at once all get a token, and all can be ended', async () => {
  const minted = await Promise.all(Array.from({ length: 200 }, () => mint()))
  expect(new Set(minted.map(({ token }) => token.expose())).size).toBe(200)
  // Each has seconds, which a busy machine does not have for all of them at once.
  for (let at = 0; at < minted.length; at += 25)
    await Promise.all(minted.slice(at, at + 25).map((token) => revokeToken(token, log)))
  expect(new Set(github.tokens.map((token) => token.state()))).toEqual(new Set(['revoked']))
})
