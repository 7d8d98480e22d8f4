import { expect, test } from 'vitest'
import { findBases } from '../../src/build/bases.ts'

test.each<[string, string, Readonly<Record<string, string>>, readonly string[]]>([
  ['one', 'FROM debian:13\n', {}, ['debian:13']],
  ['lower case, and a platform', 'from --platform=$BUILDPLATFORM a/b:1 as x', {}, ['a/b:1']],
  [
    'its own stages are none',
    'FROM a AS base\nFROM base AS next\nCOPY --from=next / /\n',
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
    `FROM a\nARG B=c\nFROM \${B}x`,
    {},
    ['a', 'x'],
  ],
  ['comments and long lines', '# FROM no\nFROM \\\n  a:1 \\\n  AS b\n', {}, ['a:1']],
])('bases: %s', (_name, dockerfile, args, expected) => {
  expect(findBases(dockerfile, args)).toEqual(expected)
})
