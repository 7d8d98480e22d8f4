import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createBuildToken } from '../../src/token/build-token.ts'
import { eventually } from '../support/eventually.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { appOf } from '../support/mint-for.ts'

let github: GitHub
let warnings: string[]
let cancel: AbortController
beforeEach(async () => {
  github = await startGitHub({ installations: [{ owner: 'acme' }] })
  warnings = []
  cancel = new AbortController()
  // One that was released by an earlier test, of whichever file, revokes and ends by itself.
  await eventually('no other watchdog is there', () => findWatchdogs().length === 0)
})
afterEach(() => github.stop())

const scopes = [{ owner: 'acme', repositories: [], spellings: ['acme'] }]

const create = (childEnv: Readonly<Record<string, string>> = {}) =>
  createBuildToken({
    inputs: {
      credentials: { kind: 'app', ...appOf(github, { scopes }) },
      apiUrl: github.apiUrl,
      secretFormat: 'token',
    },
    announce: () => {},
    saveState: () => {},
    mask: () => {},
    log: () => {},
    warn: (message) => warnings.push(message),
    signal: cancel.signal,
    childEnv,
  })

const states = () => github.tokens.map((token) => token.state())

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

/** Living watchdogs that this process has started. */
const findWatchdogs = (): readonly number[] =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && /watchdog\.ts\0/.test(read(`/proc/${pid}/cmdline`)))
    .filter((pid) => read(`/proc/${pid}/status`).includes(`PPid:\t${process.pid}\n`))
    .map(Number)

const one = async (but?: number): Promise<number> => {
  let found: number | undefined
  const isThere = (): boolean => {
    found = findWatchdogs().find((pid) => pid !== but)
    return found !== undefined
  }
  await eventually('a watchdog is there', isThere)
  // Of other numbers, some mean all processes of the machine.
  if (found === undefined) throw new Error('there is no watchdog')
  return found
}

test('a watchdog that is killed is replaced, which is told; it is revoked all the same', async () => {
  const token = create()
  await token.take()
  const first = await one()
  process.kill(first, 'SIGKILL')
  const second = await one(first)
  expect(warnings).toEqual([expect.stringMatching(/watchdog.*\(SIGKILL\): started another one/)])
  await token.close()
  expect(states()).toEqual(['revoked'])
  await eventually('it ends', () => !findWatchdogs().includes(second))
})

test('the other one knows the tokens that were minted before', async () => {
  const token = create()
  await token.take()
  const first = await one()
  process.kill(first, 'SIGKILL')
  await one(first)
  github.inject({ kind: 'hang', match: /^DELETE/ })
  cancel.abort()
  // Main's own try hangs, and is left to the watchdog.
  await token.close()
  expect(warnings.at(-1)).toMatch(/not revoked yet: the watchdog goes on trying/)
  await eventually('it is revoked', () => states()[0] === 'revoked')
})

test('one that has just died does not hold up the end', async () => {
  const token = create()
  await token.take()
  process.kill(await one(), 'SIGKILL')
  await token.close()
  expect(states()).toEqual(['revoked'])
})

test('one that hangs does not, either', async () => {
  const token = create()
  await token.take()
  const hanging = await one()
  process.kill(hanging, 'SIGSTOP')
  await token.close()
  await eventually('it is killed', () => !findWatchdogs().includes(hanging))
})

test('one that cannot live is given up, and the step goes on', async () => {
  const token = create({ NODE_OPTIONS: '--no-such-option' })
  await token.take()
  const isGivenUp = () => /4 times: there is none/.test(warnings.at(-1) ?? '')
  await eventually('it is given up', isGivenUp)
  await token.close()
  expect(states()).toEqual(['revoked'])
})

test('a token that is taken while another one ends has a watchdog of its own', async () => {
  const token = create()
  await token.take()
  const first = await one()
  github.inject({ kind: 'delay', ms: 1_000, match: /^DELETE/ })
  const closing = token.close()
  await eventually('it is being revoked', () => github.requests.at(-1)?.method === 'DELETE')
  await token.take()
  await closing
  expect(states()).toEqual(['revoked', 'live'])
  expect(findWatchdogs()).not.toContain(first)
  const second = await one(first)
  expect(findWatchdogs()).toEqual([second])
  await token.close()
  expect(states()).toEqual(['revoked', 'revoked'])
  await eventually('it ends', () => !findWatchdogs().includes(second))
})

test.each([
  ['minting', /access_tokens$/],
  ['finding the installation', /^GET .*\/installation$/],
  ['probing', /^GET \/installation\/repositories/],
])('cancelled while the server hangs in %s', async (_name, match) => {
  github.inject({ kind: 'hang', match, times: 20 })
  const token = create()
  const taking = token.take().catch(String)
  const isAsked = () => github.requests.some(({ method, path }) => match.test(`${method} ${path}`))
  await eventually('GitHub is asked', isAsked)
  const started = performance.now()
  cancel.abort()
  await taking
  await token.close()
  // Without it, a request has 10 s, and all tries a minute.
  expect(performance.now() - started).toBeLessThan(8_000)
  expect(states().filter((state) => state === 'live')).toEqual([])
})
