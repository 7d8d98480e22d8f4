import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findComposeRequests } from '../../src/build/compose-requests.ts'
import { writeFiles } from '../support/bake.ts'

let workspace: string
beforeEach(() => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'compose-requests-')))
})
afterEach(() => rmSync(workspace, { recursive: true }))

/** Key and path of each, in order; what is not allowed is not gone into. */
const find = (file: string, ...refused: readonly string[]): readonly string[] =>
  findComposeRequests([file], workspace, ({ text }) => !refused.includes(text))
    .map(({ key, kind, text }) => (kind === 'read' ? `${key} ${text}` : `${key} ${kind} ${text}`))
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
  const found = findComposeRequests(['compose.yaml'], workspace, () => true)
  const paths = found.flatMap(({ key, text }) => (key === '.env' ? text : []))

  expect(paths).toEqual(['.env', 'sub/.env'])
})

test('a path with a variable in it may lead anywhere, and needs all', async () => {
  await writeFiles(workspace, {
    'compose.yaml': `services: { a: { env_file: "\${HOME}/.netrc" } }`,
  })
  expect(find('compose.yaml')).toEqual([])
  expect(find('compose.yaml', '/')).toEqual([`env_file template \${HOME}/.netrc`])
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

test('a name in any case counts in an include, as for Compose', async () => {
  await writeFiles(workspace, {
    'compose.yaml': 'include: [{ PATH: one.yaml, Env_File: ../x.env, Project_directory: ../pd }]',
    'one.yaml': 'services: {}',
  })
  expect(find('compose.yaml', '../pd')).toEqual([
    'include ../x.env',
    'include one.yaml',
    'include ../pd',
  ])
})

test('what begins with ~ may be in the home', async () => {
  await writeFiles(workspace, { 'compose.yaml': 'services: { a: { env_file: ~/.netrc } }' })
  expect(find('compose.yaml')).toEqual([
    `env_file ${join(homedir(), '.netrc')}`,
    'env_file ~/.netrc',
  ])
})

const secret = 'services: { a: { env_file: /etc/secret } }'

test.each<[string, string | Buffer]>([
  ['a tag that changes a text', 'services: { a: { env_file: !!binary L2V0Yy9zZWNyZXQ= } }'],
  ['a tag that changes a name', 'services: { a: { !!binary ZW52X2ZpbGU=: /etc/secret } }'],
  ['a tag by another name', '%TAG !x! tag:yaml.org,2002:\n---\nservices: !x!binary L2V0Yw=='],
  ['UTF-16', Buffer.from(`\ufeff${secret}`, 'utf16le')],
  ['a line that ends in a carriage return', `x: 1 #\r${secret}`],
  ['a line that ends as Unicode has it', `x: 1 #\u2028${secret}`],
  ['a mark within', `x: 1\n\ufeff${secret}`],
])('%s is refused, as Bake would read it in another way', async (_, content) => {
  for (const name of ['compose.yaml', 'bake']) {
    await writeFile(join(workspace, name), content)
    expect(() => find(name)).toThrow(/cannot be read: it (has the tag|is not UTF-8)/)
  }
})

test("Compose's own tags, and Windows' line ends, are read", async () => {
  await writeFile(
    join(workspace, 'compose.yaml'),
    '\ufeffservices:\r\n  a: { ports: !reset null, env_file: !override [a.env], image: !!str x }\r\n',
  )
  expect(find('compose.yaml')).toEqual(['env_file a.env'])
})

test('a project folder within another is refused: Compose goes on from a third', async () => {
  await writeFiles(workspace, {
    'compose.yaml': 'include: [{ path: sub/one.yaml, project_directory: sub }]',
    'sub/one.yaml': 'include: [{ path: two.yaml, project_directory: pd }]',
    'sub/two.yaml': 'services: { a: { env_file: ../../x.env } }',
  })
  expect(() => find('compose.yaml')).toThrow('with a project_directory')
})
