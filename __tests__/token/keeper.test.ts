import { afterEach, expect, test } from 'vitest'
import type { TokenScope } from '../../src/inputs/inputs.ts'
import { createTokenKeeper } from '../../src/token/keeper.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { appOf } from '../support/mint-for.ts'

let github: GitHub
afterEach(() => github.stop())

const keep = (scopes: readonly TokenScope[]) =>
  createTokenKeeper({
    app: appOf(github, { scopes }),
    mask: () => {},
    log: () => {},
    warn: (message) => {
      throw new Error(message)
    },
    signal: new AbortController().signal,
    childEnv: {},
  })

const acme = { owner: 'acme', repositories: [], spellings: ['acme'] }
const states = () => github.tokens.map((token) => token.state())

test('the builds of a step share one token, which ends with the last of them', async () => {
  github = await startGitHub({ installations: [{ owner: 'acme' }] })
  const keeper = keep([acme])
  expect(github.requests).toEqual([])
  const [first] = await keeper.take()
  const [second] = await keeper.take()
  expect(second).toBe(first)
  expect(states()).toEqual(['live'])
  await keeper.close()
  expect(states()).toEqual(['revoked'])
})

test('for a token in its last ten minutes another one is minted; who has it may still use it', async () => {
  github = await startGitHub({ installations: [{ owner: 'acme' }], tokenLifetimeMs: 9 * 60_000 })
  const keeper = keep([acme])
  await keeper.take()
  await keeper.take()
  expect(states()).toEqual(['live', 'live'])
  await keeper.close()
  expect(states()).toEqual(['revoked', 'revoked'])
})

test('when one of two tokens cannot be minted, the other does not live on', async () => {
  github = await startGitHub({ installations: [{ owner: 'acme' }] })
  const keeper = keep([acme, { ...acme, owner: 'nobody' }])
  await expect(keeper.take()).rejects.toThrow(/not installed on nobody/)
  await keeper.close()
  expect(states()).toEqual(['revoked'])
})

test('builds that begin at the same moment share what is minted', async () => {
  github = await startGitHub({ installations: [{ owner: 'acme' }] })
  const keeper = keep([acme])
  const taken = await Promise.all([keeper.take(), keeper.take(), keeper.take()])
  expect(new Set(taken.flat()).size).toBe(1)
  expect(states()).toEqual(['live'])
  await keeper.close()
  expect(states()).toEqual(['revoked'])
})
