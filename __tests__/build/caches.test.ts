import { expect, test } from 'vitest'
import type { CacheFacts } from '../../src/build/cache-places.ts'
import { planCaches } from '../../src/build/caches.ts'
import { readTargets } from '../../src/build/definition.ts'
import { type Target, toTargets } from '../../src/build/target.ts'
import { parseImageReference } from '../../src/image/reference.ts'
import type { BakeDefinition, CacheInputs } from '../../src/inputs/inputs.ts'

const hosted: CacheFacts = {
  driver: 'docker-container',
  hasContainerdStore: false,
  versions: [[0, 20]],
  hasCacheService: true,
  mayWriteCache: true,
  isTrusted: true,
  architecture: 'x64',
}

type Definitions = Readonly<Record<string, BakeDefinition>>

const plan = (
  definitions: Definitions,
  inputs: Partial<CacheInputs> = {},
  facts: Partial<CacheFacts> = {},
  isSingle = false,
  pushes = false,
) => {
  const all = { ...hosted, ...facts }
  const targets = readTargets({ target: definitions }, '/nowhere')
  return planCaches(
    toTargets(targets, all.driver, 'run', { isSingle, pushes }),
    { cache: 'none', cacheRef: undefined, cacheRequired: false, ...inputs },
    all,
  )
}

const cachesOf = ({ bake }: Pick<Target, 'bake'>) => [
  bake.definition['cache-from'],
  bake.definition['cache-to'],
]

const image = (tag: string, more: BakeDefinition = {}): BakeDefinition => ({
  context: 'x',
  tags: [tag],
  ...more,
})

const six = Object.fromEntries(
  ['api', 'web', 'worker', 'cron', 'proxy', 'docs'].map((name) => [
    name,
    image(`ghcr.io/acme/all:${name}`),
  ]),
)

test.each(['gha', 'registry'] as const)('cache: %s gives each of six targets its own', (cache) => {
  const { targets, lines } = plan(six, { cache })
  const entries = targets.map((target) => JSON.stringify(cachesOf(target)))
  expect(new Set(entries).size).toBe(6)
  expect(lines).toHaveLength(1)
  for (const name of Object.keys(six)) expect(lines[0]).toContain(`${name} (`)
})

test('cache: gha', () => {
  const { targets, lines } = plan({ api: image('api:dev') }, { cache: 'gha' })
  expect(targets.map(cachesOf)).toEqual([
    [['type=gha,scope=api'], ['type=gha,scope=api,mode=max,ignore-error=true']],
  ])
  expect(lines).toEqual(['cache: gha: api (scope api).'])
})

test.each([
  [undefined, 'ghcr.io/acme/api:buildcache-api'],
  ['ghcr.io/acme/cache', 'ghcr.io/acme/cache:buildcache-api'],
  ['localhost:5000/cache:main', 'localhost:5000/cache:main-api'],
])('cache: registry, with cache-ref %j', (cacheRef, ref) => {
  const { targets } = plan({ api: image('ghcr.io/acme/api:1') }, { cache: 'registry', cacheRef })
  const form = 'image-manifest=true,oci-mediatypes=true,ignore-error=true'
  expect(targets.map(cachesOf)).toEqual([
    [[`type=registry,ref=${ref}`], [`type=registry,ref=${ref},mode=max,${form}`]],
  ])
})

test('a tag that would be too long is cut, stays apart from others, and is the same in every run', () => {
  const branch = `dependabot-npm-${'x'.repeat(90)}`
  const names = [
    'preprocessing-of-images',
    'preprocessing-of-documents',
    'preprocessing-of-mails-1',
  ]
  const refOf = (name: string, cacheRef: string | undefined): string => {
    const { lines } = plan({ [name]: image('ghcr.io/acme/a:1') }, { cache: 'registry', cacheRef })
    return /\((\S+)\)/.exec(lines[0] ?? '')?.[1] ?? ''
  }
  const longest = `ghcr.io/acme/cache:${branch}`
  const refs = names.map((name) => refOf(name, longest))
  for (const ref of refs) expect(ref).toMatch(/:dependabot-npm-x+-preproces-[0-9a-f]{12}$/)
  expect(new Set(refs).size).toBe(3)
  expect(names.map((name) => refOf(name, longest))).toEqual(refs)
  const all = [...refs, refOf('y'.repeat(120), undefined)]
  expect(all.map((ref) => typeof parseImageReference(ref))).toEqual(all.map(() => 'object'))
  // What just fits is not changed.
  const fits = 'z'.repeat(128 - branch.length - 1)
  expect(refOf(fits, longest)).toBe(`${longest}-${fits}`)
})

test('a cache is never where a stranger may have one', () => {
  for (const tag of ['api:dev', 'acme/api:dev'])
    expect(() => plan({ api: image(tag) }, { cache: 'registry' })).toThrow(
      'cache: registry has no place for the cache of api: no tag names a registry',
    )
  const { targets } = plan({ api: image('acme/api:dev') }, { cache: 'inline' })
  expect(targets.map(cachesOf)).toEqual([[undefined, ['type=inline']]])
})

test('cache: inline reads the image that was pushed last', () => {
  const tags = ['api:dev', 'localhost/acme/api:dev']
  const { targets } = plan({ api: { context: 'x', tags } }, { cache: 'inline' })
  expect(targets.map(cachesOf)).toEqual([
    [['type=registry,ref=localhost/acme/api:dev'], ['type=inline']],
  ])
})

test.each([
  [{}, {}, 'acme-api'],
  [{ target: 'test' }, {}, 'acme-api-test'],
  [{ platforms: ['linux/arm64'] }, {}, 'acme-api-linux-arm64'],
  [{ platforms: ['aarch64'] }, {}, 'acme-api-linux-arm64'],
  [{ platforms: ['linux/amd64'] }, { architecture: 'arm64' }, 'acme-api'],
  [{ platforms: ['linux/x86_64'] }, { architecture: 'arm64' }, 'acme-api'],
  [{}, { architecture: 'arm64' }, 'acme-api-linux-arm64'],
])('a single build %j on %j has the scope %s', (more, facts, scope) => {
  const { lines } = plan({ default: image('acme/api:1', more) }, { cache: 'gha' }, facts, true)
  expect(lines).toEqual([`cache: gha: acme/api:1 (scope ${scope}).`])
})

test('in a registry, a single build has the image name once', () => {
  const build = { default: image('ghcr.io/acme/api:1') }
  expect(plan(build, { cache: 'registry' }, {}, true).lines).toEqual([
    'cache: registry: ghcr.io/acme/api:1 (ghcr.io/acme/api:buildcache).',
  ])
})

const classic = { driver: 'docker' }

test.each([
  [{}, image('api:1'), 'auto chose gha, as the runner has the Actions cache: api (scope api)'],
  [
    { isTrusted: false },
    image('api:1'),
    'auto chose none, as builds of a fork do not get the token of the Actions cache',
  ],
  [
    classic,
    image('api:1'),
    'auto chose none, as the docker driver cannot export its cache from the classic image store',
  ],
  [
    { ...classic, hasContainerdStore: true },
    image('api:1'),
    'auto chose gha, as the runner has the Actions cache: api (scope api)',
  ],
])('with %j of %j, %s', (facts, api, line) => {
  expect(plan({ api }, { cache: 'auto' }, facts).lines).toEqual([`cache: ${line}.`])
})

test('inline is chosen where the step pushes, and not for what a Bake file says and nobody does', () => {
  const output = ['type=image,push=true']
  const lines = (pushes: boolean) =>
    plan(
      { api: image('ghcr.io/acme/api:1', { output }) },
      { cache: 'auto' },
      { hasCacheService: false },
      false,
      pushes,
    ).lines
  const why = 'as this runner offers no Actions cache'
  expect(lines(true)).toEqual([`cache: auto chose inline, ${why}: api (ghcr.io/acme/api:1).`])
  expect(lines(false)).toEqual([`cache: auto chose none, ${why}.`])
})

test('a target with entries of its own keeps them', () => {
  const own = { 'cache-from': ['type=registry,ref=x/y'], 'cache-to': [] }
  const { targets, lines } = plan(
    { api: image('api:1', own), web: image('web:1') },
    { cache: 'gha' },
  )
  expect(targets.map(cachesOf)[0]).toEqual([['type=registry,ref=x/y'], []])
  expect(lines).toEqual([
    'cache: gha: web (scope web).',
    'cache: cache-from and cache-to stay as they are for api.',
  ])
})

const safe = (entry: unknown, facts: Partial<CacheFacts> = {}, cacheRequired = false): unknown =>
  plan({ api: image('api:1', { 'cache-to': [entry] }) }, { cacheRequired }, facts).targets[0]?.bake
    .definition['cache-to']

const form = { 'image-manifest': 'true', 'oci-mediatypes': 'true' }

test.each([
  ['type=gha', 'type=gha,ignore-error=true'],
  [
    { type: 'local', dest: 'c' },
    { type: 'local', dest: 'c', 'ignore-error': 'true' },
  ],
  [
    'ghcr.io/acme/c',
    'type=registry,ref=ghcr.io/acme/c,image-manifest=true,oci-mediatypes=true,ignore-error=true',
  ],
  [
    { type: 'registry', ref: 'x/y' },
    { type: 'registry', ref: 'x/y', ...form, 'ignore-error': 'true' },
  ],
  [
    'type=registry,ref=x/y,oci-mediatypes=false',
    'type=registry,ref=x/y,oci-mediatypes=false,ignore-error=true',
  ],
  [
    'type=registry,ref=x/y,image-manifest=false',
    'type=registry,ref=x/y,image-manifest=false,ignore-error=true',
  ],
  ['type=s3,bucket=b,ignore-error=false', 'type=s3,bucket=b,ignore-error=false'],
  ['type=inline', 'type=inline'],
])('cache-to %j becomes %j', (entry, changed) => {
  expect(safe(entry)).toEqual([changed])
})

test.each([
  [[[0, 11]], false],
  [[[0, 12]], true],
  [[[1, 0]], true],
  [[[0, 0]], true],
  [[], true],
  // Any node of a builder may write it.
  [[[0, 25] as const, [0, 11] as const], false],
] as const)("BuildKit's %j know ignore-error: %j", (versions, knows) => {
  const entry = knows ? 'type=gha,ignore-error=true' : 'type=gha'
  expect(safe('type=gha', { versions })).toEqual([entry])
})

test('with cache-required, an export fails the build', () => {
  expect(safe('type=gha', {}, true)).toEqual(['type=gha'])
})

test('a run that may only read the Actions cache writes nothing', () => {
  const { targets, lines } = plan(
    { api: image('api:1') },
    { cache: 'gha' },
    { mayWriteCache: false },
  )
  expect(targets.map(cachesOf)).toEqual([[['type=gha,scope=api'], undefined]])
  expect(lines[1]).toBe(
    'The cache of api stays as it is: this run may only read the Actions cache.',
  )
})

test.each([
  ['gha', { hasCacheService: false }],
  ['gha', { isTrusted: false }],
  ['gha', { mayWriteCache: false }],
  ['auto', classic],
] as const)('cache: %s has no effect with %j, which cache-required refuses', (cache, facts) => {
  const api = { api: image('api:1') }
  expect(plan(api, { cache }, facts).lines.join()).toMatch(/no effect|stays as it is|chose none/)
  expect(() => plan(api, { cache, cacheRequired: true }, facts)).toThrow(
    'cache-required is set, and there is no cache',
  )
})

test('what a target builds upon is read and not written again', () => {
  const { targets } = plan(
    { base: image('base:1'), api: image('api:1', { contexts: { base: 'target:base' } }) },
    { cache: 'gha' },
  )
  const bases = targets.find(({ name }) => name === 'api')?.bases ?? []
  expect(bases.map((bake) => cachesOf({ bake }))).toEqual([[['type=gha,scope=base'], undefined]])
})
