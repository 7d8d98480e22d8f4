import { generateKeyPairSync } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { renderError } from '../../src/failure.ts'
import { Secret } from '../../src/secret.ts'
import {
  type MintedToken,
  mintToken,
  probeToken,
  revokeToken,
} from '../../src/token/installation-token.ts'
import type { Fault } from '../support/github/faults.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import type { GitHubOptions } from '../support/github/types.ts'
import { appOf } from '../support/mint-for.ts'

const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()

type Change = Parameters<typeof appOf>[1] & { readonly repositories?: readonly string[] }

const doubles: GitHub[] = []
afterAll(() => Promise.all(doubles.map((double) => double.stop())))

/** A double of the test's own, as these wait side by side, and what is asked of it. */
const start = async (options: GitHubOptions = {}) => {
  const github = await startGitHub({ installations: [{ owner: 'acme' }], ...options })
  doubles.push(github)
  const lines: string[] = []
  const log = (line: string): number => lines.push(line)
  const mint = ({ repositories = ['api'], ...change }: Change = {}): Promise<MintedToken> => {
    // One request that hangs takes 10 s of it; where nobody answers, all of it is waited for.
    const deadlineMs = change.apiUrl === undefined ? 40_000 : 15_000
    const options = { mask: () => {}, log, signal, deadlineMs }
    const scope = { owner: 'acme', repositories, spellings: ['acme'] }
    return mintToken(appOf(github, change), scope, options)
  }
  /** What the user reads when no token comes. */
  const refusal = (change: Change = {}): Promise<string> =>
    mint(change).then(() => 'no refusal', renderError)
  return { github, lines, log, mint, refusal }
}

const signal = new AbortController().signal

const lookup = /installation$/
const minting = /access_tokens$/

describe.concurrent('what passes is tried again, with a fresh signature, and told', () => {
  test.each<[string, Fault]>([
    ['a server error', { kind: 'status', status: 502, match: lookup }],
    ['too many requests', { kind: 'status', status: 429, match: minting }],
    ['a secondary limit', { kind: 'secondary-limit', retryAfterS: 1, match: lookup }],
    ['a spent limit', { kind: 'primary-limit', resetInS: 1, match: minting }],
    ['a connection that is cut', { kind: 'reset', match: lookup }],
    ['an answer that is cut', { kind: 'truncate', match: minting }],
    ['an answer that is late', { kind: 'hang', match: lookup }],
  ])('%s', async (_name, fault) => {
    const { github, lines, mint } = await start()
    github.inject(fault)
    await mint()
    expect(github.tokens.some((token) => token.state() === 'live')).toBe(true)
    expect(lines.filter((line) => line.includes('; trying again'))).toHaveLength(1)
    const [first, second] = github.requests
      .filter(({ path }) => new RegExp(fault.match ?? '').test(path))
      .map(({ headers }) => headers['authorization'])
    expect(second).toBeDefined()
    expect(first).toMatch(/^bearer ey/)
  })

  test('as often as need be', async () => {
    const { github, lines, mint } = await start()
    github.inject({ kind: 'status', status: 500, times: 3, match: lookup })
    await mint()
    expect(lines).toHaveLength(3)
  })

  test('but not when GitHub asks to wait longer than a build should', async () => {
    const { github, refusal } = await start()
    github.inject({ kind: 'secondary-limit', retryAfterS: 3_600, match: lookup })
    expect(await refusal()).toMatch(/no more requests of the App now: .*secondary rate limit/)
    expect(github.requests).toHaveLength(1)
  })
}, 120_000)

describe.concurrent('a refusal is not asked again, and says what to do', () => {
  test.each<[string, (github: GitHub) => void, Change, RegExp]>([
    [
      'not installed',
      (it) => it.uninstall('acme'),
      {},
      /the App is not installed on acme\/api: .*Install it there/,
    ],
    [
      'one repository of several is not in the installation',
      () => {},
      { repositories: ['api', 'nowhere'] },
      /the App is not installed on acme\/nowhere:/,
    ],
    [
      'a permission is not granted',
      () => {},
      { permissions: { contents: 'read', issues: 'write' } },
      /the installation does not grant issues: write\. It grants contents: write, metadata: read, packages: read/,
    ],
    [
      'a higher level is not granted',
      () => {},
      { permissions: { packages: 'write' } },
      /the installation does not grant packages: write/,
    ],
    [
      'suspended',
      (it) => {
        for (const installation of it.installations) installation.state = 'suspended'
      },
      {},
      /the installation is suspended since 2026/,
    ],
    [
      'an IP allow list',
      (it) => {
        for (const installation of it.installations) installation.state = 'ip-blocked'
      },
      {},
      /the IP allow list of acme shuts this runner out/,
    ],
    ['no such App', () => {}, { clientId: 'Iv23liother' }, /knows no App with this client-id/],
    [
      "another App's key",
      () => {},
      { privateKey: new Secret(otherKey) },
      /does not accept the App's signature/,
    ],
  ])('%s', async (_name, arrange, change, expected) => {
    const { github, lines, refusal } = await start()
    arrange(github)
    expect(await refusal(change)).toMatch(expected)
    expect(github.requests.filter(({ method }) => method === 'POST').length).toBeLessThan(2)
    expect(github.tokens).toEqual([])
    expect(lines).toEqual([])
  })

  test('something else than GitHub answers', async () => {
    const { github, refusal } = await start()
    github.inject({ kind: 'garbage', match: lookup, body: '<html>Sign in</html>' })
    expect(await refusal()).toMatch(/something else than an installation.*github-api-url/s)
    github.inject({ kind: 'garbage', status: 201, match: minting, body: '{}' })
    expect(await refusal()).toMatch(/something else than a token/)
  })
})

test.concurrent('a server that is not there is called that', async () => {
  const { refusal } = await start()
  const apiUrl = 'http://127.0.0.1:60001'
  expect(await refusal({ apiUrl })).toMatch(/GitHub did not answer.*HTTPS_PROXY/)
}, 90_000)

describe.concurrent('clocks', () => {
  test.each([10, -10])('GitHub\u2019s clock is %d minutes off ours', async (minutes) => {
    const { mint } = await start({ clockSkewMs: minutes * 60_000 })
    const { token } = await mint()
    expect(token.expose()).toMatch(/^ghs_/)
  })

  test('a server that lies about its clock gets no endless conversation', async () => {
    const { github, refusal } = await start({ clockSkewMs: 600_000 })
    github.inject({ kind: 'date', skewMs: 7_200_000, times: 100 })
    expect(await refusal()).toMatch(/does not accept the App's signature/)
    expect(github.requests.length).toBeLessThan(6)
  })
})

describe.concurrent('a fresh token that GitHub does not know yet', () => {
  test.each([401, 403] as const)('is waited for (%d)', async (status) => {
    const { github, lines, log, mint } = await start()
    // Doubles that start beside it make keys meanwhile, and nobody asks for so long.
    github.inject({ kind: 'lag', ms: 4_000, status })
    const minted = await mint()
    await probeToken(minted, log, signal)
    const answers = github.requests
      .filter(({ path }) => path.startsWith('/installation/repositories'))
      .map((request) => request.status)
    expect(answers[0]).toBe(status)
    expect(answers.at(-1)).toBe(200)
    expect(lines).toEqual([])
  })

  test('but not longer than ten seconds: then the build is tried, and that is told', async () => {
    const { github, lines, log, mint } = await start()
    github.inject({ kind: 'lag', ms: 60_000 })
    await probeToken(await mint(), log, signal)
    expect(lines).toEqual([expect.stringMatching(/does not accept the fresh token yet/)])
  })
}, 120_000)

test.concurrent('a token whose revocation meets trouble is revoked all the same', async () => {
  const { github, log, mint } = await start()
  const minted = await mint()
  github.inject({ kind: 'status', status: 503, times: 2, match: /^DELETE/ })
  await revokeToken(minted, log)
  expect(github.tokens[0]?.state()).toBe('revoked')
})
