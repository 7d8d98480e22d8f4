import { expect, test } from 'vitest'
import { maskSecret } from '../../src/token/masks.ts'

const masksOf = (value: string): readonly string[] => {
  const masks: string[] = []
  maskSecret(value, (mask) => masks.push(mask))
  return masks
}

test.each<[string, string, readonly string[]]>([
  ['a short one is hidden whole', 'pin', ['pin']],
  ['a last newline belongs to the file, not to the secret', 'abc\n', ['abc']],
  ['of several lines each, but not a lone brace', '{\n  "key": "value"\n}', ['  "key": "value"']],
  ['what looks like a command also as the log shows it', 'a##[b]', ['a##[b]', 'a##\u200b[b]']],
  ['nothing hides nothing', '\n', []],
])('further secrets: %s', (_name, value, masks) => {
  expect(masksOf(value)).toEqual(masks)
})
