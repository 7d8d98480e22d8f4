import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import type { RawInputs } from '../../src/inputs/raw-inputs.ts'
import { readInputs } from '../../src/inputs/read-inputs.ts'

const key = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs1', format: 'pem' })
  .toString()
const build: RawInputs = { context: '.', tags: 'api:dev' }
const app: RawInputs = { 'client-id': 'Iv1.abc', 'private-key': key }

const read = (raw: RawInputs) => readInputs(raw, 'acme/app')

const problemsOf = (raw: RawInputs): readonly string[] => {
  try {
    read(raw)
  } catch (error) {
    return String(error)
      .split('\n')
      .filter((line) => line.startsWith('- '))
  }
  return []
}

test('a build with nothing else has no credentials and defaults for the rest', () => {
  expect(read(build)).toMatchObject({
    credentials: { kind: 'none' },
    secretId: 'github_token',
    build: { context: '.', tags: [{ given: 'api:dev' }], noCache: false, pull: false },
    images: [],
    clusterName: 'kind',
    nodes: [],
    freeDisk: 'auto',
  })
})

test('images alone build nothing', () => {
  expect(read({ images: 'a:1, b:2\na:1' })).toMatchObject({
    build: undefined,
    images: [{ given: 'a:1' }, { given: 'b:2' }],
  })
})

test('values keep their commas and equals signs', () => {
  const raw = {
    ...build,
    'build-args': 'A=1,2=3\nB=\nBARE',
    labels: 'x=y=z',
    'build-contexts': 'n=./p',
  }
  expect(read(raw).build).toMatchObject({
    buildArgs: ['A=1,2=3', 'B=', 'BARE'],
    labels: ['x=y=z'],
    buildContexts: ['n=./p'],
  })
})

test.each([
  ['this repository by default', {}, { owner: 'acme', repositories: ['app'] }],
  ['all of an owner', { owner: 'other' }, { owner: 'other', repositories: [] }],
  [
    'repositories of this owner',
    { repositories: 'x, y' },
    { owner: 'acme', repositories: ['x', 'y'] },
  ],
  [
    'owner/name',
    { repositories: 'other/x\nother/y' },
    { owner: 'other', repositories: ['x', 'y'] },
  ],
])('credentials: %s', (_name, raw, expected) => {
  expect(read({ ...build, ...app, ...raw }).credentials).toMatchObject({ kind: 'app', ...expected })
})

test('permissions are a list or lines', () => {
  const raw = {
    ...build,
    ...app,
    permissions: 'contents: read, packages:write\npull-requests: read',
  }
  expect(read(raw).credentials).toMatchObject({
    permissions: { contents: 'read', packages: 'write', pull_requests: 'read' },
  })
})

test('a token that was given wins over an App, and is not minted', () => {
  expect(read({ ...build, ...app, 'github-token': 't0ken' }).credentials.kind).toBe('given')
})

test.each<[string, RawInputs, RegExp]>([
  ['nothing to do', {}, /context: neither context nor images/],
  ['tags without context', { tags: 'a:1' }, /context: empty, though tags is given/],
  ['context without tags', { context: '.' }, /tags: empty/],
  ['a bad name', { ...build, tags: 'API:dev' }, /tags \("API:dev"\): image names are lower case/],
  [
    'a digest to build',
    { ...build, tags: `a@sha256:${'0'.repeat(64)}` },
    /cannot be given a digest/,
  ],
  ['a typo in a boolean', { ...build, 'no-cache': 'ture' }, /no-cache \("ture"\): not a boolean/],
  ['an unknown word', { ...build, 'free-disk': 'sometimes' }, /auto, always, never/],
  ['a context on standard input', { ...build, context: '-' }, /context \("-"\): standard input/],
  ['a Dockerfile on standard input', { ...build, file: '-' }, /file \("-"\): standard input/],
  ['an id that injects', { ...build, 'secret-id': 'a,src=/etc/passwd' }, /secret-id/],
  [
    'a context without a path',
    { ...build, 'build-contexts': 'name=' },
    /build-contexts \("name="\)/,
  ],
  ['half of the credentials', { ...build, 'client-id': 'Iv1.abc' }, /private-key: empty.*forks/],
  ['the other half', { ...build, 'private-key': key }, /client-id: empty/],
  ['two IDs', { ...build, ...app, 'app-id': '7' }, /app-id says 7/],
  [
    'no key',
    { ...build, ...app, 'private-key': 'nonsense' },
    /private-key: not the key of a GitHub App/,
  ],
  [
    'a strange permission',
    { ...build, ...app, permissions: 'contents=read' },
    /permissions \("contents=read"\)/,
  ],
  [
    'a plain http API',
    { ...build, ...app, 'github-api-url': 'http://github.example' },
    /not an https URL/,
  ],
  [
    'two owners',
    { ...build, ...app, repositories: 'a/x, b/y' },
    /repositories \("b\/y"\): its owner is not a/,
  ],
  [
    'a token with a newline',
    { ...build, 'github-token': 'a\nb' },
    /github-token: it contains white space/,
  ],
])('%s is a problem that says what to do', (_name, raw, expected) => {
  const problems = problemsOf(raw)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatch(expected)
})

test('all problems come at once, and none shows a secret', () => {
  const problems = problemsOf({
    context: '-',
    tags: 'A',
    pull: 'yes',
    'private-key': 'hunter2-hunter2-hunter2',
    'client-id': 'x y',
    'free-disk': 'maybe',
    'cluster-name': 'No Such',
  })
  expect(problems).toHaveLength(7)
  expect(problems.join()).not.toContain('hunter2')
})
