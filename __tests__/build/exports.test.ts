import { expect, test } from 'vitest'
import { readTargets } from '../../src/build/definition.ts'
import { findAttested, requireCacheExport } from '../../src/build/exports.ts'
import { toTargets } from '../../src/build/target.ts'

const classic = { driver: 'docker', hasContainerdStore: false, hasCacheService: true }

const check = (cache: unknown, change: Partial<typeof classic> = {}): string => {
  const targets = readTargets({ target: { a: { context: 'x', 'cache-to': cache } } }, '/nowhere')
  try {
    requireCacheExport(toTargets(targets, 'docker', 'run'), { ...classic, ...change })
    return 'fine'
  } catch (error) {
    return String(error)
  }
}

test.each([
  ['none', undefined],
  ['inline', [{ type: 'inline' }]],
  ['inline, in a line', ['type=inline']],
])('%s works everywhere', (_name, cache) => {
  expect(check(cache)).toBe('fine')
})

test.each([
  ['registry', [{ type: 'registry', ref: 'x/y' }]],
  ['a name alone', ['x/y:cache']],
  ['local, beside inline', ['type=inline', 'type=local,dest=c']],
  ['of Actions', [{ type: 'gha' }]],
])('%s does not work from the classic store', (_name, cache) => {
  expect(check(cache)).toContain('cache-to of a: the docker driver cannot export its cache')
  expect(check(cache, { hasContainerdStore: true })).toBe('fine')
  expect(check(cache, { driver: 'docker-container' })).toBe('fine')
})

test('the cache of Actions is left out by buildx where there is none', () => {
  expect(check(['type=gha'], { hasCacheService: false })).toBe('fine')
})

test.each([
  [[{ type: 'provenance', mode: 'max' }], ['a']],
  [['type=sbom'], ['a']],
  [[{ type: 'provenance', disabled: 'true' }, 'type=sbom,disabled=true'], []],
  [[], []],
  [undefined, []],
])('attest %j is asked for by %j', (attest, names) => {
  const targets = readTargets({ target: { a: { context: 'x', attest } } }, '/nowhere')
  expect(findAttested(toTargets(targets, 'docker', 'run'))).toEqual(names)
})
