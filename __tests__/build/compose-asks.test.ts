import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findComposeAsks } from '../../src/build/compose-asks.ts'
import { writeFiles } from '../support/bake.ts'

let workspace: string
beforeEach(() => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'compose-asks-')))
})
afterEach(() => rmSync(workspace, { recursive: true }))

/** Key and path of each, in order; what is not allowed is not gone into. */
const find = (file: string, ...refused: readonly string[]): readonly string[] =>
  findComposeAsks([file], workspace, ({ want }) => !('path' in want && refused.includes(want.path)))
    .map(({ key, want }) => `${key} ${'path' in want ? want.path : JSON.stringify(want)}`)
    .filter((line) => !line.startsWith('.env '))

test('all that Bake reads for a Compose file, from where it reads that', async () => {
  await writeFiles(workspace, {
    'sub/compose.yaml': `
include:
  - one.yaml
  - { path: [sub/two.yaml, /etc/three.yaml], project_directory: pd, env_file: x.env }
x-common: &common { env_file: common.env }
services:
  a: { <<: *common, build: . }
  b: { env_file: [b.env, { path: ../c.env, required: false }] }
  c: { extends: { file: sub/deep/base.yaml, service: s } }
  d: { extends: { service: a } }
`,
    'one.yaml': 'services: { e: { env_file: e.env } }',
    'sub/two.yaml': 'services: { f: { env_file: f.env } }',
    'sub/deep/base.yaml': 'services: { s: { env_file: ../s.env } }',
  })
  expect(find('sub/compose.yaml', '/etc/three.yaml').toSorted()).toEqual(
    [
      'env_file common.env',
      'env_file b.env',
      'env_file ../c.env',
      'extends sub/deep/base.yaml',
      'env_file sub/s.env',
      'include x.env',
      'include pd',
      'include one.yaml',
      'env_file e.env',
      'include sub/two.yaml',
      'include /etc/three.yaml',
      'env_file pd/f.env',
    ].toSorted(),
  )
})

test('variables beside each file are read, too', async () => {
  await writeFiles(workspace, {
    'compose.yaml': 'include: [sub/one.yaml]',
    'sub/one.yaml': 'services: {}',
  })
  const asks = findComposeAsks(['compose.yaml'], workspace, () => true)
  const paths = asks.flatMap(({ key, want }) => (key === '.env' && 'path' in want ? want.path : []))
  expect(paths).toEqual(['.env', 'sub/.env'])
})

test('a path with a variable in it is nothing that can be allowed', async () => {
  await writeFiles(workspace, {
    'compose.yaml': `services: { a: { env_file: "\${HOME}/.netrc" } }`,
  })
  expect(find('compose.yaml')).toEqual([`env_file {"kind":"template","text":"\${HOME}/.netrc"}`])
})

test('files that include each other are gone into once, also in a later document', async () => {
  await writeFiles(workspace, {
    'a.yaml': 'services: {}\n---\ninclude: [b.yaml]',
    'b.yaml': 'include: [a.yaml]',
  })
  expect(find('a.yaml')).toEqual(['include b.yaml', 'include a.yaml'])
})

test('what is no YAML is told, unless it may be HCL', async () => {
  await writeFiles(workspace, { 'a.yaml': 'a: [', bake: 'target "a" {' })
  symlinkSync('/dev/zero', join(workspace, 'b.yaml'))
  expect(() => find('a.yaml')).toThrow("Bake's Compose file a.yaml cannot be read: ")
  expect(() => find('b.yaml')).toThrow('cannot be read: not a regular file')
  expect(find('bake')).toEqual([])
})
