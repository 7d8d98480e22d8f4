import { createSign } from 'node:crypto'
import type { GitHub } from '../../__tests__/support/github/server.ts'

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token of the double's App: what a script with openssl and curl would get. */
export const mint = async ({ apiUrl, app, installations }: GitHub): Promise<string> => {
  const nowS = Math.floor(Date.now() / 1_000)
  const claims = { iat: nowS - 60, exp: nowS + 300, iss: app.clientId }
  const body = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`
  const signature = createSign('RSA-SHA256').update(body).sign(app.privateKeyPem, 'base64url')
  const url = `${apiUrl}/app/installations/${installations[0]?.id}/access_tokens`
  const headers = { authorization: `Bearer ${body}.${signature}` }
  const response = await fetch(url, { method: 'POST', headers })
  if (response.status !== 201) throw new Error(`${url} answered ${response.status}`)
  return ((await response.json()) as { token: string }).token
}
