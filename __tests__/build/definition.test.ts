import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toBakeArgs, toBakeFile } from '../../src/build/bake-command.ts'
import { type BakeTarget, findBaseTargets, readTargets } from '../../src/build/definition.ts'
import type { SecretSource } from '../../src/build/secret-channel.ts'
import { toTargets } from '../../src/build/target.ts'

let workspace: string
beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'definition-'))
  for (const [folder, text] of [
    ['base', 'FROM debian:13\n'],
    ['api', `ARG TAG=dev\nFROM acme/base:\${TAG}\n`],
    ['web', 'FROM base\nCOPY --from=docker.io/acme/api:dev /x /\n'],
  ] as const) {
    mkdirSync(join(workspace, folder))
    writeFileSync(join(workspace, folder, 'Dockerfile'), text)
  }
})
afterAll(() => rmSync(workspace, { recursive: true }))

const base = { context: 'base', tags: ['acme/base:dev'] }
const api = { context: 'api', dockerfile: 'Dockerfile', tags: ['acme/api:dev', 'acme/api:1'] }
const web = { context: 'web', contexts: { base: 'target:base' }, tags: ['acme/web:dev'] }
const printed = { group: { default: { targets: ['api', 'web'] } }, target: { web, api, base } }

test.each(['linux/arm64', 'aarch64', 'linux/arm64/v8'])(
  'what a Dockerfile names by its platform is found for %s',
  (platform) => {
    const upon = { 'dockerfile-inline': 'FROM acme/base-$TARGETARCH', platforms: [platform] }
    const target = { upon, base: { ...base, tags: ['acme/base-arm64'] } }
    const [found] = readTargets({ target }, workspace, undefined, ['upon'])
    expect(found?.dependsOn).toEqual(['base'])
  },
)

test("a Dockerfile that names another target's tag builds upon it", () => {
  const found = readTargets(printed, workspace).map(({ name, dependsOn, isWanted, definition }) => {
    return { name, dependsOn, isWanted, contexts: definition['contexts'] }
  })
  expect(found).toEqual([
    {
      name: 'api',
      dependsOn: ['base'],
      isWanted: true,
      contexts: { 'acme/base:dev': 'target:base' },
    },
    {
      name: 'web',
      dependsOn: ['api', 'base'],
      isWanted: true,
      // Bake takes names of contexts as they are, and BuildKit looks for the familiar one.
      contexts: { base: 'target:base', 'acme/api:dev': 'target:api' },
    },
    { name: 'base', dependsOn: [], isWanted: false, contexts: {} },
  ])
})

test('targets are in the order in which they were given', () => {
  const order = ['web', 'api']
  expect(readTargets(printed, workspace, undefined, order).map(({ name }) => name)).toEqual([
    ...order,
    'base',
  ])
})

test('a context that is given goes before what the Dockerfile names', () => {
  const own = { ...api, contexts: { 'acme/base:dev': 'docker-image://other:1' } }
  const [first] = readTargets({ target: { api: own, base } }, workspace)
  expect(first?.dependsOn).toEqual([])
})

test('build arguments choose the base', () => {
  const [first] = readTargets(
    { target: { api: { ...api, args: { TAG: 'other' } }, base } },
    workspace,
  )
  expect(first?.dependsOn).toEqual([])
})

test('without a group all targets are wanted', () => {
  const all = readTargets({ target: { api, base } }, workspace)
  expect(all.map(({ isWanted }) => isWanted)).toEqual([true, true])
})

test('what is in groups of groups is wanted, such as targets of a matrix', () => {
  const group = {
    default: { targets: ['web', 'matrix'] },
    matrix: { targets: ['api', 'default'] },
  }
  const all = readTargets({ group, target: { web, api, base } }, workspace)
  expect(all.map(({ isWanted }) => isWanted)).toEqual([true, true, false])
})

test.each([
  ['each other', { a: { contexts: { x: 'target:b' } }, b: { contexts: { y: 'target:a' } } }],
  ['themselves', { a: { contexts: { x: 'target:a' } } }],
])('targets that build upon %s are refused', (_name, target) => {
  expect(() => readTargets({ target }, workspace)).toThrow(
    /These targets build upon each other in a circle: /,
  )
})

test('an invalid tag is refused', () => {
  const target = { a: { tags: ['API:dev'] } }
  expect(() => readTargets({ target }, workspace)).toThrow(
    /target a has the invalid tag "API:dev": image names are lower case/,
  )
})

const fileFor = (
  name: string,
  builderDriver: string,
  given: typeof printed = printed,
  options: { readonly keepsInDocker?: boolean } = {},
) => {
  const target = toTargets(readTargets(given, workspace), builderDriver, 'run', options).find(
    (each) => each.name === name,
  )
  if (target === undefined) throw new Error('no target')
  return toBakeFile(target, [{ id: 'token', from: 'src=/dev/stdin' }], '/layout')
}
const secret = ['id=token,src=/dev/stdin']

test('the file for one target holds what it builds upon, our secrets, and no further output', () => {
  const output = 'type=oci,tar=false,dest=/layout,compression=uncompressed,force-compression=true'
  expect(fileFor('api', 'docker-container')).toEqual({
    target: {
      api: { ...api, contexts: { 'acme/base:dev': 'target:base' }, secret, output: [output] },
      base: {
        ...base,
        contexts: {},
        secret,
        output: ['type=cacheonly'],
        'no-cache': false,
        'no-cache-filter': [],
        pull: false,
      },
    },
  })
})

test('where Docker is to keep what another builder makes, the load finds it by a name of this run', () => {
  const tags = [...api.tags, 'slipway.invalid/base/run:0']
  const output = ['type=docker']
  const { target } = fileFor('api', 'remote', printed, { keepsInDocker: true })
  expect(target['api']).toMatchObject({ tags, output })
})

test("Docker's own builder finds what others build upon as images of this run", () => {
  const contexts = { 'acme/base:dev': 'docker-image://slipway.invalid/base/run:2' }
  // The web builds upon it, and it is asked for.
  const apiTags = [...api.tags, 'slipway.invalid/base/run:0']
  expect(fileFor('api', 'docker')).toEqual({
    target: { api: { ...api, tags: apiTags, contexts, secret, output: ['type=docker'] } },
  })
  // Nobody asked for the base, so nobody else sees its name.
  const tags = ['slipway.invalid/base/run:2']
  expect(fileFor('base', 'docker')).toEqual({
    target: { base: { ...base, tags, contexts: {}, secret, output: ['type=docker'] } },
  })
  const all = { ...printed, group: { default: { targets: ['api', 'base'] } } }
  const own = 'slipway.invalid/base/run:1'
  expect(fileFor('base', 'docker', all).target['base']?.['tags']).toEqual([...base.tags, own])
})

test('what has just been built is not built again for another, whatever it says', () => {
  const fresh = { ...base, 'no-cache': true, pull: true, 'no-cache-filter': ['x'] }
  const given = { ...printed, target: { ...printed.target, base: fresh } } as typeof printed
  const again = { 'no-cache': false, pull: false, 'no-cache-filter': [] }
  expect(fileFor('api', 'docker-container', given).target['base']).toMatchObject(again)
  expect(fileFor('base', 'docker-container', given).target['base']).toMatchObject({
    'no-cache': true,
    pull: true,
  })
})

test('a target that pulls has what it builds upon from the cache', () => {
  const pulling = { ...printed, target: { ...printed.target, api: { ...api, pull: true } } }
  expect(fileFor('api', 'docker', pulling as typeof printed).target['api']?.['contexts']).toEqual({
    'acme/base:dev': 'target:base',
  })
})

test('all that a target builds upon, once', () => {
  const names = findBaseTargets('web', readTargets(printed, workspace)).map(({ name }) => name)
  expect(names.toSorted()).toEqual(['api', 'base'])
})

const argsFor = (
  name: string,
  all: readonly BakeTarget[],
  secrets: readonly SecretSource[],
): readonly string[] => {
  const target = toTargets(all, 'docker-container', 'run').find((each) => each.name === name)
  if (target === undefined) throw new Error('no target')
  return toBakeArgs(target, 'f', 'm', secrets, '/layout')
}

test('what was allowed is told to Bake for the targets that want it, and only there', () => {
  const allowances = new Map([['base', ['network.host', 'fs.read=/x']]])
  const flagsOf = (name: string, sources: readonly SecretSource[]): readonly string[] => {
    const targets = readTargets({ target: { api, base, web } }, workspace, allowances)
    return argsFor(name, targets, sources).filter((arg) => arg.startsWith('--allow'))
  }
  expect(flagsOf('api', [])).toEqual([
    '--allow=network.host',
    '--allow=fs.read=/x',
    '--allow=fs.write=/layout',
  ])
  const alone = readTargets({ target: { web: { ...web, contexts: {} } } }, workspace, allowances)
  expect(argsFor('web', alone, [])).not.toContain('--allow=network.host')
  // The token is a file in memory, which Bake would ask about, too.
  expect(flagsOf('base', [{ id: 'a', from: 'src=/dev/stdin' }])).toContain(
    '--allow=fs.read=/dev/shm',
  )
  expect(flagsOf('base', [{ id: 'a', from: 'env=A' }])).not.toContain('--allow=fs.read=/dev/shm')
})

test('a Bake that does not know --allow is not told', () => {
  const targets = readTargets({ target: { base } }, workspace)
  const args = argsFor('base', targets, [{ id: 'a', from: 'src=/dev/stdin' }])
  expect(args.join()).not.toContain('--allow')
})

test('what would make no image is left out: attestations, and a call that builds nothing', () => {
  const given = { ...base, attest: [{ type: 'sbom' }], call: 'check' }
  const [target] = toTargets(readTargets({ target: { base: given } }, workspace), 'docker', 'run')
  if (target === undefined) throw new Error('no target')
  const file = JSON.stringify(toBakeFile(target, [], '/layout'))
  expect(file).not.toMatch(/attest|call/)
})
