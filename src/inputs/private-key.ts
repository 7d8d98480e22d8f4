import { createPrivateKey } from 'node:crypto'
import { Secret } from '../secret.ts'

const looksLikePem = (text: string): boolean => text.includes('-----BEGIN ')

/** Line ends as text, as JSON, YAML and shells leave them over. */
const unescapeLines = (text: string): string =>
  text.replaceAll('\\r', '\n').replaceAll('\\n', '\n').replaceAll('\r', '\n')

/** Quotes that were meant for a shell or a YAML file, around the whole or at each line. */
const withoutQuotes = (text: string): string => text.replaceAll(/["'`]/g, '').trim()

/**
 * A PEM whose lines end where they should, whatever became of their ends: a variable that passed
 * through a shell has spaces there, a YAML block its indentation. Base64 has no white space.
 */
const toPem = (given: string): string => {
  const unfolded = withoutQuotes(unescapeLines(given))
  const text = looksLikePem(unfolded)
    ? unfolded
    : withoutQuotes(unescapeLines(Buffer.from(unfolded, 'base64').toString('utf8')))
  if (!looksLikePem(text)) return unfolded
  const [, label, body] = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/.exec(text) ?? []
  // A header within, such as that of a passphrase, is no base64.
  if (label === undefined || body === undefined || body.includes(':')) return text
  const lines = body.replaceAll(/\s/g, '').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n')
}

const describeWrongKey = (pem: string): string => {
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1]
  if (label === undefined) return 'it has no "-----BEGIN ... PRIVATE KEY-----" line'
  if (label === 'OPENSSH PRIVATE KEY') return 'it is an OpenSSH key'
  if (label === 'ENCRYPTED PRIVATE KEY' || pem.includes('Proc-Type: 4,ENCRYPTED')) {
    return 'it is protected by a passphrase'
  }
  if (label === 'EC PRIVATE KEY' || label === 'EC PARAMETERS') return 'it is an EC key, not RSA'
  if (label === 'DSA PRIVATE KEY') return 'it is a DSA key, not RSA'
  if (label.endsWith('PUBLIC KEY')) return 'it is a public key'
  if (label.endsWith('CERTIFICATE')) return 'it is a certificate'
  if (!pem.includes(`-----END ${label}-----`)) {
    return `it is a ${label} whose end is missing (truncated, or only its first line was passed on)`
  }
  return `it is labelled ${label}, but its content cannot be read`
}

/**
 * Reads a GitHub App's RSA key: PKCS#1 or PKCS#8 PEM, with line ends of any kind (also written out,
 * as `\n` or `\r\n`, or as spaces), indented, in quotes, or as base64 of the whole file. Returns PKCS#8; a string is the reason why the text is no such key.
 */
export const parsePrivateKey = (given: string): Secret | string => {
  const pem = toPem(given)
  if (!/-----BEGIN (RSA )?PRIVATE KEY-----/.test(pem)) return describeWrongKey(pem)
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType !== 'rsa')
      return `it is an ${key.asymmetricKeyType?.toUpperCase()} key, not RSA`
    return new Secret(key.export({ type: 'pkcs8', format: 'pem' }).toString())
  } catch {
    return describeWrongKey(pem)
  }
}
