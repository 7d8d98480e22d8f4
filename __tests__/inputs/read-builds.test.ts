import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseYaml } from '../../src/inputs/parse-yaml.ts'
import { problemsOf, read } from '../support/read.ts'

const caseText = (name: string): string =>
  readFileSync(`__tests__/cases/53-builds-shapes/${name}.yaml`, 'utf8')

const targetsOf = (builds: string, env = {}) =>
  read({ builds }, { childEnv: env }).bake?.definition?.target

test.each<[string, object]>([
  ['eq', { args: { GREETING: 'a b, c', X: 'from env' } }],
  ['listmap', { args: { GREETING: 'hello' }, labels: { team: 'a' } }],
  ['ext', { contexts: { base: 'target:zzz', self: '.' } }],
])('53-builds-shapes: %s keeps its structure', (name, expected) => {
  const [target] = Object.values(targetsOf(caseText(name), { X: 'from env' }) ?? {})
  expect(target).toMatchObject(expected)
})

test.each<[string, readonly string[]]>([
  ['dupkey', ['builds, line 3: Map keys must be unique.']],
  ['tab', ['builds, line 2: a tab in the indentation, which has to be spaces.']],
  ['quote', ['builds, line 2: Missing closing "quote.']],
  ['expr', ['builds, line 3: Unexpected scalar at node end.']],
  ['map', ['builds: not a YAML list.']],
  [
    'words',
    [
      'builds, line 2 ("dockerfile"): unknown. Write file.',
      'builds, line 4 ("args"): unknown. Write build-args.',
    ],
  ],
  ['names2', ['builds, line 3 ("api"): the entry of line 1 has this name, too.']],
  [
    'names',
    [
      'builds, line 1 ("a.b"): not the name of a target.',
      'builds, line 6 ("a"): the entry of line 4 has this name, too.',
    ],
  ],
])('53-builds-shapes: %s is refused with its line', (name, expected) => {
  const problems = problemsOf({ builds: caseText(name) })
  expect(problems).toHaveLength(expected.length)
  for (const [at, text] of expected.entries()) expect(problems[at]).toContain(text)
})

const entry = (words: string): string => `- context: .\n  tags: a:1\n${words}`

test('scalars are their own text', () => {
  const texts = ['1.10', 'yes', '0755', '2001-01-01', '1_000', '0x10', '1e3', 'True', '.5', '+1']
  const lines = texts.map((text, at) => `    V${at}: ${text}\n`)
  const { a } = targetsOf(entry(`  build-args:\n${lines.join('')}`)) ?? {}
  expect(Object.values(a?.['args'] ?? {})).toEqual(texts)
})

test('nothing is a name without a value', () => {
  const words = 'A:\n    B: ~\n    C: null\n    D: ""\n    E: "null"'
  const { a } = targetsOf(entry(`  build-args:\n    ${words}\n  labels: {L: }`), { B: 'b' }) ?? {}
  expect(a).toMatchObject({ args: { B: 'b', D: '', E: 'null' }, labels: { L: '' } })
})

test('anchors, aliases and merge keys', () => {
  const builds = `
- &first
  name: a
  context: .
  build-args: &args { A: 1.10, B: yes }
- <<: *first
  name: b
  tags: [b:1]
  build-args:
    <<: [*args, { A: 2, C: 0755 }]
    B: mine
`
  expect(targetsOf(builds)).toMatchObject({
    a: { args: { A: '1.10', B: 'yes' } },
    b: { context: '.', tags: ['b:1'], args: { A: '1.10', B: 'mine', C: '0755' } },
  })
})

const bomb = ['b', 'c', 'd', 'e', 'f', 'g']
  .map((name, at) => `  ${name}: &${name} [${`*${'abcdef'[at]},`.repeat(9)}]\n`)
  .join('')

test.each<[string, string, string]>([
  ['an alias of nothing', '- *x', 'line 1: an alias of nothing'],
  ['a list in itself', '- &a [*a]', 'line 1: the entry is not a map'],
  [
    'a map in itself',
    '- &a\n  context: .\n  tags: a:1\n  labels: *a',
    'line 4, labels: a map where none can be',
  ],
  ['aliases without end', `- a: &a [x]\n${bomb}`, 'too large, or it holds itself'],
  ['a tag that nobody knows', entry('  labels: {a: !x y}'), 'line 3: Unresolved tag: !x'],
  ['two documents', '- a: b\n---\n- c: d\n', 'line 2: another document begins'],
  ['a merge of a text', '- <<: x', 'line 1: << merges maps, and this is none'],
  ['a name that is a list', '- ? [a]\n  : b', 'line 1: a name that is no text'],
  ['an entry that is text', '- context: .\n  tags: a:1\n- api\n', 'line 3: the entry is not a map'],
  ['a map as a text', entry('  target: {a: b}'), 'line 3, target: a map where none can be'],
  ['a list as a text', entry('  file: [a]'), 'line 3, file: a list where none can be'],
  ['a list of lists', entry('  build-args:\n    - [a]'), 'line 4, build-args: a list where'],
  ['a map in a map', entry('  labels:\n    a:\n      b: c'), 'line 5, labels: a map where'],
  ['a name with a sign', entry('  labels: {"a=b": c}'), 'line 3, labels ("a=b"): a name with ='],
  ['a context without a value', entry('  build-contexts: {a: }'), 'line 3, build-contexts ("a")'],
  ['quotes in quotes', entry(`  build-args: ['"A=b"']`), 'the quotes would be part of the name'],
  ['a comment in text', entry('  build-args: |\n    # x\n    A=b'), 'a comment is none here'],
  ['a wrong word', entry('  pull: maybe'), 'line 3, pull ("maybe"): not a boolean'],
  [
    'a Dockerfile with an address',
    entry('  file: https://example.com/D'),
    'line 3, file ("https://example.com/D"): Bake reads no Dockerfile from a URL',
  ],
  ['a tag without a value', '- context: .\n  tags: [a:1, ~]', 'tags: a value is missing'],
])('%s is refused with its line', (_name, builds, expected) => {
  const problems = problemsOf({ builds })
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(expected)
})

describe('paths', () => {
  const fileOf = (words: string) => Object.values(targetsOf(`- tags: a:1\n  ${words}`) ?? {})[0]

  test.each([
    ['context: app\n  file: docker/Dockerfile', '/docker/Dockerfile'],
    ['context: https://github.com/acme/a.git#main\n  file: docker/Dockerfile', 'docker/Dockerfile'],
    ['context: git@github.com:acme/a.git\n  file: docker/Dockerfile', 'docker/Dockerfile'],
    ['context: github.com/acme/a\n  file: x', 'x'],
    ['context: https://example.com/a.tar.gz\n  file: x', 'x'],
    ['context: https://github.com/acme/a.git\n  file: /abs', '/abs'],
  ])('%s', (words, expected) => {
    expect(fileOf(words)?.['dockerfile']).toBe(expected)
  })
})

test('nothing throws, however deep', () => {
  expect(parseYaml('- '.repeat(5_000)).problem?.reason).toMatch(/too large|call stack/)
  expect(parseYaml('['.repeat(50_000)).problem).toBeDefined()
})
