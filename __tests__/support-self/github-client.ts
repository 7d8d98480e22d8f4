import { createSign, type KeyLike } from 'node:crypto'
import { expect } from 'vitest'
import type { GitHub } from '../support/github/server.ts'

/** Now in whole seconds, as JWT claims want it. */
export const nowS = () => Math.floor(Date.now() / 1000)

/** One part of a JWT. */
export const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A JWT of the double's App; `claims`, key and algorithm may be spoiled. */
export function jwt(
  { app }: Pick<GitHub, 'app'>,
  claims: object = {},
  key: KeyLike = app.privateKeyPem,
  alg = 'RS256',
): string {
  const all = { iat: nowS() - 60, exp: nowS() + 300, iss: app.clientId, ...claims }
  const body = `${part({ alg, typ: 'JWT' })}.${part(all)}`
  return `${body}.${createSign('RSA-SHA256').update(body).sign(key).toString('base64url')}`
}

/** One API request with an optional bearer credential. */
export async function call(
  github: GitHub,
  method: string,
  path: string,
  bearer?: string,
  body?: unknown,
) {
  const response = await fetch(github.apiUrl + path, {
    method,
    headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const json = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
  return { status: response.status, json, headers: response.headers }
}

/** The path that mints for the double's first installation. */
export function mintPath(github: GitHub): string {
  return `/app/installations/${github.installations[0]?.id}/access_tokens`
}

/** A token of the first installation. */
export async function mint(github: GitHub, body: unknown = {}): Promise<string> {
  const answer = await call(github, 'POST', mintPath(github), jwt(github), body)
  expect(answer.status).toBe(201)
  return String(answer.json['token'])
}
