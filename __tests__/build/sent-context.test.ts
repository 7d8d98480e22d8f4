import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readRecipe } from '../../src/build/recipe.ts'
import { describeContext } from '../../src/build/sent-context.ts'
import { readTarget } from '../support/target.ts'

let workspace = ''
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'slipway-context-'))
})
afterEach(() => rmSync(workspace, { recursive: true, force: true }))

const write = (files: Readonly<Record<string, string | number>>): void => {
  for (const [path, content] of Object.entries(files)) {
    const whole = join(workspace, path)
    mkdirSync(dirname(whole), { recursive: true })
    writeFileSync(whole, typeof content === 'string' ? content : '')
    if (typeof content === 'number') truncateSync(whole, content)
  }
}

const targetOf = (inputs: Parameters<typeof readTarget>[0] = {}) =>
  readTarget({ context: '.', tags: 'a:1', ...inputs }, workspace)

const describe = async (dockerfile: string, sentBytes = 200e6) => {
  write({ Dockerfile: dockerfile })
  return describeContext(targetOf(), workspace, sentBytes)
}

const repository = {
  '.git/HEAD': 'ref: refs/heads/main\n',
  '.git/objects/pack/a.pack': 60e6,
  'node_modules/a/index.js': 30e6,
  'web/node_modules/b/index.js': 20e6,
  '.venv/pyvenv.cfg': 'home = /usr\n',
  '.venv/lib/x.so': 10e6,
  'src/__pycache__/a.pyc': 5e6,
  'src/a.py': 'x',
  'data/set.bin': 80e6,
}

const all = 'FROM x\nRUN npm ci && pip install x\nCOPY . /app\n'

const linesOf = async (dockerfile: string) =>
  (await describe(dockerfile))?.needless.map(({ pattern }) => pattern)

test('says which folders the image does not need, with the lines that leave them out', async () => {
  write(repository)
  const found = await describe(all)
  expect(found?.needless).toEqual([
    { path: '.git', bytes: 60e6 + 21, pattern: '.git' },
    { path: 'node_modules', bytes: 30e6, pattern: '**/node_modules' },
    { path: 'web/node_modules', bytes: 20e6, pattern: '**/node_modules' },
    { path: '.venv', bytes: 10e6 + 12, pattern: '.venv' },
    { path: 'src/__pycache__', bytes: 5e6, pattern: '**/__pycache__' },
  ])
  expect(found).toMatchObject({ location: { line: 3 }, ignoreFile: '.dockerignore' })
  expect(found?.largest[0]).toEqual({ path: 'data/set.bin', bytes: 80e6 })
})

test('says nothing of a small context', async () => {
  write(repository)
  expect(await describe(all, 99e6)).toBeUndefined()
})

test('never leaves out what a line names', async () => {
  write(repository)
  expect(await linesOf(`${all}COPY web/node_modules/b /b\n`)).toEqual([
    '.git',
    'node_modules',
    '.venv',
    '**/__pycache__',
  ])
  expect(await linesOf(`${all}COPY .venv/ /venv\n`)).not.toContain('.venv')
  const mounted = `${all}RUN --mount=type=bind,source=.git,target=/g true\n`
  expect(await linesOf(mounted)).not.toContain('.git')
  expect(await linesOf(`${all}COPY ["./.git/HEAD", "/h"]\n`)).not.toContain('.git')
  expect(await linesOf(`${all}COPY nod*/a /a\n`)).not.toContain('**/node_modules')
  expect(await linesOf(`FROM x\nARG D=.git\nCOPY . /app\nCOPY $D /h\n`)).not.toContain('.git')
  // Nobody knows what that means.
  expect(await linesOf(`${all}COPY $UNKNOWN /h\n`)).toEqual([])
})

test('keeps what nobody installs in the image', async () => {
  write(repository)
  expect(await linesOf('FROM x\nCOPY . /app\n')).toEqual(['.git', '**/__pycache__'])
})

test('looks only at what is sent', async () => {
  write(repository)
  expect(await linesOf('FROM x\nRUN npm ci\nCOPY package*.json /\nCOPY web /web\n')).toEqual([
    '**/node_modules',
  ])
  write({ '.dockerignore': '.git\n**/node_modules\n!web/node_modules\n' })
  expect(await linesOf(all)).toEqual(['**/node_modules', '.venv', '**/__pycache__'])
  write({ '.dockerignore': 'web\n!web/node_modules\n.git\n' })
  expect(await linesOf(all)).toContain('**/node_modules')
  expect((await describe(all))?.needless.map(({ path }) => path)).toContain('web/node_modules')
  write({ '.dockerignore': '*\n!src\n' })
  expect(await linesOf(all)).toEqual(['**/__pycache__'])
})

test('a pattern that would lose another file gives way to the path', async () => {
  write({ ...repository, 'docs/node_modules': 'a file of that name' })
  expect(await linesOf(all)).toEqual([
    '.git',
    'node_modules',
    'web/node_modules',
    '.venv',
    '**/__pycache__',
  ])
})

test('follows no link, and takes no odd name for a pattern', async () => {
  write({ 'big/x': 10e6, 'a*b\n/.git/HEAD': 'x', 'a*b\n/.git/y': 10e6 })
  symlinkSync('/usr', join(workspace, 'linked'))
  const found = await describe(all)
  expect(found?.needless).toEqual([])
  expect(found?.largest.map(({ path }) => path)).not.toContain('linked')
})

test('the Dockerfile says what its last stage begins with, and what is to be installed', () => {
  const dockerfile = [
    'ARG TAG=3.12',
    `FROM python:\${TAG} AS base`,
    'FROM rust:1 AS tools',
    'FROM base',
    'COPY reqs/requirements.txt pyproject.toml /',
    'COPY . .',
  ].join('\n')
  write({
    Dockerfile: dockerfile,
    'reqs/requirements.txt': 'web',
    'pyproject.toml': 'core',
    'setup.cfg': 'of the whole context',
  })
  symlinkSync('/etc/hostname', join(workspace, 'constraints.txt'))
  const attributes = [
    '# filter=lfs',
    '*.gguf filter=lfs diff=lfs merge=lfs -text',
    '/models/** filter=lfs',
    '*.txt text',
    '"odd name" filter=lfs',
  ]
  write({ '.gitattributes': attributes.join('\n') })
  const recipe = readRecipe(targetOf(), workspace)
  expect(recipe).toMatchObject({
    stages: 3,
    origin: { folder: '', lfs: ['*.gguf', 'models/**'] },
    base: { image: 'python:3.12', location: { file: 'Dockerfile', line: 2 } },
  })
  // A link that leads out of the context is no file of it.
  expect(recipe?.requirements.toSorted()).toEqual(['core', 'of the whole context', 'web'])
  const slim = readRecipe(targetOf({ 'build-args': 'TAG=3.12-slim' }), workspace)
  expect(slim?.base?.image).toBe('python:3.12-slim')
  const tools = readRecipe(targetOf({ target: 'tools' }), workspace)
  expect(tools?.base).toMatchObject({ image: 'rust:1', location: { line: 3 } })
  const replaced = readRecipe(targetOf({ 'build-contexts': 'base=docker-image://x' }), workspace)
  expect(replaced?.base).toBeUndefined()
})

test.each([
  ['a pattern of many stars', `${'*a'.repeat(4)}\n`, 0],
  ['many patterns of some', '*a*a*b\n'.repeat(21), 0],
  ['a few of those', '*a*a*b\n'.repeat(20), 5],
])('an ignore file with %s is tried only where that ends soon', async (_, text, parts) => {
  write({ ...repository, '.dockerignore': text })
  expect((await describe(all))?.needless).toHaveLength(parts)
})
