import { expect, test } from 'vitest'
import type { RawInputs } from '../../src/inputs/raw-inputs.ts'
import { problemsOf, read } from '../support/read.ts'

const builds = `
- context: services/api
  tags: [ghcr.io/acme/api:dev, api:2]
  build-args: { VERSION: 1, SET: null }
- name: web
  context: web
  file: docker/Dockerfile.web
  tags: acme/web
  target: final
  build-args: |
    A=1,2
    SET
    UNSET
  labels: ["a=b"]
  build-contexts: { base: 'target:api' }
  network: host
  ssh: default
  no-cache: true
`

test('a list in the step is a Bake file', () => {
  const { bake } = read({ builds }, { workspace: '/w', childEnv: { SET: 'x' } })
  expect(bake).toEqual({
    isSingle: false,
    files: [],
    targets: [],
    sets: [],
    pushes: false,
    definition: {
      group: { default: { targets: ['api', 'web'] } },
      target: {
        api: {
          context: 'services/api',
          tags: ['ghcr.io/acme/api:dev', 'api:2'],
          args: { VERSION: '1', SET: 'x' },
          labels: {},
          contexts: {},
          ssh: [],
        },
        web: {
          context: 'web',
          dockerfile: '/w/docker/Dockerfile.web',
          target: 'final',
          network: 'host',
          'no-cache': true,
          tags: ['acme/web'],
          args: { A: '1,2', SET: 'x' },
          labels: { a: 'b' },
          contexts: { base: 'target:api' },
          ssh: ['default'],
        },
      },
    },
  })
})

test('Bake files with targets and changes', () => {
  const raw = {
    'bake-files': 'a.hcl, b.json',
    targets: 'api\nweb',
    'bake-set': '*.args.A=1,2\napi.tags+=x:1',
  }
  expect(read(raw).bake).toEqual({
    isSingle: false,
    files: ['a.hcl', 'b.json'],
    definition: undefined,
    targets: ['api', 'web'],
    sets: ['*.args.A=1,2', 'api.tags+=x:1'],
    pushes: false,
  })
})

test('without any of it nothing is built', () => {
  expect(read({ images: 'a:1' }).bake).toBeUndefined()
})

const single = (raw: RawInputs, env: Readonly<Record<string, string>> = {}) => {
  const { bake } = read({ context: '.', tags: 'a:1', ...raw }, { workspace: '/w', childEnv: env })
  return bake
}

test("the step's own build is a Bake file of one target", () => {
  expect(single({})).toEqual({
    isSingle: true,
    files: [],
    targets: [],
    sets: [],
    pushes: false,
    definition: {
      target: {
        default: { context: '.', tags: ['a:1'], args: {}, labels: {}, contexts: {}, ssh: [] },
      },
    },
  })
})

test('every input has its word, and its text stays as it is', () => {
  const raw = {
    context: './services/api',
    file: 'docker/Dockerfile',
    target: 'prod',
    tags: 'a:1, b:2',
    'build-args': `A=x y; $(id)\nB\nC=\${c} %{d} $\${e}\nNONE`,
    labels: 'l=1,2\nbare',
    'build-contexts': 'base=./base',
    network: 'host',
    ssh: 'default\ndeploy=/keys/a,b',
    'no-cache': 'true',
    pull: 'true',
    allow: 'security.insecure, ssh',
  }
  expect(single(raw, { B: 'of the environment' })?.definition?.target['default']).toEqual({
    context: './services/api',
    dockerfile: '/w/docker/Dockerfile',
    target: 'prod',
    tags: ['a:1', 'b:2'],
    args: { A: 'x y; $(id)', B: 'of the environment', C: `$$\{c} %%{d} $$$\{e}` },
    labels: { l: '1,2', bare: '' },
    contexts: { base: './base' },
    network: 'host',
    ssh: ['default', 'deploy=/keys/a,b'],
    'no-cache': true,
    pull: true,
    entitlements: ['security.insecure'],
  })
})

test('a context that looks like an option is a context', () => {
  expect(single({ context: '--help' })?.definition?.target['default']?.['context']).toBe('--help')
})

test('an argument without a value does not take what no child gets to see', () => {
  const { bake } = read(
    { context: '.', tags: 'a:1', 'build-args': 'TOKEN' },
    { env: { TOKEN: 'secret' }, childEnv: {} },
  )
  expect(bake?.definition?.target['default']?.['args']).toEqual({})
})

test('how many at once, and whether the first failure ends all', () => {
  expect(read({ images: 'a:1' })).toMatchObject({ parallel: undefined, failFast: true })
  expect(read({ images: 'a:1', parallel: '3', 'fail-fast': 'false' })).toMatchObject({
    parallel: 3,
    failFast: false,
  })
})

test.each<[string, RawInputs, readonly RegExp[]]>([
  ['no list', { builds: 'context: a' }, [/^- builds: not a YAML list/]],
  ['no YAML', { builds: '- [' }, [/^- builds, line 1: Flow sequence/]],
  ['an entry that is none', { builds: '- api' }, [/^- builds, line 1: the entry is not a map/]],
  ['no context', { builds: '- tags: a:1' }, [/^- builds, line 1: it has no context/]],
  ['no name', { builds: '- context: a' }, [/^- builds, line 1: it has no name/]],
  [
    'a name that is none',
    { builds: '- {context: a, name: "a b"}' },
    [/^- builds, line 1 \("a b"\): not the name of a target/],
  ],
  [
    'a word that is none',
    { builds: '- {context: a, tags: a:1, dockerfile: x}' },
    [/^- builds, line 1 \("dockerfile"\): unknown\. Write file\./],
  ],
  [
    'a tag that is none',
    { builds: '- {context: a, name: a, tags: "A:1"}' },
    [/^- builds, line 1, tags \("A:1"\): image names are lower case/],
  ],
  [
    'the same name twice',
    { builds: '- {context: a, tags: a:1}\n- {context: b, tags: x/a:2}' },
    [/^- builds, line 2 \("a"\): the entry of line 1 has this name, too/],
  ],
  [
    'a build beside it',
    { builds: '- {context: a, tags: a:1}', context: '.', tags: 'a:1' },
    [/^- builds: given together with context/],
  ],
  [
    'words of a single build',
    { 'bake-files': 'a.hcl', tags: 'a:1', 'no-cache': 'true' },
    [/^- tags: for a single build, not for bake-files/, /^- no-cache: for a single build/],
  ],
  [
    'targets of nothing',
    { images: 'a:1', targets: 'api' },
    [/^- targets: given without bake-files or builds/],
  ],
  [
    'a target that is a flag',
    { 'bake-files': 'a.hcl', targets: '--push' },
    [/^- targets \("--push"\): not the name of a target/],
  ],
  [
    'a change that is none',
    { 'bake-files': 'a.hcl', 'bake-set': 'platform' },
    [/^- bake-set \("platform"\): not a change to a target/],
  ],
  [
    'not a number',
    { images: 'a:1', parallel: 'all' },
    [/^- parallel \("all"\): not a number of builds/],
  ],
])('%s is refused', (_name, raw, expected) => {
  const problems = problemsOf(raw)
  expect(problems).toHaveLength(expected.length)
  for (const [index, pattern] of expected.entries()) expect(problems[index]).toMatch(pattern)
})
