import { expect, test } from 'vitest'
import { toBakeArgs, toBakeFile } from '../../src/build/bake-command.ts'
import { readTargets } from '../../src/build/definition.ts'
import { hideNames } from '../../src/build/registry-output.ts'
import { requireBuildx, requireOutputs } from '../../src/build/require-outputs.ts'
import { throughRegistry, toTargets } from '../../src/build/target.ts'
import { renderError } from '../../src/failure.ts'
import { read } from '../support/read.ts'

const tag = 'ghcr.io/acme/api:dev'
const api = { context: '/nowhere', tags: [tag] }
const layout = 'type=oci,tar=false,dest=/layout,compression=uncompressed,force-compression=true'

type Options = NonNullable<Parameters<typeof toTargets>[3]>

const targetsOf = (definition: object, driver = 'remote', options: Options = { isOwn: true }) =>
  toTargets(
    readTargets({ target: { api: { ...api, ...definition } } }, '/nowhere'),
    driver,
    'run',
    options,
  )

const made = (...args: Parameters<typeof targetsOf>) => {
  const [target] = targetsOf(...args)
  if (target === undefined) throw new Error('no target')
  const file = toBakeFile(target, [], '/layout').target['api'] ?? {}
  return { ...file, output: file['output'], args: toBakeArgs(target, 'f', 'm', [], '/layout') }
}

test('a push is one more output, the last one', () => {
  expect(made({ output: [{ type: 'image', push: 'true' }, 'type=local,dest=out'] })).toMatchObject({
    output: [layout, 'type=local,dest=out', 'type=image,push=true'],
    tags: [tag],
  })
  expect(made({ output: ['type=registry,compression=zstd'] }).output).toEqual([
    layout,
    'type=image,compression=zstd,push=true',
  ])
  expect(made({}, 'remote', { pushes: true }).output).toEqual([layout, 'type=image,push=true'])
})

test('what a Bake file says of outputs is left out, so that its author pushes nothing', () => {
  const output = ['type=registry', 'type=local,dest=/etc']
  expect(made({ output }, 'remote', {}).output).toEqual([layout])
})

test('the name by which a load finds an image in Docker is not pushed', () => {
  const own = 'slipway.invalid/base/run:0'
  for (const driver of ['docker', 'remote']) {
    expect(made({}, driver, { pushes: true, keepsInDocker: true })).toMatchObject({
      output: [`type=docker,"name=${tag},${own}"`, `type=image,push=true,name=${tag}`],
      tags: undefined,
    })
  }
})

test("through the step's own registry, what is asked for is pushed as ever, by its own names", () => {
  const usesRegistry = { pushes: true, usesRegistry: true }
  for (const driver of ['docker', 'docker-container']) {
    const [target] = targetsOf({ 'cache-from': ['type=gha'] }, driver, usesRegistry)
    if (target === undefined) throw new Error('no target')
    expect([target.output, target.intermediate]).toEqual(['registry', undefined])
    const names = { image: '127.0.0.1:1/x:image', cacheTo: '127.0.0.1:1/x:cache' }
    const place = throughRegistry(target, { ...names, cacheFrom: names.cacheTo })
    const file = toBakeFile(place, [], names.image).target['api'] ?? {}
    const form = 'compression=uncompressed,force-compression=true,oci-mediatypes=true'
    expect(file).toMatchObject({
      output: [
        `type=image,name=${names.image},push=true,unpack=false,store=false,${form}`,
        `type=image,push=true,name=${tag}`,
      ],
      tags: undefined,
      'cache-from': ['type=gha', `type=registry,ref=${names.cacheTo}`],
      'cache-to': [
        `type=registry,ref=${names.cacheTo},mode=min,image-manifest=true,ignore-error=true,${form}`,
      ],
    })
    const cold = throughRegistry(target, { ...names, cacheFrom: undefined })
    expect(cold.bake.definition['cache-from']).toEqual(['type=gha'])
    expect(toBakeArgs(place, 'f', 'm', [], names.image).join(' ')).not.toContain('fs.write')
  }
})

test("through it, Docker's own builder finds other targets as other builders do, and load: true stays", () => {
  const all = readTargets(
    {
      target: {
        base: { context: '/nowhere', tags: ['base:1'] },
        api: { ...api, contexts: { base: 'target:base' } },
      },
    },
    '/nowhere',
  )
  const targets = toTargets(all, 'docker', 'run', { usesRegistry: true })
  expect(targets.map(({ output, bases }) => [output, bases.map(({ name }) => name)])).toEqual([
    ['registry', []],
    ['registry', ['base']],
  ])
  expect(targets[1]?.bake.definition['contexts']).toEqual({ base: 'target:base' })
  const kept = toTargets(all, 'docker', 'run', { usesRegistry: true, keepsInDocker: true })
  expect(kept.map(({ output }) => output)).toEqual(['docker', 'docker'])
})

test('what others build upon has a cache to keep, also without a name of its own', () => {
  const target = {
    base: { context: '/nowhere' },
    api: { ...api, contexts: { base: 'target:base' } },
  }
  const all = readTargets({ target }, '/nowhere')
  const outputs = (usesRegistry: boolean) =>
    toTargets(all, 'docker', 'run', { usesRegistry }).map(({ name, output }) => [name, output])
  expect(outputs(true)).toEqual([
    ['base', 'registry'],
    ['api', 'registry'],
  ])
})

test('the name by which one could read and write there is in nothing that is told of the build', () => {
  const secret = '0123456789abcdef0123456789abcdef'
  const image = `127.0.0.1:4000/${secret}:image`
  const names = { image, cacheTo: image, cacheFrom: undefined }
  const hide = (text: string) => hideNames({ kind: 'text', text }, names)
  expect(hide(`pushing manifest for ${image}@sha256:1`)).toEqual({
    kind: 'text',
    text: "pushing manifest for the step's registry:image@sha256:1",
  })
  expect(hide(`PUT http://127.0.0.1:4000/v2/${secret}/blobs/uploads/: 507`)).toEqual({
    kind: 'text',
    text: 'PUT http://127.0.0.1:4000/v2/***/blobs/uploads/: 507',
  })
  expect(hide('127.0.0.1:4000')).toEqual({ kind: 'text', text: '127.0.0.1:4000' })
})

test('type=docker is what load: true says', () => {
  expect(made({ output: ['type=docker'] })).toMatchObject({ output: ['type=docker'] })
  expect(made({ output: ['type=docker,dest=a.tar'] }).output).toEqual([
    layout,
    'type=docker,dest=a.tar',
  ])
})

test('annotations are of the pushed image alone', () => {
  const annotations = ['a=b,c', 'index,manifest[linux/amd64]:d=e']
  expect(made({ annotations, output: ['type=registry'] })).toMatchObject({
    annotations: undefined,
    output: [
      layout,
      'type=image,push=true,"annotation.a=b,c",annotation-index.d=e,annotation-manifest[linux/amd64].d=e',
    ],
  })
  // buildx takes names of CSV in lower case.
  expect(made({ annotations: ['Big=1'], output: ['type=registry'] }).output).toEqual([
    layout,
    { type: 'image', push: 'true', 'annotation.Big': '1' },
  ])
  expect(made({ annotations })).toMatchObject({ annotations: undefined, output: [layout] })
})

test('attestations are made where some output takes them, and only those that were asked for', () => {
  const off = 'type=provenance,disabled=true'
  const output = ['type=registry']
  const sbom = made({ attest: ['type=sbom'], output })
  expect(sbom).toMatchObject({ attest: ['type=sbom', off] })
  expect(sbom.args).not.toContain('--provenance=false')
  const attest = [{ type: 'provenance', mode: 'max' }]
  expect(made({ attest, output })).toMatchObject({ attest })
  for (const without of [made({ output }), made({ attest })]) {
    expect(without).toMatchObject({ attest: undefined })
    expect(without.args).toContain('--provenance=false')
  }
})

const builder = { driver: 'remote', isLocal: false, platforms: ['linux/amd64'], versions: [] }

const refusalOf = (
  targets: ReturnType<typeof targetsOf>,
  change: Partial<Parameters<typeof requireOutputs>[1]> = {},
): string => {
  try {
    const facts = { builder, hasContainerdStore: false, workspace: '/nowhere' }
    requireOutputs(targets, { ...facts, ...change })
    return 'fine'
  } catch (error) {
    return renderError(error)
  }
}

test("what Docker's store cannot hold apart, or write, is refused", () => {
  const docker = { builder: { ...builder, driver: 'docker' } }
  const output = ['type=registry']
  expect(refusalOf(targetsOf({ output }, 'docker'), docker)).toBe('fine')
  expect(refusalOf(targetsOf({ output, attest: ['type=sbom'] }, 'docker'), docker)).toBe(
    "attestations of api would also be in Docker's store and in the nodes. Use another builder, as of docker/setup-buildx-action, and leave load out.",
  )
  expect(refusalOf(targetsOf({ output, annotations: ['a=b'] }, 'docker'), docker)).toContain(
    'annotations of api would also be',
  )
  expect(refusalOf(targetsOf({ output, annotations: ['a=b'], attest: ['type=sbom'] }))).toBe('fine')
  const tar = targetsOf({ output: ['type=oci,dest=a.tar'] }, 'docker')
  expect(refusalOf(tar, docker)).toContain("Docker's classic image store cannot write type=oci")
  expect(refusalOf(tar, { ...docker, hasContainerdStore: true })).toBe('fine')
})

test('several outputs need BuildKit 0.13', () => {
  const old = (minor: number) => ({ builder: { ...builder, versions: [[0, minor] as const] } })
  const pushed = targetsOf({ output: ['type=registry'] })
  expect(refusalOf(pushed, old(12))).toContain(
    '(api) need BuildKit 0.13 or newer, and the builder has 0.12',
  )
  // One that was not told.
  for (const minor of [0, 13, 25]) expect(refusalOf(pushed, old(minor))).toBe('fine')
  expect(refusalOf(targetsOf({}), old(12))).toBe('fine')
})

test('a push without tags is refused', () => {
  expect(refusalOf(targetsOf({ tags: [] }, 'remote', { pushes: true }))).toContain(
    'push: api has no tags, so nothing says where to',
  )
})

test('platforms that the builder lacks are refused', () => {
  const inline = (platform: string) => ({ platforms: [platform], context: '__tests__/cases' })
  const refuse = (platform: string): string =>
    refusalOf(
      targetsOf({ ...inline(platform), context: process.cwd(), dockerfile: 'action.yml' }),
      {
        workspace: process.cwd(),
      },
    )
  expect(refuse('linux/arm64')).toContain(
    'platforms of api: the builder has no linux/arm64 (it has linux/amd64)',
  )
  for (const platform of ['linux/amd64', 'linux/amd64/v2', 'linux/x86_64', 'amd64', 'local'])
    expect(refuse(platform)).toBe('fine')
  expect(refuse('aarch64')).toContain('the builder has no aarch64 (it has linux/amd64)')
})

test('an attribute that an older Bake does not know is refused with its version', async () => {
  const { bake } = read({ context: '.', tags: 'a:1', 'add-hosts': 'db:10.0.0.7' })
  if (bake === undefined) throw new Error('no bake')
  await expect(requireBuildx(bake, async () => [0, 24])).rejects.toThrow(
    'add-hosts needs buildx 0.25 or newer, and this one is 0.24',
  )
  for (const version of [[0, 25], [1, 0], undefined] as const)
    await requireBuildx(bake, async () => version)
  for (const [input, value] of [
    ['network', 'host'],
    ['allow', 'network.host'],
  ] as const) {
    const asked = read({ context: '.', tags: 'a:1', [input]: value }).bake
    if (asked === undefined) throw new Error('no bake')
    await expect(requireBuildx(asked, async () => [0, 16])).rejects.toThrow(
      `${input} needs buildx 0.17 or newer, and this one is 0.16`,
    )
    await requireBuildx(asked, async () => [0, 17])
  }
  const plain = read({ context: '.', tags: 'a:1' }).bake
  if (plain !== undefined) await requireBuildx(plain, () => Promise.reject(new Error('asked')))
})
