import { expect, test } from 'vitest'
import {
  type BuildWords,
  findBases,
  findSecretMounts,
} from '../../../src/build/dockerfile/stages.ts'

const words = (change: Partial<BuildWords> = {}): BuildWords => ({
  args: {},
  target: undefined,
  contexts: [],
  platform: 'linux/amd64',
  ...change,
})

test.each<[string, string, Readonly<Record<string, string>>, readonly string[]]>([
  ['one', 'FROM debian:13\n', {}, ['debian:13']],
  ['lower case, and a platform', 'from --platform=$BUILDPLATFORM a/b:1 as x', {}, ['a/b:1']],
  [
    'its own stages are none',
    'FROM a AS base\nFROM base AS next\nFROM next\nCOPY --from=base / /\n',
    {},
    ['a'],
  ],
  [
    'what is copied from',
    'FROM a\nCOPY --from=acme/tools:1 /x /\nCOPY --from=0 /y /\n',
    {},
    ['a', 'acme/tools:1'],
  ],
  [
    'what is mounted from',
    'FROM a\nRUN --mount=type=bind,from=acme/x:1,target=/x true\n',
    {},
    ['a', 'acme/x:1'],
  ],
  ['an argument', 'ARG BASE=acme/base:dev\nFROM $BASE\n', {}, ['acme/base:dev']],
  [
    'an argument that is given',
    `ARG BASE=acme/base:dev\nFROM \${BASE}\n`,
    { BASE: 'b:2' },
    ['b:2'],
  ],
  [
    'an argument within another',
    `ARG TAG=dev\nARG BASE="a:\${TAG}"\nFROM \${BASE}`,
    { TAG: 'x' },
    ['a:x'],
  ],
  ['a default at the place', `FROM a:\${TAG:-old}`, {}, ['a:old']],
  ['an argument that nobody gives', `ARG BASE\nFROM \${BASE}\n`, {}, []],
  [
    "after the first FROM arguments are the stage's own",
    `FROM a AS one\nARG B=c\nFROM \${B}x\nCOPY --from=one / /`,
    {},
    ['x', 'a'],
  ],
  ['comments and long lines', '# FROM no\nFROM \\\n  a:1 \\\n  AS b\n', {}, ['a:1']],
  ['several arguments in one line', 'ARG A=a B="b"\nFROM $A/$B\n', {}, ['a/b']],
  ['a word instead', `ARG T=1\nFROM a:\${T:+x}\${N:+y}`, {}, ['a:x']],
  ['a default for what is not set', `ARG T=\nARG N\nFROM a:\${N-x}\${T-y}`, {}, ['a:x']],
  [
    'parts of a value',
    `ARG T=v1.2.3\nFROM a:\${T%.*}-\${T%%.*}-\${T#v}-\${T##*.}`,
    {},
    ['a:v1.2-v1-1.2.3-3'],
  ],
  ['quotes', 'FROM "a:1" AS b\n', {}, ['a:1']],
  ['another escape', '# syntax=x\n# escape=`\nFROM `\n  a:1\n', {}, ['a:1']],
  ['nothing at all', 'FROM scratch\n', {}, []],
  ['words in a heredoc', 'FROM a\nCOPY <<X /y\nFROM b\nX\nRUN <<X\nFROM c\nX\n', {}, ['a']],
  ['lines of ONBUILD', 'FROM a\nONBUILD COPY --from=b / /\nONBUILD FROM c\n', {}, ['a']],
  [
    'stages that nothing needs',
    'FROM a\nFROM b AS x\nFROM c AS y\nCOPY --from=x / /',
    {},
    ['c', 'b'],
  ],
  ['stages by number', 'FROM a\nFROM b\nFROM c\nCOPY --from=0 / /', {}, ['c', 'a']],
  ['names in upper case', 'FROM a AS One\nFROM b\nCOPY --from=ONE / /', {}, ['b', 'a']],
  ['a stage with a later name', 'FROM two AS one\nFROM a AS two\nFROM one', {}, ['two']],
  [
    'the platform',
    `ARG X=\${TARGETARCH}\nFROM --platform=$BUILDPLATFORM a-$X:$TARGETOS\n`,
    {},
    ['a-amd64:linux'],
  ],
  ['what BuildKit refuses', `FROM \${A:?no}\nCOPY --from=b / /`, {}, ['b']],
])('bases: %s', (_name, dockerfile, args, expected) => {
  expect(findBases(dockerfile, words({ args }))).toEqual(expected)
})

const three = 'FROM a AS base\nFROM b AS mid\nCOPY --from=base / /\nFROM c AS top\n'

test.each([
  ['base', ['a']],
  ['MID', ['b', 'a']],
  ['top', ['c']],
  ['none', []],
])('bases of the stage %s', (target, expected) => {
  expect(findBases(three, words({ target }))).toEqual(expected)
})

test('a stage that is given as a context is not read', () => {
  expect(findBases(three, words({ target: 'mid', contexts: ['base'] }))).toEqual(['b'])
  expect(findBases(three, words({ target: 'mid', contexts: ['mid::linux/amd64'] }))).toEqual([])
})

test('arguments that grow for ever, and stages without end, are no trouble', () => {
  const doubled = Array.from({ length: 60 }, (_, at) => `ARG A${at + 1}=$A${at}$A${at}`).join('\n')
  expect(findBases(`ARG A0=x\n${doubled}\nFROM $A60\n`, words())).toEqual([])
  const chain = Array.from({ length: 5_000 }, (_, at) => `FROM s${at} AS s${at + 1}`).join('\n')
  expect(findBases(chain, words())).toEqual(['s0'])
  const stars = `ARG A=${'a'.repeat(4_000)}\nFROM b\${A%${'*a'.repeat(50)}b}`
  expect(findBases(stars, words())[0]).toHaveLength(4_001)
})

test.each<[string, string, readonly string[]]>([
  ['an id', 'RUN --mount=type=secret,id=a cat', ['a']],
  ['a target without an id', 'RUN --mount=target=/root/.npmrc,type=secret npm ci', ['.npmrc']],
  [
    'other names of the id',
    'RUN --mount=type=secret,src=a x\nRUN --mount=TYPE=SECRET,ID=b x',
    ['a', 'b'],
  ],
  ['quotes', 'RUN --mount="type=secret,id=a" --mount=type=secret,"id=b" x', ['a', 'b']],
  [
    'several in one RUN, with a comment between its lines',
    'RUN --mount=type=secret,id=a --mount=type=cache,id=b,target=/c \\\n# no\n  --mount=id=c,type=secret x',
    ['a', 'c'],
  ],
  ['other mounts', 'RUN --mount=type=ssh,id=a --mount=type=bind,target=/x true', []],
  ['comments', '# RUN --mount=type=secret,id=a', []],
  ['words of the command', 'RUN echo --mount=type=secret,id=a', []],
  ['heredocs', 'RUN cat <<X\nRUN --mount=type=secret,id=a\nX', []],
  ['ids that only the build knows', 'RUN --mount=type=secret,id=$NAME true', []],
  ['what others are to run', 'ONBUILD RUN --mount=type=secret,id=a true', []],
])('secrets that a Dockerfile mounts: %s', (_name, text, ids) => {
  expect(findSecretMounts(`FROM x\n${text}`, words()).certain.map(({ id }) => id)).toEqual(ids)
})

test('secrets that there may be are those of all stages', () => {
  const dockerfile =
    'FROM a\nRUN --mount=type=secret,id=$A x\nONBUILD RUN --mount=type=secret,id=b x\nFROM c\n'
  const { certain, all } = findSecretMounts(dockerfile, words())
  expect(certain).toEqual([])
  expect(all).toEqual([
    { id: '$A', line: 2 },
    { id: 'b', line: 3 },
  ])
})
