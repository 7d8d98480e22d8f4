import { expect, test } from 'vitest'
import { Failure } from '../../../../src/failure.ts'
import { mostPointerBytes, parsePointer } from '../../../../src/files/sources/lfs/pointer.ts'

const oid = '4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393'
const first = 'version https://git-lfs.github.com/spec/v1'
const right = `${first}\noid sha256:${oid}\nsize 12345\n`
const parse = (text: string) => parsePointer(Buffer.from(text), 'models/a.bin')

test.each([
  ['as git-lfs writes it', right],
  ['with the line ends of Windows', right.replaceAll('\n', '\r\n')],
  ['without its last line end', right.trimEnd()],
])('a pointer %s', (_, text) => {
  expect(parse(text)).toEqual({ oid, sizeBytes: 12_345 })
})

test.each([
  ['the empty file', ''],
  ['a text', 'version 1 of our model\n'],
  ['a text about pointers', `A pointer begins with \`${first}\`.\n`],
  ['what has as many bytes as no pointer', right.padEnd(mostPointerBytes, '\n')],
  ['bytes', '\0\u0001\u0002'],
])('%s is no pointer', (_, text) => {
  expect(parse(text)).toBeUndefined()
})

test.each([
  [
    'an extension',
    `${first}\next-0-foo sha256:${oid}\noid sha256:${oid}\nsize 1\n`,
    2,
    'extension ext-0-foo',
  ],
  ['a key that nobody knows', `${right}foo 1\n`, 4, 'knows no key "foo"'],
  [
    'a later version',
    right.replace('v1', 'v2'),
    1,
    'its version is https://git-lfs.github.com/spec/v2',
  ],
  ['an earlier one', right.replace('git-lfs.github', 'hawser.github'), 1, 'its version is'],
  ['another order', `${first}\nsize 12345\noid sha256:${oid}\n`, 2, 'size is not in its place'],
  ['another digest', right.replace('sha256', 'sha512'), 2, 'its oid is no SHA-256'],
  ['a digest in capitals', right.replace(oid, oid.toUpperCase()), 2, 'its oid is no SHA-256'],
  ['a size below zero', right.replace('12345', '-1'), 3, 'its size is no number'],
  ['a size with a zero before it', right.replace('12345', '012'), 3, 'its size is no number'],
  ['a size beyond all', right.replace('12345', '9'.repeat(16)), 1, 'it is not whole'],
  ['no size', `${first}\noid sha256:${oid}\n`, 1, 'it is not whole'],
  ['white space before it', `\n${right}`, 1, 'knows no key ""'],
  ['a line too many', `${right}\n`, 4, 'knows no key ""'],
  ['line ends of two kinds', right.replace('\n', '\r\n'), 1, 'its version is'],
])('with %s it is refused, at its line', (_, text, line, why) => {
  const error = (() => {
    try {
      return parse(text)
    } catch (thrown) {
      return thrown
    }
  })()
  expect(error).toBeInstanceOf(Failure)
  expect((error as Failure).message).toContain(why)
  expect((error as Failure).location).toEqual({ file: 'models/a.bin', line })
})
