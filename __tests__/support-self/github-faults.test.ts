import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { call, jwt, mint, nowS } from './github-client.ts'

const patiently = { timeout: 15_000 }

let github: GitHub

beforeAll(async () => {
  github = await startGitHub()
})
afterAll(() => github.stop())
beforeEach(() => github.clearFaults())

describe('faults', () => {
  it('answers statuses, limits and garbage, each as often as asked', async () => {
    github.inject({ kind: 'status', status: 502, match: /^GET \/meta/, times: 2 })
    github.inject({ kind: 'secondary-limit', retryAfterS: 7, match: /^GET \/meta/ })
    expect((await call(github, 'GET', '/rate_limit')).status).toBe(200)
    expect((await call(github, 'GET', '/meta')).status).toBe(502)
    expect((await call(github, 'GET', '/meta')).status).toBe(502)
    const limited = await call(github, 'GET', '/meta')
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([403, '7'])
    expect((await call(github, 'GET', '/meta')).status).toBe(200)
    github.inject({ kind: 'garbage' })
    await expect(call(github, 'GET', '/meta')).rejects.toThrow(/JSON/)
  })

  it.each(['reset', 'lost-answer', 'truncate'] as const)(
    'cuts the connection: %s',
    async (kind) => {
      github.inject({ kind })
      await expect(call(github, 'GET', '/meta')).rejects.toThrow()
      expect(github.requests.at(-1)?.fault).toBe(kind)
    },
  )

  it('hangs, delays and lies about the date', async () => {
    github.inject({ kind: 'hang' })
    const before = github.requests.length
    const enough = new AbortController()
    const hanging = fetch(`${github.apiUrl}/meta`, { signal: enough.signal })
    const refused = expect(hanging).rejects.toThrow(/enough/)
    await eventually('it was asked', () => github.requests.length > before)
    // As long as an answer would never take.
    await sleep(150)
    enough.abort(new Error('enough'))
    await refused
    github.inject({ kind: 'delay', ms: 100 })
    const began = performance.now()
    await call(github, 'GET', '/meta')
    expect(performance.now() - began).toBeGreaterThan(90)
    github.inject({ kind: 'date', skewMs: -600_000 })
    const { headers } = await call(github, 'GET', '/meta')
    expect(Date.now() - Date.parse(headers.get('date') ?? '')).toBeGreaterThan(590_000)
  })

  it('lets a fresh token lag', async () => {
    // Longer than a busy machine takes for the first question.
    github.inject({ kind: 'lag', ms: 2_000 })
    const token = await mint(github)
    expect((await call(github, 'GET', '/repos/acme/api', token)).status).toBe(401)
    await expect
      .poll(async () => (await call(github, 'GET', '/repos/acme/api', token)).status, patiently)
      .toBe(200)
  })
})

it('has short tokens, a clock of its own and tokens that expire', async () => {
  const other = await startGitHub({
    tokenForm: 'short',
    clockSkewMs: 600_000,
    tokenLifetimeMs: 1,
    repositories: {},
  })
  try {
    const early = { iat: nowS(), exp: nowS() + 300, iss: other.app.appId }
    const url = `${other.apiUrl}/app/installations/${other.installations[0]?.id}/access_tokens`
    const post = (claims: object) =>
      fetch(url, {
        method: 'POST',
        headers: { authorization: `bearer ${jwt(other, claims)}` },
      })
    expect((await post(early)).status).toBe(401)
    const right = await post({ ...early, iat: nowS() + 600, exp: nowS() + 900 })
    const { token } = (await right.json()) as { token: string }
    expect(token).toMatch(/^ghs_[A-Za-z0-9]{36}$/)
    await expect.poll(() => other.tokens[0]?.state(), patiently).toBe('expired')
  } finally {
    await other.stop()
  }
})
