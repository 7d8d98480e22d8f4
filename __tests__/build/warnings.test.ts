import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findBuildWarnings, findSecretMounts } from '../../src/build/warnings.ts'
import { read } from '../support/read.ts'

let context: string
beforeEach(() => {
  context = mkdtempSync(join(tmpdir(), 'slipway-context-'))
  mkdirSync(join(context, '.git'))
})
afterEach(() => rmSync(context, { recursive: true }))

const write = (name: string, text: string): void => writeFileSync(join(context, name), text)

const warningsFor = (passed: readonly string[]): readonly string[] => {
  const { build } = read({ context, tags: 'a:1' })
  if (build === undefined) throw new Error('no build')
  return findBuildWarnings({ kind: 'own', build }, '/', passed).map(
    ({ message, file, line }) => `${file.slice(context.length + 1)}:${line} ${message}`,
  )
}

test.each<[string, string, readonly string[]]>([
  ['an id', 'RUN --mount=type=secret,id=a cat', ['a']],
  ['a target without an id', 'RUN --mount=target=/root/.npmrc,type=secret npm ci', ['.npmrc']],
  [
    'several in one RUN',
    'RUN --mount=type=secret,id=a --mount=type=cache,id=b,target=/c \\\n  --mount=id=c,type=secret x',
    ['a', 'c'],
  ],
  ['other mounts', 'RUN --mount=type=ssh,id=a --mount=type=bind,target=/x true', []],
  ['comments', '# RUN --mount=type=secret,id=a', []],
  ['ids that only the build knows', 'RUN --mount=type=secret,id=$NAME true', []],
])('secrets that a Dockerfile mounts: %s', (_name, text, ids) => {
  expect(findSecretMounts(text).map(({ id }) => id)).toEqual(ids)
})

test('a secret that is mounted and not given is told with its line', () => {
  write(
    'Dockerfile',
    'FROM x\nRUN --mount=type=secret,id=github_token a\nRUN --mount=type=secret,id=npm_token b\n',
  )
  expect(warningsFor(['github_token'])).toEqual([
    'Dockerfile:3 A RUN mounts the secret `npm_token`, which is not given: that step finds no file there.',
  ])
})

const persisted = '[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic eHh4\n'

test("checkout's credentials in the context are told", () => {
  write('.git/config', persisted)
  expect(warningsFor([])).toEqual([
    expect.stringMatching(/^\.git\/config:2 The build context holds checkout's credentials/),
  ])
})

test.each(['.git', '**/.git', '/.git/', '*', '.git/**'])('not when %s is left out', (pattern) => {
  write('.git/config', persisted)
  write('.dockerignore', `node_modules\n${pattern}\n`)
  expect(warningsFor([])).toEqual([])
})

test('a context that is an address has no files here', () => {
  const { build } = read({ context: 'https://github.com/acme/app.git', tags: 'a:1' })
  expect(build && findBuildWarnings({ kind: 'own', build }, '/', [])).toEqual([])
})
