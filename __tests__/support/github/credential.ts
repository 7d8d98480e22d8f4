import { looksLikeJwt } from './jwt.ts'
import type { AuthKind } from './types.ts'

/** What an Authorization header carries. For Basic the password counts, the user may be any. */
export interface Credential {
  readonly kind: 'bearer' | 'basic'
  readonly secret: string
}

/** Reads `Bearer X`, `token X` and `Basic base64(user:X)`. */
export function credentialOf(header: string | undefined): Credential | undefined {
  const match = /^(bearer|token|basic) +(\S+)$/i.exec(header ?? '')
  const value = match?.[2]
  if (match === null || value === undefined) return undefined
  if (match[1]?.toLowerCase() !== 'basic') return { kind: 'bearer', secret: value }
  const decoded = Buffer.from(value, 'base64').toString('utf8')
  const [user = '', ...password] = decoded.split(':')
  // `git clone https://TOKEN@host` sends the token as the user with an empty password.
  return { kind: 'basic', secret: password.join(':') || user }
}

/** The kind that a recorded request shows. */
export function authKindOf(header: string | undefined): AuthKind {
  const credential = credentialOf(header)
  if (credential === undefined) return 'none'
  if (credential.kind === 'basic') return 'basic'
  return looksLikeJwt(credential.secret) ? 'jwt' : 'token'
}
