import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isImagesKey, parseImagesKey, toImagesKey } from '../../src/memory/image-memory.ts'
import { toPrefix } from '../../src/memory/targets.ts'
import { targetWith } from '../support/target.ts'

const targets = [targetWith('docker.io/library/api:dev')]
const prefix = toPrefix('image-default-v1', 'acme/app', targets)
const bytes = fc.integer({ min: 0, max: 2e12 })

test('what a name tells is the sizes, to the byte', () => {
  const images = fc.array(fc.record({ bytes, packedBytes: bytes }), { minLength: 1, maxLength: 26 })
  fc.assert(
    fc.property(images, (sizes) => {
      const key = toImagesKey(prefix, sizes, '01234567') ?? ''
      expect(isImagesKey(key)).toBe(true)
      expect(parseImagesKey(prefix, key, sizes.length)).toEqual(sizes)
      expect(parseImagesKey(prefix, key, sizes.length + 1)).toBeUndefined()
      const other = toPrefix('image-branch-v1', 'acme/app', targets)
      expect(parseImagesKey(other, key, sizes.length)).toBeUndefined()
    }),
  )
  const many = Array.from({ length: 27 }, () => ({ bytes: 1, packedBytes: 1 }))
  expect(toImagesKey(prefix, many, '01234567')).toBeUndefined()
  expect(toImagesKey(prefix, [], '01234567')).toBeUndefined()
})

test.each([
  ['nothing', ''],
  ['no sizes', `${prefix}01234567`],
  ['one size alone', `${prefix}a-01234567`],
  ['no ending', `${prefix}a.b`],
  ['too large a size', `${prefix}123456789.a-01234567`],
  ['a further line', `${prefix}a.b-01234567\n`],
  ['a command', `${prefix}a.b-01234567\n::error::x`],
])('a name with %s is refused', (_name, key) => {
  expect(isImagesKey(key)).toBe(false)
  expect(parseImagesKey(prefix, key, 1)).toBeUndefined()
})
