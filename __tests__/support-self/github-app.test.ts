import { createHmac, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type GitHub, startGitHub } from '../support/github/server.ts'
import { call, jwt, mint, mintPath, nowS, part } from './github-client.ts'

let github: GitHub
beforeAll(async () => {
  github = await startGitHub({
    installations: [{ owner: 'acme' }, { owner: 'solo', ownerType: 'User' }],
  })
})
afterAll(() => github.stop())
beforeEach(() => {
  github.clearFaults()
  github.clearRequests()
  github.resume('acme')
})

it('refuses who does not say who asks', async () => {
  const asked = request(`${github.apiUrl}/meta`, { agent: false }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  expect(response.resume().statusCode).toBe(403)
})

describe('JWT', () => {
  it('hands out a PKCS#1 key and accepts app ID and client ID as issuer', async () => {
    expect(github.app.privateKeyPem).toContain('BEGIN RSA PRIVATE KEY')
    for (const iss of [github.app.appId, `${github.app.appId}`, github.app.clientId]) {
      expect((await call(github, 'GET', '/app', jwt(github, { iss }))).json['slug']).toBe(
        github.app.slug,
      )
    }
  })

  it.each([
    ['expired', { exp: 1 }, 401, /'exp'\) must be a numeric value/],
    ['too far', { exp: Math.floor(Date.now() / 1000) + 700 }, 401, /too far in the future/],
    ['issued in the future', { iat: Math.floor(Date.now() / 1000) + 60 }, 401, /'iat'\) must be/],
    ['fractional iat', { iat: 1.5 }, 401, /'iat'\) must be an Integer/],
    ['unknown App', { iss: 1 }, 404, /Integration not found/],
    ['odd issuer', { iss: 'acme' }, 401, /'iss'\) must be an Integer/],
    ['no issuer', { iss: undefined }, 401, /Missing 'issuer' claim/],
  ])('refuses %s', async (_, claims, status, message) => {
    const answer = await call(github, 'GET', '/app', jwt(github, claims))
    expect(answer.status).toBe(status)
    expect(answer.json['message']).toMatch(message)
  })

  it('refuses a foreign key, another algorithm, an HMAC made with the public key, and noise', async () => {
    const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const hs = `${part({ alg: 'HS256' })}.${part({ iat: nowS(), exp: nowS() + 60, iss: github.app.appId })}`
    const pem = github.app.publicKey.export({ type: 'spki', format: 'pem' })
    const hmac = createHmac('sha256', pem).update(hs).digest('base64url')
    const bad = [
      jwt(github, {}, foreign),
      jwt(github, {}, github.app.privateKeyPem, 'none'),
      `${hs}.${hmac}`,
      'x.y.z',
    ]
    for (const token of [...bad, undefined]) {
      const answer = await call(github, 'GET', '/app', token)
      expect([answer.status, answer.json['message']]).toEqual([
        401,
        'A JSON web token could not be decoded',
      ])
    }
  })
})

describe('installations and tokens', () => {
  it('finds them by repository, organization and user', async () => {
    const paths = [
      '/repos/acme/api/installation',
      '/orgs/acme/installation',
      '/users/solo/installation',
    ]
    for (const path of paths)
      expect((await call(github, 'GET', path, jwt(github))).status).toBe(200)
    for (const path of ['/orgs/solo/installation', '/repos/acme/nope/installation']) {
      expect((await call(github, 'GET', path, jwt(github))).status).toBe(404)
    }
    const other = github.addApp('other')
    const foreign = jwt(github, { iss: other.clientId }, other.privateKeyPem)
    expect((await call(github, 'GET', '/orgs/acme/installation', foreign)).status).toBe(404)
  })

  it('scopes a token to repositories and permissions', async () => {
    const token = await mint(github, { repositories: ['api'], permissions: { contents: 'read' } })
    expect(token).toMatch(/^ghs_eyJ.+\..+\..+$/)
    expect(Math.abs(token.length - 520)).toBeLessThan(20)
    expect((await call(github, 'GET', '/repos/acme/api', token)).status).toBe(200)
    expect((await call(github, 'GET', '/repos/acme/private-one', token)).status).toBe(404)
    expect((await call(github, 'GET', '/repos/acme/api')).status).toBe(404)
    expect(
      (await call(github, 'GET', '/installation/repositories', token)).json['total_count'],
    ).toBe(1)
    expect(github.tokens.at(-1)).toMatchObject({
      owner: 'acme',
      repositories: ['api'],
      permissions: { contents: 'read', metadata: 'read' },
    })
  })

  it.each([
    [{ repositories: ['api', 'nope'] }, /at least one repository that does not exist/],
    [{ permissions: { issues: 'write' } }, /permissions requested are not granted/],
    [{ permissions: { packages: 'write' } }, /permissions requested are not granted/],
  ])('answers 422 for %j', async (body, message) => {
    const path = mintPath(github)
    const answer = await call(github, 'POST', path, jwt(github), body)
    expect([answer.status, answer.json['message']]).toEqual([422, expect.stringMatching(message)])
  })

  it('revokes: the token stops working at once', async () => {
    const token = await mint(github)
    expect((await call(github, 'DELETE', '/installation/token', token)).status).toBe(204)
    expect((await call(github, 'GET', '/installation/repositories', token)).status).toBe(401)
    expect((await call(github, 'DELETE', '/installation/token', token)).status).toBe(401)
    expect(github.tokens.at(-1)?.state()).toBe('revoked')
  })

  it('refuses a suspended installation and the tokens it had', async () => {
    const token = await mint(github)
    github.suspend('acme')
    const path = mintPath(github)
    const answer = await call(github, 'POST', path, jwt(github))
    expect([answer.status, answer.json['message']]).toEqual([
      403,
      'This installation has been suspended',
    ])
    expect((await call(github, 'GET', '/repos/acme/api', token)).status).toBe(401)
  })

  it('serves the GHES prefix and records what came', async () => {
    const answer = await fetch(`${github.apiUrlGhes}/app`, {
      headers: { authorization: `bearer ${jwt(github)}` },
    })
    expect(answer.headers.get('x-ratelimit-remaining')).toMatch(/^\d+$/)
    expect(github.requests.at(-1)).toMatchObject({
      path: '/app',
      rawPath: '/api/v3/app',
      status: 200,
      authKind: 'jwt',
    })
  })
})
