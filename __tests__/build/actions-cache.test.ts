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

test.each([
  { 'cache-from': [{ type: 'gha', url: 'https://mallory.example' }] },
  { 'cache-to': [{ type: 'gha' }, { type: 'gha', url_v2: 'https://mallory.example' }] },
  { 'cache-to': ['type=gha,URL=https://mallory.example'] },
  { 'cache-to': ['type=gha,"url_v2=https://mallory.example/?a,b"'] },
])('%j would have the token sent elsewhere', (definition) => {
  expect(uses(definition)).toBe(false)
})

test.each([
  [[{ id: 'x', env: 'ACTIONS_RUNTIME_TOKEN' }]],
  [['type=env,id=x,env=ACTIONS_RUNTIME_TOKEN']],
  [['id=ACTIONS_RUNTIME_TOKEN']],
])('the secret %j would show the token to the Dockerfile', (secret) => {
  expect(uses({ 'cache-from': [{ type: 'gha' }] })).toBe(true)
  expect(uses({ 'cache-from': [{ type: 'gha' }], secret })).toBe(false)
})
