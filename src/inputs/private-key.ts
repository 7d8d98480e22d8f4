import { createPrivateKey } from 'node:crypto'
import { Secret } from '../secret.ts'

const looksLikePem = (text: string): boolean => text.includes('-----BEGIN ')

const toPem = (given: string): string => {
  const unfolded = given.replaceAll('\\n', '\n').replaceAll('\r\n', '\n').trim()
  if (looksLikePem(unfolded)) return unfolded
  const decoded = Buffer.from(unfolded, 'base64').toString('utf8')
  return looksLikePem(decoded) ? decoded.replaceAll('\r\n', '\n').trim() : unfolded
}

const describeWrongKey = (pem: string): string => {
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1]
  if (label === undefined) return 'it has no "-----BEGIN ... PRIVATE KEY-----" line'
  if (label === 'OPENSSH PRIVATE KEY') return 'it is an OpenSSH key'
  if (label === 'ENCRYPTED PRIVATE KEY' || pem.includes('Proc-Type: 4,ENCRYPTED')) {
    return 'it is protected by a passphrase'
  }
  if (label.endsWith('PUBLIC KEY')) return 'it is a public key'
  if (label.endsWith('CERTIFICATE')) return 'it is a certificate'
  if (!pem.includes(`-----END ${label}-----`)) {
    return `it is a ${label} whose end is missing (truncated, or only its first line was passed on)`
  }
  return `it is labelled ${label}, but its content cannot be read`
}

/**
 * Reads a GitHub App's RSA key: PKCS#1 or PKCS#8 PEM, with real newlines, CRLF or literal `\n`, or
 * base64 of the whole file. Returns PKCS#8; a string is the reason why the text is no such key.
 */
export const parsePrivateKey = (given: string): Secret | string => {
  const pem = toPem(given)
  if (!/-----BEGIN (RSA )?PRIVATE KEY-----/.test(pem)) return describeWrongKey(pem)
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType !== 'rsa') return `it is an ${key.asymmetricKeyType} key, not RSA`
    return new Secret(key.export({ type: 'pkcs8', format: 'pem' }).toString())
  } catch {
    return describeWrongKey(pem)
  }
}
