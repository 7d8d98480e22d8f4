import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { toBakeFiles, toBakeWords } from '../../../src/build/dockerfile/find.ts'
import { explainMiss } from '../../../src/build/missed/explain-miss.ts'
import { parseBases, parseMadeOf, renderMadeOf } from '../../../src/build/missed/kept.ts'
import { describeMadeOf, type MadeOf } from '../../../src/build/missed/made-of.ts'

let folder = ''

const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

const base = `sha256:${'a'.repeat(64)}`

/** Kept and read again, as from run to run. */
const describeBuild = async (
  args: Readonly<Record<string, string>> = {},
  bases: MadeOf['bases'] = { 'python:3.12': base },
): Promise<MadeOf> => {
  const definition = { context: '.', args }
  const made = await describeMadeOf(toBakeFiles(definition, folder), toBakeWords(definition))
  if (made === undefined) throw new Error('no Dockerfile')
  const kept = parseMadeOf(renderMadeOf({ ...made, bases }) ?? '')
  if (kept === undefined) throw new Error('not kept')
  return kept
}

const dockerfile = `ARG TAG=3.12
FROM python:$TAG AS build
ARG VERSION=1
COPY requirements.txt ./
RUN pip install -r requirements.txt
COPY src src
RUN <<EOF
make all
EOF
`

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-missed-'))
  await write({
    Dockerfile: dockerfile,
    'requirements.txt': 'flask\n',
    'src/app.py': 'print(1)\n',
    'src/lib.py': '',
    'src/notes.md': 'no',
    '.dockerignore': '**/*.md\n',
  })
})

afterEach(() => rm(folder, { recursive: true }))

describe('explainMiss', () => {
  test('names the files of the instruction that changed', async () => {
    const before = await describeBuild()
    await write({ 'src/app.py': 'print(2)\n', 'src/new.py': '' })
    await rm(join(folder, 'src/lib.py'))
    expect(
      explainMiss(before, await describeBuild(), 6)
        ?.split(', ')
        .toSorted(),
    ).toEqual(['src/app.py changed', 'src/lib.py is gone', 'src/new.py is new'])
  })

  test('knows no file that the ignore file leaves out', async () => {
    const before = await describeBuild()
    await write({ 'src/notes.md': 'other' })
    expect(explainMiss(before, await describeBuild(), 6)).toBe(
      'nothing of it changed: the cache no longer had it',
    )
  })

  test.each([
    ['COPY src src', 'COPY src lib', 6, 'the instruction is new or was changed'],
    ['make all', 'make some', 7, 'the instruction is new or was changed'],
    ['ARG VERSION=1', 'ARG VERSION=2', 5, 'line 3 is new or was changed'],
    ['FROM python:$TAG AS', 'FROM python AS', 4, 'line 2 is new or was changed'],
    ['ARG TAG', '# a remark\nARG TAG', 5, 'nothing of it changed: the cache no longer had it'],
  ])('%s to %s', async (from, to, line, because) => {
    const before = await describeBuild()
    await write({ Dockerfile: dockerfile.replace(from, to) })
    expect(explainMiss(before, await describeBuild(), line)).toBe(because)
  })

  test('names a build argument, and keeps too little of its value to find it', async () => {
    const before = await describeBuild({ VERSION: 'secret' })
    expect(before.args['VERSION']).toMatch(/^[0-9a-f]{3}$/)
    const after = await describeBuild({ VERSION: 'other' })
    expect(explainMiss(before, after, 5)).toBe('the build argument VERSION changed')
  })

  test.each([
    'A VERSION',
    'VERSION B',
    'A=1 VERSION=2',
    'A="x OTHER=1" \\\n  VERSION="z"',
    'A\u00a0B VERSION',
  ])('names a build argument of ARG %j', async (words) => {
    await write({ Dockerfile: dockerfile.replace('VERSION=1', words) })
    const before = await describeBuild({ VERSION: 'one', OTHER: 'one' })
    const after = await describeBuild({ VERSION: 'other', OTHER: 'other' })
    const { line = 0 } = after.steps.find(({ keyword }) => keyword === 'run') ?? {}
    expect(explainMiss(before, after, line)).toBe('the build argument VERSION changed')
  })

  test('names a base that moved only for the first step that stands on it', async () => {
    const before = await describeBuild()
    const after = await describeBuild({}, { 'python:3.12': `sha256:${'b'.repeat(64)}` })
    expect(explainMiss(before, after, 4)).toBe('python:3.12 is another image than before')
    expect(explainMiss(before, after, 5)).not.toContain('python')
  })

  test('says nothing where it cannot know', async () => {
    const made = await describeBuild()
    expect(explainMiss(made, made, 99)).toBeUndefined()
    const unknown = { ...made, steps: made.steps.map((step) => ({ ...step, files: undefined })) }
    expect(explainMiss(unknown, unknown, 6)).toBeUndefined()
  })

  test('follows no link of the context', async () => {
    await symlink('/etc/passwd', join(folder, 'src/link'))
    const { steps } = await describeBuild()
    expect(Object.keys(steps.find(({ line }) => line === 6)?.files ?? {}).toSorted()).toEqual([
      'src/app.py',
      'src/lib.py',
    ])
  })
})

describe('parseMadeOf', () => {
  test.each([
    'no',
    '[]',
    '{"steps":[],"args":{"A":"secret"},"bases":{}}',
    '{"steps":[],"args":{},"bases":{"python":"sha256:no"}}',
    '{"steps":[{"line":1,"mark":"0123456789abcdef","keyword":"run","files":{"a":"::error::"}}],"args":{},"bases":{}}',
    `{"steps":[],"args":{},"bases":{}}${' '.repeat(600_000)}`,
  ])('takes nothing of %.80s', (text) => {
    expect(parseMadeOf(text)).toBeUndefined()
  })

  test.each(['', 'A', 'A B'])(
    'takes the arguments %j of earlier releases and of this one',
    (argument) => {
      const step = { line: 1, mark: '0123456789abcdef', keyword: 'arg', argument }
      const madeOf = { steps: [step], args: {}, bases: {} }
      expect(parseMadeOf(JSON.stringify(madeOf))).toEqual(madeOf)
    },
  )
})

test('bases are read of what BuildKit writes of a build', () => {
  const sha256 = 'a'.repeat(64)
  const materials = [
    { uri: 'pkg:docker/python@3.12?platform=linux%2Famd64', digest: { sha256 } },
    { uri: 'pkg:docker/docker/dockerfile@1', digest: { sha256: 'no' } },
    { uri: 'https://example.com/a.tar', digest: { sha256 } },
  ]
  expect(parseBases({ 'buildx.build.provenance': { materials } })).toEqual({ 'python:3.12': base })
  expect(parseBases({})).toEqual({})
})
