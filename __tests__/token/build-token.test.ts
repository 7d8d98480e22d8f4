import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TokenScope } from '../../src/inputs/credentials.ts'
import { Secret } from '../../src/secret.ts'
import { createBuildToken } from '../../src/token/build-token.ts'
import { eventually } from '../support/eventually.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { appOf } from '../support/mint-for.ts'

let github: GitHub
const states: string[] = []
beforeEach(() => {
  states.length = 0
})
afterEach(() => github.stop())

const save = (_name: string, value: string): void => void states.push(value)

const create = (
  scopes: readonly TokenScope[],
  signal: AbortSignal = new AbortController().signal,
  announce = save,
) =>
  createBuildToken({
    inputs: {
      credentials: { kind: 'app', ...appOf(github, { scopes }) },
      apiUrl: github.apiUrl,
      secretFormat: scopes.length > 1 ? 'git-credentials' : 'token',
    },
    mask: () => {},
    log: () => {},
    warn: (message) => {
      throw new Error(message)
    },
    announce,
    saveState: save,
    signal,
    childEnv: {},
  })

const acme = { owner: 'acme', repositories: [], spellings: ['acme'] }
const lives = () => github.tokens.map((token) => token.state())

test('the builds of a step share one token, which ends with the last of them', async () => {
  github = await startGitHub({ installations: [{ owner: 'acme' }] })
  const token = create([acme])
  expect(github.requests).toEqual([])
  const first = await token.take()
  const second = await token.take()
  expect(first?.value.expose()).toMatch(/^ghs_/)
  expect(second?.value.expose()).toBe(first?.value.expose())
  expect([lives(), states]).toEqual([['live'], ['minted']])
  await token.close()
  expect([lives(), states]).toEqual([['revoked'], ['minted', 'ended']])
})

test('for a token in its last ten minutes another one is minted; who has it may still use it', async () => {
  github = await startGitHub({ installations: [{ owner: 'acme' }], tokenLifetimeMs: 9 * 60_000 })
  const token = create([acme])
  await token.take()
  await token.take()
  expect(lives()).toEqual(['live', 'live'])
  await token.close()
  expect(lives()).toEqual(['revoked', 'revoked'])
})

test('when one of two tokens cannot be minted, the other does not live on', async () => {
  github = await startGitHub({ installations: [{ owner: 'acme' }] })
  const token = create([acme, { ...acme, owner: 'nobody' }])
  await expect(token.take()).rejects.toThrow(/not installed on nobody/)
  await token.close()
  expect(lives()).toEqual(['revoked'])
})

test('where post would not hear of a token, none is minted', async () => {
  github = await startGitHub({ installations: [{ owner: 'acme' }] })
  const token = create([acme], undefined, () => {
    throw new Error('ENOSPC')
  })
  await expect(token.take()).rejects.toThrow('ENOSPC')
  expect(await token.close()).toEqual([])
  expect([github.requests, states]).toEqual([[], ['ended']])
})

test('builds that begin at the same moment share what is minted', async () => {
  github = await startGitHub({ installations: [{ owner: 'acme' }] })
  const token = create([acme])
  const taken = await Promise.all([token.take(), token.take(), token.take()])
  expect(new Set(taken.map((secret) => secret?.value.expose())).size).toBe(1)
  expect(lives()).toEqual(['live'])
  await token.close()
  expect(lives()).toEqual(['revoked'])
})

test('it ends with the block that made it, once', async () => {
  github = await startGitHub({ installations: [{ owner: 'acme' }] })
  {
    await using token = create([acme])
    await token.take()
    await token.close()
    expect(lives()).toEqual(['revoked'])
  }
  {
    await using _unused = create([acme])
  }
  expect(github.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1)
  expect(states).toEqual(['minted', 'ended'])
  {
    await using token = create([acme])
    await token.take()
  }
  expect(lives()).toEqual(['revoked', 'revoked'])
})

test('what is being minted when it is closed ends as well', async () => {
  github = await startGitHub({ installations: [{ owner: 'acme' }] })
  const token = create([acme])
  const taking = token.take()
  await token.close()
  await taking
  expect(lives()).toEqual(['revoked'])
})

test('what is asked for while another one is minted and closed is not forgotten', async () => {
  github = await startGitHub({ installations: [{ owner: 'acme' }] })
  // So that there is a moment between the two.
  github.inject({ kind: 'delay', ms: 500, match: /access_tokens/ })
  const token = create([acme])
  const first = token.take()
  const closing = token.close()
  await eventually('the first is being minted', () =>
    github.requests.some(({ path }) => path.endsWith('/access_tokens')),
  )
  const second = token.take()
  await Promise.all([first, closing, second])
  await token.close()
  expect(lives().filter((state) => state !== 'revoked')).toEqual([])
  expect(states.at(-1)).toBe('ended')
})

test('of one that is taken while another one ends, post hears until it has ended, too', async () => {
  github = await startGitHub({ installations: [{ owner: 'acme' }] })
  const token = create([acme])
  await token.take()
  github.inject({ kind: 'delay', ms: 1_000, match: /^DELETE/ })
  const closing = token.close()
  await eventually('it is being revoked', () => github.requests.at(-1)?.method === 'DELETE')
  await token.take()
  expect(await closing).toHaveLength(1)
  expect([lives(), states]).toEqual([
    ['revoked', 'live'],
    ['minted', 'minted'],
  ])
  expect(await token.close()).toHaveLength(1)
  expect([lives(), states.at(-1)]).toEqual([['revoked', 'revoked'], 'ended'])
})

test('a token that was given is the one that builds get, and lives on', async () => {
  github = await startGitHub({ installations: [{ owner: 'acme' }] })
  const given = createBuildToken({
    inputs: {
      credentials: { kind: 'given', token: new Secret('ghs_given'), insteadOfApp: undefined },
      apiUrl: github.apiUrl,
      secretFormat: 'token',
    },
    mask: () => {},
    log: () => {},
    warn: () => {},
    announce: save,
    saveState: save,
    signal: new AbortController().signal,
    childEnv: {},
  })
  expect((await given.take())?.value.expose()).toBe('ghs_given')
  await given.close()
  expect([github.requests, states]).toEqual([[], []])
})
