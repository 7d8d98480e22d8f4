import { expect, test } from 'vitest'
import { usesActionsCache } from '../../src/build/actions-cache.ts'

const uses = (definition: Readonly<Record<string, unknown>>): boolean =>
  usesActionsCache([{ definition: {} }, { definition }])

test.each([
  { 'cache-from': [{ type: 'gha', scope: 'api' }] },
  { 'cache-to': [{ type: 'registry', ref: 'x' }, { type: 'gha' }] },
  { 'cache-from': ['type=gha,scope=api'] },
  { 'cache-to': ['mode=max,type=gha'] },
])('%j needs the token of the run', (definition) => {
  expect(uses(definition)).toBe(true)
})

test.each([
  {},
  { 'cache-from': null, 'cache-to': 'type=gha' },
  { 'cache-from': ['user/app:cache', 'type=registry,ref=type.gha'], 'cache-to': [null, 'inline'] },
  { 'cache-from': [{ type: 'registry', ref: 'type=gha' }], args: { type: 'gha' } },
])('%j does not', (definition) => {
  expect(uses(definition)).toBe(false)
})
