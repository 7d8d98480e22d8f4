import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Target } from '../../src/build/target.ts'
import { architecture } from '../../src/host/architecture.ts'
import type { RawInputs } from '../../src/inputs/raw-inputs.ts'
import { parseSizesKey, toSizesKey } from '../../src/memory/size-memory.ts'
import { toPrefix, toRemembered } from '../../src/memory/targets.ts'
import { readTarget, targetWith } from '../support/target.ts'

const named = (...names: readonly string[]): readonly Target[] =>
  names.map((name) => targetWith(name))
const prefix = toPrefix('size-v2', 'acme/app', named('docker.io/library/api:dev'))

const bytes = fc.integer({ min: 1, max: 9_000e9 })

test('what a name tells is the sizes, rounded up by less than one part in a hundred', () => {
  fc.assert(
    fc.property(bytes, fc.array(bytes, { minLength: 1, maxLength: 60 }), (totalBytes, each) => {
      const key = toSizesKey(prefix, { totalBytes, each })
      expect(`${key}-01234567`.length).toBeLessThan(512)
      const told = parseSizesKey(prefix, key, each.length)
      for (const [size, real] of [
        [told?.totalBytes, totalBytes],
        ...each.map((one, index) => [told?.each[index], one]),
      ]) {
        expect(size).toBeGreaterThanOrEqual(real ?? 0)
        expect(size).toBeLessThan(Math.max(1.01 * (real ?? 0), (real ?? 0) + 1e6))
      }
      expect(told && toSizesKey(prefix, told)).toBe(key)
    }),
  )
  expect(toSizesKey(prefix, { totalBytes: 0, each: [1e15] })).toBe(`${prefix}1-9990000`)
})

test('a tag, a digest, a workflow or the order makes no other images; a repository or a name does', () => {
  expect(prefix).toMatch(/^slipway-size-v2-[0-9a-f]{16}-$/)
  const of = (...names: readonly string[]): string =>
    toPrefix('size-v2', 'acme/app', named(...names))
  const same = ['docker.io/library/api', `docker.io/library/api@sha256:${'a'.repeat(64)}`]
  for (const canonical of same) expect(of(canonical)).toBe(prefix)
  expect(of('b:1', 'a:1')).toBe(of('a:2', 'b:2'))
  expect(toPrefix('size-v2', 'acme/other', named('docker.io/library/api:dev'))).not.toBe(prefix)
  const ports = ['localhost:5000/api', 'localhost:5001/api', 'docker.io/library/api2:dev']
  expect(new Set([prefix, of('a:1', 'b:1'), ...ports.map((name) => of(name))]).size).toBe(5)
})

test('a stage and platforms make other images; another spelling, a tag or an argument does not', () => {
  const of = (change: RawInputs = {}): string =>
    toPrefix('size-v2', 'acme/app', [
      readTarget({ context: '.', tags: 'acme/api:dev', target: 'runtime', ...change }),
    ])
  const other = of({ platforms: 'linux/s390x' })
  const others = [of({ target: 'test' }), of({ target: '' }), other]
  expect(new Set([of(), ...others, of({ target: 'test', platforms: 'linux/s390x' })]).size).toBe(5)
  expect(of({ platforms: 's390x' })).toBe(other)
  expect(of({ platforms: `linux/${architecture}` })).toBe(of())
  expect(of({ tags: 'acme/api:test', 'build-args': 'GPU=1' })).toBe(of())
})

test('stages of one repository are in an order that does not depend on that of Bake', () => {
  const [first, second] = ['runtime', 'test'].map((target) =>
    readTarget({ context: '.', tags: 'acme/api:dev', target }),
  ) as [Target, Target]
  expect(toRemembered([second, first])).toEqual([first, second])
  expect(toPrefix('size-v2', 'acme/app', [second, first])).toBe(
    toPrefix('size-v2', 'acme/app', [first, second]),
  )
})

test.each([
  ['', ''],
  ['no size', prefix],
  ['no list', `${prefix}7`],
  ['nothing', `${prefix}0-0`],
  ['a leading zero', `${prefix}07-7`],
  ['too many digits', `${prefix}10000000-1`],
  ['another notation', `${prefix}7e3-7`],
  ['a further line', `${prefix}7-7\n`],
  ['a command', `${prefix}7-7\n::set-env name=PATH::/tmp`],
  ['something after it', `${prefix}7-7-7`],
  ['more images', `${prefix}7-7.7`],
  ['digits of another script', `${prefix}٧-٧`],
  ['another image', `${toPrefix('size-v2', 'acme/app', named('other'))}7-7`],
])('a name with %s is refused', (_name, key) => {
  expect(parseSizesKey(prefix, key, 1)).toBeUndefined()
})
