import { expect, test } from 'vitest'
import { isTooPlain, maskPrivateKey, maskSecret } from '../../src/token/masks.ts'

const masksOf = (value: string): readonly string[] => {
  const masks: string[] = []
  maskSecret(value, (mask) => masks.push(mask))
  return masks
}

test.each<[string, string, readonly string[]]>([
  ['a short one is hidden whole', 'p1n4', ['p1n4']],
  ['a shorter one is in every log', 'pin', []],
  ['a setting is no secret', 'true', []],
  ['nor in capitals, with a newline', 'Production\n', []],
  ['a word within a longer one is', 'true-story', ['true-story']],
  ['a last newline belongs to the file, not to the secret', 'abcd\n', ['abcd']],
  ['of several lines each, but not a lone brace', '{\n  "key": "value"\n}', ['  "key": "value"']],
  ['what looks like a command also as the log shows it', 'a##[b]', ['a##[b]', 'a##\u200b[b]']],
  ['nothing hides nothing', '\n', []],
])('further secrets: %s', (_name, value, masks) => {
  expect(masksOf(value)).toEqual(masks)
})

test('a key is hidden in the lines that it was given in, whatever ends them', () => {
  const pem = '-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA0123\nabcdefghijklmnop\n-----END'
  for (const given of [
    pem,
    pem.replaceAll('\n', ' '),
    pem.replaceAll('\n', '\\r\\n'),
    `"${pem}"`,
  ]) {
    const masks: string[] = []
    maskPrivateKey(given, '', (mask) => masks.push(mask))
    expect(masks).toEqual(['MIIEowIBAAKCAQEA0123', 'abcdefghijklmnop'])
  }
})

test.each([
  ['abc', true],
  ['user\nhunter2', true],
  ['', false],
  ['{\n"key": "a"\n}', false],
])('%j is said not to be hidden: %s', (value, isPlain) => {
  const masks: string[] = []
  maskSecret(value, (mask) => masks.push(mask))
  expect(isTooPlain(value)).toBe(isPlain)
  expect(masks.length > 0).toBe(value !== '' && !isPlain)
})
