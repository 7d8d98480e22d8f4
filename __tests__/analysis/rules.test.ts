import { describe, expect, test } from 'vitest'
import type { Background, Recipe, SentContext } from '../../src/image/background.ts'
import { file, folder, linkTo } from '../support/entries.ts'
import { find, findIn, withFolders } from '../support/findings.ts'

const recipeOf = (change: Partial<Recipe>): Partial<Background> => ({
  recipe: {
    text: '',
    requirements: [],
    origin: undefined,
    stages: 2,
    order: { early: [], unlinked: [] },
    base: undefined,
    ...change,
  },
})

describe("npm's packages for development", () => {
  const list = (packages: unknown, path = 'app/node_modules/.package-lock.json') => {
    const text = JSON.stringify({ lockfileVersion: 3, packages })
    return { entry: file(path, text.length), texts: { [path]: text } }
  }
  const dev = file('app/node_modules/@a/dev/index.js', 2_000_000)
  const nested = file('app/node_modules/@a/dev/node_modules/x/y.js', 500_000)
  const prod = file('app/node_modules/prod/index.js', 3_000_000)
  const packages = {
    'node_modules/@a/dev': { dev: true },
    'node_modules/prod': { version: '1.0.0' },
  }
  const { entry, texts } = list(packages)

  test('are those that npm says, to the byte', async () => {
    const [found, ...others] = await findIn([withFolders(entry, dev, nested, prod)], { texts })
    expect(found).toMatchObject({ bytes: 2_500_000, paths: ['app/node_modules/@a/dev'] })
    expect(found?.rule.id).toBe('node-dev-packages')
    expect(others).toEqual([])
    const top = list(packages, 'node_modules/.package-lock.json')
    const moved = file('node_modules/@a/dev/index.js', 2_000_000)
    expect(await find([withFolders(top.entry, moved)], { texts: top.texts })).toEqual([
      'node-dev-packages@1 2000000',
    ])
  })

  test.each([
    ['there are none', [prod], packages],
    ['npm says otherwise', [dev, prod], { 'node_modules/@a/dev': { dev: 'true' } }],
    ['others need them, too', [dev, prod], { 'node_modules/@a/dev': { devOptional: true } }],
    ['they are too small', [nested, prod], packages],
    ['the list leads elsewhere', [dev, prod], { '../node_modules/@a/dev': { dev: true } }],
    ['the list is none', [dev, prod], 'x'],
    ['the list names nothing', [dev, prod], { 'node_modules/@a/dev': null }],
  ])('are none where %s', async (_, files, about) => {
    const other = list(about)
    expect(await find([withFolders(other.entry, ...files)], { texts: other.texts })).toEqual([])
  })

  test('are none of the base, and none with a name elsewhere', async () => {
    expect(await find([withFolders()], { texts, base: withFolders(entry, dev) })).toEqual([])
    const linked = withFolders(entry, dev, linkTo(dev, 'root/store/x'))
    expect(await find([linked], { texts })).toEqual([])
  })
})

describe('files that anybody may write', () => {
  test.each<[string, ReturnType<typeof file>, boolean]>([
    ['a file', file('app/x', 1, { mode: 0o666 }), true],
    ['a program', file('app/x', 1, { mode: 0o777 }), true],
    ['a folder', folder('app/data', { mode: 0o777 }), true],
    ['a folder with the sticky bit', folder('app/data', { mode: 0o1777 }), false],
    ['what a group may write', file('app/x', 1, { mode: 0o664 }), false],
    ['what is in /tmp', file('tmp/x', 1, { mode: 0o666 }), false],
    ['what is in /var/tmp', folder('var/tmp/x', { mode: 0o777 }), false],
    ['a link', { ...file('app/x', 1, { mode: 0o777 }), type: 'l' }, false],
    ['a file of a folder that is only called so', file('app/tmp/x', 1, { mode: 0o666 }), true],
  ])('%s', async (_, entry, isFound) => {
    expect(await find([withFolders(entry)])).toEqual(isFound ? ['writable-by-all@1 0'] : [])
    expect(await find([withFolders()], { base: withFolders(entry) })).toEqual([])
  })
})

test.each<[string, number, string, boolean]>([
  ['etc/tls/server.key', 0o644, '-----BEGIN PRIVATE KEY-----', true],
  ['app/cert.pem', 0o604, 'text\n-----BEGIN EC PRIVATE KEY-----', true],
  ['etc/ssh/ssh_host_rsa_key', 0o644, '-----BEGIN OPENSSH PRIVATE KEY-----', true],
  ['etc/tls/server.key', 0o640, '-----BEGIN PRIVATE KEY-----', false],
  ['etc/tls/server.pem', 0o644, '-----BEGIN CERTIFICATE-----', false],
  ['etc/tls/server.pem', 0o644, '-----BEGIN PUBLIC KEY-----', false],
  ['usr/lib/python3/site-packages/x/key.pem', 0o644, '-----BEGIN PRIVATE KEY-----', false],
  ['app/tests/server.key', 0o644, '-----BEGIN PRIVATE KEY-----', false],
  ['app/notes.txt', 0o644, '-----BEGIN PRIVATE KEY-----', false],
])('%s of mode %o with %j is a key for all: %s', async (path, mode, text, isFound) => {
  const layers = [withFolders(file(path, text.length, { mode }))]
  expect(await find(layers, { texts: { [path]: text } })).toEqual(
    isFound ? ['readable-key@1 0'] : [],
  )
})

test('an SSH key is told of once, by the rule of credentials', async () => {
  const path = 'root/.ssh/id_rsa'
  const texts = { [path]: '-----BEGIN RSA PRIVATE KEY-----' }
  expect(await find([withFolders(file(path, 40))], { texts })).toEqual(['credentials@1 0'])
})

describe('what the last stage begins with', () => {
  test.each<[string, string | undefined]>([
    ['nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04', 'build-base'],
    ['pytorch/pytorch:2.4.0-cuda12.1-cudnn9-devel', 'build-base'],
    ['rust:1.80', 'build-base'],
    ['docker.io/library/golang:1.23-bookworm', 'build-base'],
    ['mirror.example:5000/library/maven', 'build-base'],
    ['gradle:8@sha256:0123', 'build-base'],
    ['nvidia/cuda:12.4.1-runtime-ubuntu22.04', undefined],
    ['acme/rust:1', undefined],
    ['acme/developer:1', undefined],
    ['acme/api:development', undefined],
    ['python', 'full-python-base'],
    ['python:3.12', 'full-python-base'],
    ['python:3.12-bookworm', 'full-python-base'],
    ['python:3.12-slim', undefined],
    ['python:3.12-slim-bookworm', undefined],
    ['python:3.12-alpine3.20', undefined],
    ['acme/python:3.12', undefined],
    ['debian:13', undefined],
  ])('%s: %s', async (image, rule) => {
    const location = { file: 'Dockerfile', line: 3 }
    const background = recipeOf({ base: { image, location } })
    const found = await findIn([withFolders(file('app/x', 1_000))], { background })
    expect(found.map((each) => [each.rule.id, each.location])).toEqual(
      rule === undefined ? [] : [[rule, location]],
    )
  })
})

test('build tools of a single stage want a second one', async () => {
  const path = 'var/lib/dpkg/status'
  const text = 'Package: gcc\nStatus: install ok installed\nInstalled-Size: 20000\n'
  const of = (stages: number) =>
    find([withFolders(file(path, text.length))], {
      texts: { [path]: text },
      background: recipeOf({ stages }),
    })
  expect(await of(1)).toEqual([`single-stage@1 ${20_000 * 1024}`])
  expect(await of(2)).toEqual([`build-tools@1 ${20_000 * 1024}`])
})

test('a large context is told with what to write, at the line that copies it', async () => {
  const location = { file: 'Dockerfile', line: 4 }
  const context: SentContext = {
    sentBytes: 350e6,
    location,
    needless: [{ path: '.git', bytes: 120e6, pattern: '.git' }],
    largest: [{ path: 'data', bytes: 200e6 }],
    ignoreFile: '.dockerignore',
  }
  const [found] = await findIn([withFolders()], { background: { context } })
  expect(found).toMatchObject({ location, bytes: 0 })
  expect(found?.evidence).toBe(
    'BuildKit was sent 350 MB; not needed: .git 120 MB; lines for .dockerignore: .git',
  )
  const [other] = await findIn([withFolders()], {
    background: { context: { ...context, needless: [] } },
  })
  expect(other?.evidence).toBe('BuildKit was sent 350 MB; largest: data 200 MB')
})
