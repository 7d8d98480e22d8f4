import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { parsePrivateKey } from '../../src/inputs/private-key.ts'
import { Secret } from '../../src/secret.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

const read = (given: string): string => {
  const key = parsePrivateKey(given)
  return key instanceof Secret ? key.expose() : `refused: ${key}`
}

test.each([
  ['PKCS#1', pkcs1],
  ['PKCS#8', pkcs8],
  ['CRLF', pkcs1.replaceAll('\n', '\r\n')],
  ['literal \\n', pkcs1.replaceAll('\n', '\\n')],
  ['base64 of the file', Buffer.from(pkcs1).toString('base64')],
  ['folded base64 of the file', Buffer.from(pkcs8).toString('base64').replace(/.{76}/g, '$&\n')],
  ['literal \\r\\n', pkcs1.replaceAll('\n', '\\r\\n')],
  ['spaces for line ends', pkcs1.trim().replaceAll('\n', ' ')],
  ['no line ends at all', pkcs8.replaceAll('\n', '')],
  ['indentation', pkcs1.replaceAll('\n', '\n    ')],
  ['double quotes around', `"${pkcs1}"`],
  ['single quotes and literal line ends', `'${pkcs8.replaceAll('\n', '\\n')}'`],
  ['quoted base64 of CRLF', `"${Buffer.from(pkcs1.replaceAll('\n', '\r\n')).toString('base64')}"`],
  ['white space around', `\n  ${pkcs8}\n\n`],
])('%s is read', (_name, given) => {
  expect(read(given)).toBe(pkcs8)
})

test.each([
  ['its first line alone', '-----BEGIN RSA PRIVATE KEY-----', /end is missing/],
  ['a truncated key', pkcs1.slice(0, 400), /end is missing/],
  ['damaged content', pkcs1.replace(/\n.{20}/, '\nAAAA'), /cannot be read/],
  [
    'an OpenSSH key',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nx\n-----END OPENSSH PRIVATE KEY-----',
    /OpenSSH/,
  ],
  ['a public key', publicKey.export({ type: 'spki', format: 'pem' }).toString(), /public key/],
  ['an EC key of openssl', ec.export({ type: 'sec1', format: 'pem' }).toString(), /an EC key, not/],
  [
    'an EC key with spaces',
    ec.export({ type: 'sec1', format: 'pem' }).toString().replaceAll('\n', ' '),
    /an EC key/,
  ],
  ['an EC key', ec.export({ type: 'pkcs8', format: 'pem' }).toString(), /EC key, not RSA/],
  [
    'a key with a passphrase',
    privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
      .toString(),
    /passphrase/,
  ],
  ['some word', 'hello', /no "-----BEGIN/],
])('%s is refused with its name', (_name, given, reason) => {
  expect(read(given)).toMatch(reason)
})

test('a key is never printed', () => {
  const key = parsePrivateKey(pkcs1)
  expect(`${key} ${JSON.stringify({ key })}`).toBe('*** {"key":"***"}')
})
