import { expect, test } from 'vitest'
import { expand } from '../../../src/build/dockerfile/words.ts'

test.each([
  ...[':?x', '', ':', ':%x', '^^', '^'].map((end) => `\${A${end}`),
  ...[`\${:x}`, `\${}`, `\${A:?x}`, `\${A^^}`, "'a", '"a'],
])('what BuildKit refuses has no value: %s', (text) => {
  expect(expand(text, '\\', () => undefined)).toBeUndefined()
})
