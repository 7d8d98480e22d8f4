import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseQuantity } from '../../src/cluster/quantity.ts'

test.each([
  ['128Mi', 134_217_728],
  ['50Mi', 52_428_800],
  ['128974848', 128_974_848],
  ['129e6', 129_000_000],
  ['129M', 129_000_000],
  ['128974848000m', 128_974_848],
  ['1.5Gi', 1_610_612_736],
  ['1e3', 1_000],
  ['1E3', 1_000],
  ['1E', 1e18],
  ['12e-1', 1.2],
  ['500m', 0.5],
  ['100m', 0.1],
  ['250u', 0.000_25],
  ['3n', 3e-9],
  ['0', 0],
  ['0.1', 0.1],
  ['.5', 0.5],
  ['5.', 5],
  ['+2', 2],
  ['1k', 1_000],
  ['4G', 4e9],
  ['2Ki', 2_048],
  ['1Ei', 2 ** 60],
])('%s is %d', (text, expected) => {
  expect(parseQuantity(text)).toBe(expected)
})

test.each([
  '',
  ' ',
  '.',
  'Mi',
  'lots',
  '1Zi',
  '1 Gi',
  ' 1',
  '1K',
  '1ki',
  '1mi',
  '1Mb',
  '1GB',
  '-1',
  '1e',
  '1e3Mi',
  '1e1.5',
  '1,5',
  '1_000',
  '0x10',
  'NaN',
  'Infinity',
  '1mm',
  '1\n',
  '١',
])('%j is none', (text) => {
  expect(parseQuantity(text)).toBeUndefined()
})

const thousands = ['', 'k', 'M', 'G', 'T'] as const
const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti'] as const

test('a whole number with a suffix is that many times what the suffix means', () => {
  fc.assert(
    fc.property(fc.nat(8_000), fc.nat(4), (number, power) => {
      expect(parseQuantity(`${number}${thousands[power]}`)).toBe(number * 1_000 ** power)
      expect(parseQuantity(`${number}${binary[power]}`)).toBe(number * 1_024 ** power)
      expect(parseQuantity(`${number}e${3 * power}`)).toBe(number * 1_000 ** power)
    }),
  )
})

test('thousandths are exact, so that sums and what nodes have can be compared', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), (number) => {
      expect(parseQuantity(`${number}m`)).toBe(number / 1_000)
      expect(parseQuantity((number / 1_000).toFixed(3))).toBe(parseQuantity(`${number}m`))
    }),
  )
})

test('what is read is a number that is not below nothing, and whatever else is text has none', () => {
  const letters = fc.constantFrom(...'0123456789.+-eEinumkKMGTP ')
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 8 }), (text) => {
      const read = parseQuantity(text)
      // The pattern that Kubernetes gives for values in its API.
      const isSo = /^\+?(?:\d+\.?\d*|\.\d+)(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/.test(text)
      const isHuge = /[eE][+-]?\d{4}/.test(text)
      if (isSo && !isHuge) expect(read).toBeGreaterThanOrEqual(0)
      else expect(read).toBeUndefined()
    }),
    { numRuns: 5_000 },
  )
})
