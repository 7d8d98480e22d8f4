import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import type { RawInputs } from '../../src/inputs/raw-inputs.ts'
import { problemsOf, push, read } from '../support/read.ts'

const key = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs1', format: 'pem' })
  .toString()
const build: RawInputs = { context: '.', tags: 'api:dev' }
const app: RawInputs = { 'client-id': 'Iv1.abc', 'private-key': key }

test('a build with nothing else has no credentials and defaults for the rest', () => {
  expect(read(build)).toMatchObject({
    credentials: { kind: 'none' },
    secretId: 'github_token',
    bake: {
      isSingle: true,
      definition: { target: { default: { context: '.', tags: ['api:dev'] } } },
    },
    images: [],
    clusterName: 'kind',
    nodes: [],
    freeDisk: 'auto',
    freeDiskKeep: [],
  })
})

test('images alone build nothing', () => {
  expect(read({ images: 'a:1, b:2\na:1' })).toMatchObject({
    bake: undefined,
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
  expect(read(raw, { childEnv: { BARE: 'b' } }).bake?.definition?.target['default']).toMatchObject({
    args: { A: '1,2=3', B: '', BARE: 'b' },
    labels: { x: 'y=z' },
    contexts: { n: './p' },
  })
})

test.each([
  ['this repository by default', {}, [{ owner: 'acme', repositories: ['app'] }]],
  ['all of an owner', { owner: 'other' }, [{ owner: 'other', repositories: [] }]],
  [
    'repositories of this owner',
    { repositories: 'x, y' },
    [{ owner: 'acme', repositories: ['x', 'y'] }],
  ],
  [
    'owner/name',
    { repositories: 'other/x\nother/y' },
    [{ owner: 'other', repositories: ['x', 'y'] }],
  ],
  [
    'several owners, one token each',
    { repositories: 'x, other/y, Acme/z', 'secret-format': 'gitconfig' },
    [
      { owner: 'acme', repositories: ['x', 'z'] },
      { owner: 'other', repositories: ['y'] },
    ],
  ],
])('credentials: %s', (_name, raw, scopes) => {
  expect(read({ ...build, ...app, ...raw }).credentials).toMatchObject({ kind: 'app', scopes })
})

test.each([
  ['words with commas and lines', 'contents: read, packages:write\npull-requests: read'],
  ['a YAML map', 'contents: read\npackages: write\npull_requests: "read"\n'],
  ['a YAML map in braces', "{ contents: read, packages: write, 'pull-requests': read }"],
  ['a YAML list', '- contents: read\n- packages: write\n- pull-requests: read'],
])('permissions are %s', (_name, permissions) => {
  expect(read({ ...build, ...app, permissions }).credentials).toMatchObject({
    permissions: { contents: 'read', packages: 'write', pull_requests: 'read' },
  })
})

test('the Client ID is used where the App ID is given as well', () => {
  const both = { ...build, ...app, 'app-id': '7' }
  expect(read(both).credentials).toMatchObject({ clientId: 'Iv1.abc' })
})

test('a token that was given is what is left where the key is empty, and the run says why', () => {
  const raw = { ...build, ...app, 'github-token': 't0ken' }
  expect(read(raw).credentials.kind).toBe('app')
  expect(read({ ...raw, 'private-key': '' }).credentials).toMatchObject({
    kind: 'given',
    insteadOfApp: 'private-key is empty: the secret has no value here',
  })
  const { 'client-id': _, ...without } = { ...raw, 'private-key': '' }
  expect(read(without).credentials).toMatchObject({ kind: 'given', insteadOfApp: undefined })
})

test.each<[string, RawInputs]>([
  ['repositories', { ...app, repositories: ',' }],
  ['permissions', { ...app, permissions: '{}' }],
  ['permissions', { ...app, permissions: ' - ' }],
  ['permissions', { ...app, permissions: '""' }],
  ['tags', { tags: ',\n,' }],
  ['images', { images: ' , ' }],
  ['nodes', { nodes: ',' }],
  ['targets', { context: '', tags: '', 'bake-files': 'a.hcl', targets: ',' }],
  ['bake-files', { 'bake-files': ',' }],
  ['free-disk-keep', { 'free-disk-keep': ',' }],
  ['manifests', { manifests: ',' }],
])('%s that names nothing is not the same as none', (input, raw) => {
  expect(problemsOf({ ...build, ...raw })).toContainEqual(
    expect.stringMatching(new RegExp(`^- ${input} \\(".*"\\): it names nothing`)),
  )
})

test.each([
  ['cluster_name', 'Did you mean cluster-name?'],
  ['tag', 'Did you mean tags?'],
  ['private_key', 'Did you mean private-key?'],
  ['repositorys', 'Did you mean repositories?'],
  ['dockerfile', 'Did you mean file?'],
  ['add_hosts', 'Did you mean add-hosts?'],
  ['pushes', 'Did you mean push?'],
  ['frobnicate', 'README'],
])('the input %s is none, and the nearest is named', (name, remedy) => {
  const problems = problemsOf(build, { unknownInputs: [name] })
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatch(new RegExp(`^- ${name}: no such input\\. .*`))
  expect(problems[0]).toContain(remedy)
  expect(problems[0]).toContain(`the job sets INPUT_${name.toUpperCase()}`)
})

test('what the mode does not use is named, and need not be right', () => {
  const raw = {
    mode: 'diagnose',
    ...app,
    'private-key': '',
    context: 'nowhere',
    'load-mode': 'auto',
  }
  expect(read(raw).unused).toEqual(['client-id', 'context'])
  expect(read(build).unused).toEqual([])
})

test.each<[string, RawInputs, Partial<typeof push>, RegExp]>([
  ['repositories', { repositories: 'a' }, {}, /Check the name of the secret/],
  ['secret-format', { 'secret-format': 'gitconfig' }, {}, /there is no token/],
  ['permissions', { permissions: 'packages: read' }, {}, /there is no token/],
  [
    'repositories, secret-format',
    { repositories: 'a', 'secret-format': 'netrc' },
    { event: 'pull_request', isFork: true },
    /a fork triggers get no secrets.*fork != true/,
  ],
  [
    'repositories',
    { repositories: 'a' },
    { event: 'pull_request', isDependabot: true },
    /Dependabot triggered this run/,
  ],
])('%s without a token is a problem, which knows forks', (input, raw, trigger, expected) => {
  const problems = problemsOf({ ...build, ...raw }, { trigger: { ...push, ...trigger } })
  expect(problems).toEqual([expect.stringMatching(new RegExp(`^- ${input}: given, but`))])
  expect(problems[0]).toMatch(expected)
})

test.each<[string, RawInputs]>([
  ['what action.yml has by itself', { permissions: 'contents: read', 'secret-format': 'token' }],
  ['a token of ones own', { repositories: 'a', 'github-token': 't' }],
])('%s is no problem', (_name, raw) => {
  expect(problemsOf({ ...build, ...raw })).toEqual([])
})

const nothing = { kindOf: () => 'nothing' as const, workspace: '/w' }
const empty = {
  kindOf: (path: string) => (path === '/w/api' ? 'folder' : 'nothing'),
  workspace: '/w',
} as const

test.each<[string, RawInputs, Parameters<typeof problemsOf>[1], RegExp]>([
  ['a context', build, nothing, /^- context \("\."\): there is no such folder.*actions\/checkout/],
  ['a folder', build, { kindOf: () => 'file' }, /^- context \("\."\): it is no folder/],
  [
    'a Dockerfile',
    { ...build, context: 'api' },
    empty,
    /^- context \("api"\): the folder has no Dockerfile/,
  ],
  [
    'a file',
    { ...build, context: 'api', file: 'x/D' },
    empty,
    /^- file \("\/w\/x\/D"\): there is no such file/,
  ],
  [
    'a Bake file',
    { 'bake-files': 'b.hcl' },
    nothing,
    /^- bake-files \("b\.hcl"\): there is no such file/,
  ],
  [
    'an entry',
    { builds: '- {context: web, tags: web:1}' },
    nothing,
    /^- builds, line 1, context \("web"\)/,
  ],
])('%s that is missing is found with the inputs', (_name, raw, run, expected) => {
  const problems = problemsOf(raw, run)
  expect(problems).toEqual([expect.stringMatching(expected)])
})

test.each([
  'https://github.com/acme/app.git#main',
  'git@github.com:acme/app.git',
  'github.com/acme/app',
  'org-1234@github.com:acme/app.git',
])('%s is no folder that could be missing', (context) => {
  expect(problemsOf({ ...build, context, file: 'docker/Dockerfile' }, nothing)).toEqual([])
})

test('a Dockerfile may be called dockerfile', () => {
  const kindOf = (path: string) =>
    path.endsWith('/dockerfile') ? 'file' : path === '/w' ? 'folder' : 'nothing'
  expect(problemsOf(build, { kindOf, workspace: '/w' })).toEqual([])
})

test.each<[string, RegExp | undefined]>([
  ['content: read', /GitHub has no permission content; the nearest is contents/],
  ['pull-request: read', /the nearest is pull_requests/],
  ['brand_new_thing: read', undefined],
])('the permission %s', (permissions, expected) => {
  const problems = problemsOf({ ...build, ...app, permissions })
  expect(problems).toEqual(expected === undefined ? [] : [expect.stringMatching(expected)])
})

test('an owner in several spellings has one token, and all spellings', () => {
  const raw = {
    ...build,
    ...app,
    repositories: 'Acme/a, acme/b, ACME/A, other/c',
    'secret-format': 'gitconfig',
  }
  expect(read(raw).credentials).toMatchObject({
    scopes: [
      { owner: 'Acme', repositories: ['A', 'b'], spellings: ['Acme', 'acme', 'ACME'] },
      { owner: 'other', repositories: ['c'], spellings: ['other'] },
    ],
  })
})

test.each<[string, RawInputs, RegExp]>([
  ['nothing to do', {}, /context: none of context, images, bake-files, builds and node-files/],
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
    /repositories \("a, b"\): several owners need one token each/,
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
