import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findCacheMounts } from '../../src/facts/find-cache-mounts.ts'
import { foundFacts } from '../support/found.ts'
import { read } from '../support/read.ts'
import { readTarget } from '../support/target.ts'

const raw = { context: '.', tags: 'a:1' }
let workspace = ''
beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'slipway-mounts-'))
  writeFileSync(join(workspace, 'Dockerfile'), 'FROM a\nRUN --mount=type=cache,target=/pip make\n')
})
afterAll(() => rmSync(workspace, { recursive: true }))

const find = ({ ids = '/pip', facts = {}, inputs = {}, hasCacheService = true }) => {
  const found = { ...foundFacts, targets: [readTarget(raw, workspace)], ...facts }
  const given = { ...read({ ...raw, 'cache-mounts': ids }), ...inputs }
  return findCacheMounts(found, given, { hasCacheService, workspace })
}

test.each([
  ['no cache service', { hasCacheService: false }, 'this run has no Actions cache'],
  ['code of others', { inputs: { isTrusted: false } }, "a fork's Dockerfile would see"],
  [
    'a builder of two machines',
    { facts: { builder: { driver: 'remote', isLocal: false, nodes: ['a', 'b'] } } },
    'the builder has several nodes',
  ],
])('with %s none is used, and a line says so', (_, change, why) => {
  expect(find(change)).toEqual({
    cacheMounts: { mounts: [], users: [] },
    lines: [expect.stringContaining(`cache-mounts: not used, as ${why}`)],
  })
  // A mistake shows also where nothing would have been kept.
  expect(() => find({ ...change, ids: '/npm' })).toThrow('no build mounts a cache of this id')
})

test('elsewhere they are those of the Dockerfile', () => {
  const { cacheMounts, lines } = find({})
  expect([cacheMounts.mounts.map(({ id }) => id), cacheMounts.users, lines]).toEqual([
    ['/pip'],
    ['a:1'],
    [],
  ])
  expect(find({ ids: '', hasCacheService: false }).lines).toEqual([])
})
