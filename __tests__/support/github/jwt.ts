import { verify } from 'node:crypto'
import type { App } from './types.ts'

/** The outcome of looking at an App's JWT; messages and codes are the real API's. */
export type JwtVerdict =
  | { readonly kind: 'ok'; readonly app: App }
  | { readonly kind: 'refused'; readonly status: 401 | 404; readonly message: string }

const UNDECODABLE = 'A JSON web token could not be decoded'
const EXP_INVALID =
  "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
const EXP_TOO_FAR = "'Expiration time' claim ('exp') is too far in the future"
const IAT_INVALID =
  "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
const ISS_MISSING = "Missing 'issuer' claim ('iss') in assertion"
const ISS_INVALID = "'Issuer' claim ('iss') must be an Integer"
const MAX_LIFETIME_S = 600

/** Whether a bearer credential has the form of an App's JWT. Installation tokens start with ghs_. */
export function looksLikeJwt(credential: string): boolean {
  return credential.startsWith('eyJ') && credential.split('.').length === 3
}

function decodePart(part: string | undefined): Record<string, unknown> | undefined {
  if (part === undefined || !/^[\w-]+$/.test(part)) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function refused(message: string, status: 401 | 404 = 401): JwtVerdict {
  return { kind: 'refused', status, message }
}

function timeProblem(claims: Record<string, unknown>, nowMs: number): string | undefined {
  const { iat, exp } = claims
  const nowS = nowMs / 1000
  if (typeof exp !== 'number' || exp <= nowS) return EXP_INVALID
  if (typeof iat !== 'number' || !Number.isInteger(iat) || iat > nowS) return IAT_INVALID
  if (exp > nowS + MAX_LIFETIME_S) return EXP_TOO_FAR
  return undefined
}

/** Verifies signature, algorithm, issuer and times against the server's clock. */
export function verifyJwt(jwt: string, apps: readonly App[], nowMs: number): JwtVerdict {
  const parts = jwt.split('.')
  const header = decodePart(parts[0])
  const claims = decodePart(parts[1])
  if (parts.length !== 3 || header === undefined || claims === undefined) {
    return refused(UNDECODABLE)
  }
  if (header['alg'] !== 'RS256') return refused(UNDECODABLE)
  const issuer = claims['iss']
  if (issuer === undefined || issuer === null || issuer === '') return refused(ISS_MISSING)
  const app = apps.find(({ appId, clientId }) => [String(appId), clientId].includes(String(issuer)))
  if (app === undefined) {
    // Client IDs start with Iv; anything else that is no number is answered like a broken claim.
    const known = /^\d+$/.test(String(issuer)) || /^Iv/.test(String(issuer))
    return known ? refused('Integration not found', 404) : refused(ISS_INVALID)
  }
  const signed = Buffer.from(`${parts[0]}.${parts[1]}`)
  const signature = Buffer.from(parts[2] ?? '', 'base64url')
  if (!verify('RSA-SHA256', signed, app.publicKey, signature)) return refused(UNDECODABLE)
  const problem = timeProblem(claims, nowMs)
  return problem === undefined ? { kind: 'ok', app } : refused(problem)
}
