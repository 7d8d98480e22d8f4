import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RawInputs } from '../../src/inputs/raw-inputs.ts'
import { splitSecrets } from '../../src/inputs/read-secrets.ts'
import { problemsOf, read } from '../support/read.ts'

let workspace: string
beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'slipway-secrets-'))
  writeFileSync(join(workspace, 'key.bin'), Buffer.from([0, 255, 10]))
  writeFileSync(join(workspace, 'empty'), '')
  writeFileSync(join(workspace, 'large'), Buffer.alloc(600 * 1024))
})
afterAll(() => rmSync(workspace, { recursive: true }))

const build = { context: '.', tags: 'a:1' }
const env = { NPM_TOKEN: 'npm,"x"\nline two', EMPTY: '' }

const secretsOf = (raw: RawInputs): Record<string, string> =>
  Object.fromEntries(
    read({ ...build, ...raw }, { workspace, env }).secrets.map(({ id, value }) => [
      id,
      value.exposeBytes().toString('latin1'),
    ]),
  )

test.each<[string, string, readonly string[]]>([
  ['one a line', 'a=1\nb=2\n', ['a=1', 'b=2']],
  ['commas, equals signs and quotes', 'a=x,y="z"=\n', ['a=x,y="z"=']],
  ['JSON', 'a={"k":["v",1]}', ['a={"k":["v",1]}']],
  ['lines in quotes', '"a=one\ntwo"\nb=3', ['a=one\ntwo', 'b=3']],
  ['quotes in quotes', '"a=say ""hi"""', ['a=say "hi"']],
  ['a quote that does not end', '"a=1\nb=2', ['"a=1', 'b=2']],
  ['blank lines and indents', '\n  a=1 \n\n', ['a=1 ']],
  ['Windows lines', 'a=1\r\nb=2\r\n', ['a=1', 'b=2']],
])('entries of secrets: %s', (_name, text, entries) => {
  expect(splitSecrets(text)).toEqual(entries)
})

test('values come from the input, from variables and from files, byte for byte', () => {
  expect(
    secretsOf({
      secrets: 'a={"x": 1},2',
      'secret-envs': 'b=NPM_TOKEN',
      'secret-files': 'c=key.bin',
    }),
  ).toEqual({ a: '{"x": 1},2', b: 'npm,"x"\nline two', c: '\u0000\u00ff\n' })
})

test.each<[string, RawInputs, RegExp]>([
  ['a line without a sign', { secrets: 'hunter2' }, /secrets: a line without =/],
  [
    'an id that injects',
    { secrets: 'a,src=/etc/passwd=hunter2' },
    /secrets \("a,src=\.\.\."\): not an id/,
  ],
  ['no value', { secrets: 'a=' }, /secrets \("a"\): it has no value/],
  ['an empty variable', { 'secret-envs': 'a=EMPTY' }, /secret-envs \("a"\): it has no value/],
  ['no variable', { 'secret-envs': 'a=' }, /secret-envs \("a"\): it has no value/],
  ['an empty file', { 'secret-files': 'a=empty' }, /secret-files \("a"\): it has no value/],
  [
    'no such variable',
    { 'secret-envs': 'a=NOPE' },
    /secret-envs \("a=NOPE"\): the step has no such/,
  ],
  ['no such file', { 'secret-files': 'a=nope' }, /secret-files .*: cannot be read \(ENOENT\)/],
  ['an id twice', { secrets: 'a=1\na=2' }, /secrets \("a"\): the id is used twice/],
  ["the token's id", { secrets: 'github_token=1', 'github-token': 't' }, /the id is used twice/],
  ['too large', { 'secret-files': 'a=large' }, /larger than 512 KB/],
  ['an ssh option', { ssh: 'default,id' }, /ssh \("default,id"\)/],
])('%s is a problem, and no value is shown', (_name, raw, expected) => {
  const problems = problemsOf({ ...build, ...raw }, { workspace, env })
  expect(problems).toEqual([expect.stringMatching(expected)])
  expect(problems.join()).not.toContain('hunter2')
})
