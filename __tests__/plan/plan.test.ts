import { expect, test } from 'vitest'
import type { ContainerNode } from '../../src/cluster/node.ts'
import type { Engine } from '../../src/docker/info.ts'
import type { Facts } from '../../src/facts/facts.ts'
import { noFiles } from '../../src/facts/find-files.ts'
import type { Credentials } from '../../src/inputs/credentials.ts'
import type { RawInputs } from '../../src/inputs/raw-inputs.ts'
import { planSteps } from '../../src/plan/graph.ts'
import { planRun } from '../../src/plan/plan.ts'
import { renderPlan } from '../../src/plan/render.ts'
import type { Step } from '../../src/plan/steps.ts'
import { foundFacts as facts, nodeNamed, withFree } from '../support/found.ts'
import { imageOf, stepsFor, targetOf } from '../support/outcomes.ts'
import { read } from '../support/read.ts'
import { readTarget } from '../support/target.ts'

type AppInputs = Extract<Credentials, { readonly kind: 'app' }>

const image = {
  references: [],
  id: '',
  sizeBytes: 1,
  digestNames: [],
  architecture: 'amd64',
  layers: [],
}

const planOf = (raw: RawInputs, change: Partial<Facts> = {}) => {
  const inputs = read(raw)
  const targets = inputs.bake === undefined ? [] : [readTarget(raw)]
  return planRun(inputs, { ...facts, targets, ...change })
}

const stepsOf = (raw: RawInputs, change: Partial<Facts> = {}) => planOf(raw, change).steps

/** Without what is only about names that exist while a step works. */
const kinds = (raw: RawInputs, change: Partial<Facts> = {}): readonly string[] =>
  stepsOf(raw, change)
    .map(({ kind }) => kind)
    .filter((kind) => !/^(hold|release|drop)-/.test(kind))

const build = { context: '.', tags: 'a:1' }
const freed = ['free-disk', 'await-disk', 'build', 'load']

test.each<[string, RawInputs, Partial<Facts>, readonly string[]]>([
  ['a build is loaded', build, {}, ['build', 'load']],
  ['images are loaded', { images: 'b:1' }, { images: [image] }, ['load']],
  ['both', { ...build, images: 'b:1' }, { images: [image] }, ['load', 'build', 'load']],
  ['a full disk is freed first', build, withFree(3e9), freed],
  ['never means never', { ...build, 'free-disk': 'never' }, withFree(3e9), ['build', 'load']],
  ['always does not ask', { ...build, 'free-disk': 'always' }, {}, freed],
  [
    'loading alone needs no room',
    { images: 'b:1' },
    { images: [image], ...withFree(3e9) },
    ['load'],
  ],
  ['an unknown disk is left alone', build, { filesystems: [] }, ['build', 'load']],
])('%s', (_name, raw, change, expected) => {
  expect(kinds(raw, change)).toEqual(expected)
})

test.each(['auto', 'always'])('self-hosted runners keep all they have, also with %s', (mode) => {
  const change = { isHostedRunner: false, ...withFree(1e9) }
  expect(kinds({ ...build, 'free-disk': mode }, change)).toEqual(['build', 'load'])
})

test.each<[string, RawInputs, boolean, boolean]>([
  ['auto drops on hosted runners', {}, true, true],
  ['auto keeps on self-hosted ones', {}, false, false],
  ['true keeps everywhere', { 'keep-images': 'true' }, true, false],
  ['false drops everywhere', { 'keep-images': 'false' }, false, true],
])('images: %s', (_name, raw, isHostedRunner, drops) => {
  const load = stepsOf({ ...build, ...raw }, { isHostedRunner }).find(({ kind }) => kind === 'load')
  const { keepImages } = read({ ...build, ...raw })
  expect(load).toMatchObject({ keepImages: drops ? keepImages : undefined })
})

test.each<[string, RawInputs, boolean, boolean]>([
  ['true prunes on hosted runners', { 'prune-cache': 'true' }, true, true],
  ['true prunes nothing elsewhere', { 'prune-cache': 'true' }, false, false],
  ['auto waits until the disk is full', {}, true, false],
  ['false does not', { 'prune-cache': 'false' }, true, false],
])('build cache: %s', (_name, raw, isHostedRunner, prunes) => {
  expect(kinds({ ...build, ...raw }, { isHostedRunner }).includes('prune-cache')).toBe(prunes)
})

test.each<[string, RawInputs, Partial<Engine>, number]>([
  ['the cores', {}, { cores: 4, memoryBytes: 64e9 }, 4],
  ['3 GB of memory each', {}, { cores: 16, memoryBytes: 16e9 }, 5],
  ['eight at most', {}, { cores: 64, memoryBytes: 512e9 }, 8],
  ['one at least', {}, { cores: 2, memoryBytes: 1e9 }, 1],
  ['what the step says', { parallel: '12' }, { cores: 2, memoryBytes: 1e9 }, 12],
])('how many builds at once: %s', (_name, raw, engine, expected) => {
  const plan = planOf({ ...build, ...raw }, { engine: { ...facts.engine, ...engine } })
  expect(plan.parallel).toBe(expected)
})

test('the plan in words: what is freed, built, loaded and removed, in order', () => {
  const local = { ...image, references: [{ given: 'b:1', canonical: '' }] }
  const raw = { ...build, images: 'b:1', 'free-disk': '20GB', 'free-disk-keep': 'android' }
  expect(renderPlan(planOf(raw, { images: [local], ...withFree(3e9) }))).toMatchInlineSnapshot(`
    "Disk:
    - /var/lib/docker (Docker's data, the temp folder): 3.0 GB of 145 GB free, 16,000,000 inodes; reclaimable: about 14 GB
    - image sizes: unknown before the first run
    Nodes:
    Slipway removes Docker's copy after a load by copy, stream or kind.
    Steps (one load at a time):
    1. Free disk until 20 GB are free: codeql, ghcup, swift, dotnet
    2. Wait until builds have enough free disk to start
    3. Load b:1, after 2
    4. Build a:1, after 2
    5. Load a:1, after 4"
  `)
})

/** What each step waits for, by their IDs. */
const waitsOf = (steps: readonly Step[]) =>
  Object.fromEntries(steps.map(({ id, needs, after }) => [id, [...needs, ...after]]))

test('what others are built upon comes before them, else all stay as they were given', () => {
  const targets = [targetOf('api', ['base']), targetOf('web'), targetOf('base')]
  const builds = stepsFor(targets).filter(({ kind }) => kind === 'build')
  expect(builds.map(({ id }) => id)).toEqual(['build base', 'build api', 'build web'])
})

test('what has the longest row of others upon it begins first: all these wait for it', () => {
  const targets = [
    ...[targetOf('docs'), targetOf('tools'), targetOf('lint', ['tools'])],
    ...[targetOf('api', ['middle']), targetOf('base'), targetOf('middle', ['base'])],
  ]
  const builds = stepsFor(targets).filter(({ kind }) => kind === 'build')
  expect(builds.map(({ id }) => id.slice(6))).toEqual([
    ...['base', 'tools', 'middle', 'docs', 'lint', 'api'],
  ])
})

test('names that exist while a step works go when nobody needs them any more', () => {
  const targets = [targetOf('base'), targetOf('api', ['base'])]
  const waits = waitsOf(stepsFor(targets))
  expect(waits['build api']).toEqual(['build base'])
  expect(waits['drop slipway.invalid/base/run:base']).toEqual([
    'build base',
    'load base:dev',
    'build api',
  ])
  expect(waits['drop slipway.invalid/base/run:api']).toEqual(['build api', 'load api:dev'])
})

const twins = ['web', 'worker'].map((name) => ({ ...targetOf(name), tags: targetOf('app').tags }))

test('builds that make one image are loaded and reported once, when all of them are done', () => {
  const raw = { ...build, 'create-cluster': 'true', 'image-report': 'full', prove: 'true' }
  const steps = stepsOf(raw, { targets: [...twins, targetOf('api')], nodes: [] })
  expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length)
  const waits = waitsOf(steps)
  expect(waits['report app:dev']).toEqual(['build web', 'build worker', 'start cluster'])
  expect(waits['load app:dev']?.slice(0, 3)).toEqual(waits['report app:dev'])
  expect(waits['load api:dev']?.slice(0, 2)).toEqual(['build api', 'start cluster'])
  const [load] = steps.filter(({ kind }) => kind === 'load')
  expect(load).toMatchObject({ image: { kind: 'built', by: 'build worker' } })
  for (const { name, intermediate } of twins)
    expect(waits[`drop ${intermediate}`]).toEqual([
      ...[`build ${name}`, 'load app:dev', 'report app:dev', 'prove app:dev'],
    ])
})

test('in the containerd store all given images but the first are held at once, in the other none', () => {
  const images = [imageOf('a:1', { id: 'sha256:1' }), imageOf('b:1', { id: 'sha256:2' })]
  const hasContainerdStore = true
  const held = planOf(
    { images: 'a:1\nb:1' },
    { images, engine: { ...facts.engine, hasContainerdStore } },
  )
  expect(waitsOf(held.steps)).toEqual({
    'load a:1': [],
    'release sha256:1': ['load a:1'],
    'hold sha256:2': [],
    'load b:1': ['hold sha256:2'],
    'release sha256:2': ['load b:1'],
  })
  expect(waitsOf(planOf({ images: 'a:1\nb:1' }, { images }).steps)['load b:1']).toEqual([])
})

test('the token is revoked once all is built, also when all has been ended', () => {
  const inputs = { ...read(build), credentials: { kind: 'app' } as AppInputs }
  const targets = [targetOf('api'), targetOf('web')]
  const revoke = planRun(inputs, { ...facts, targets }).steps.find(
    ({ kind }) => kind === 'revoke-token',
  )
  expect(revoke).toMatchObject({ after: ['build api', 'build web'], needs: [], isFinal: true })
  expect(kinds(build)).not.toContain('revoke-token')
})

test('the build cache goes when all is built and loaded', () => {
  const prune = planOf({ ...build, 'prune-cache': 'true' }).steps.at(-1)
  expect(prune).toMatchObject({ kind: 'prune-cache', needs: ['build a:1', 'load a:1'] })
})

const node = { name: 'kind-control-plane', imageId: 'sha256:n' } as Facts['nodes'][number]
const reported = { ...build, images: 'b:1', 'image-report': 'auto' }
const withNode = { nodes: [], images: [imageOf('b:1')] }

/** Steps that are about one image, with what they wait for. */
const orderOf = (raw: RawInputs, change: Partial<Facts>): readonly string[] =>
  planSteps(
    read(raw),
    { ...facts, targets: [readTarget(raw)], ...change, nodes: [node] },
    [],
    undefined,
  )
    .filter(({ kind }) => /^(build|load|analyse|drop-image)$/.test(kind))
    .map(({ id, needs, after }) => `${id}: ${needs.join()}; ${after.join()}`)

test('a report is made beside a load, and before the image goes', () => {
  const selfHosted = { ...withNode, isHostedRunner: false }
  expect(orderOf(reported, selfHosted)).toEqual([
    'load b:1: ; ',
    'report b:1: ; ',
    'build a:1: ; ',
    'load a:1: build a:1; ',
    'report a:1: build a:1; ',
    expect.stringMatching(/^drop \S+: ; build a:1,load a:1,report a:1$/),
  ])
})

test('a load that may remove the image waits for the report', () => {
  const order = orderOf(reported, { ...withNode, isHostedRunner: true })
  expect(order).toContain('load a:1: build a:1; report a:1')
  expect(order).toContain('load b:1: ; report b:1')
})

test('what another builder makes has a report that may wait for its load, and no load waits for that', () => {
  const target = { ...readTarget(build), output: 'oci-layout' as const, intermediate: undefined }
  const given = { ...facts, targets: [target], nodes: [node], isHostedRunner: true }
  const steps = planSteps(read(reported), given, [], undefined)
  const [report] = steps.filter((step) => step.kind === 'analyse')
  expect(report).toMatchObject({ needs: ['build a:1'], loaded: { by: 'load a:1', into: [node] } })
  expect(steps.find(({ id }) => id === 'load a:1')?.after).toEqual([])
  expect(steps.find(({ kind }) => kind === 'drop-layout')?.after).toContain('report a:1')
  const builds = steps.filter((step) => step.kind === 'build')
  expect(builds.map(({ wantsOrigins }) => wantsOrigins)).toEqual([true])
})

test('without the input nothing has a report', () => {
  expect(orderOf(reported, { ...withNode, images: [] }).join()).toContain('report')
  expect(orderOf({ ...reported, 'image-report': 'false' }, withNode).join()).not.toContain('report')
})

test('a plan in which two steps have one id is a fault of ours', () => {
  const twice = { images: [imageOf('b:1')], pulls: imageOf('b:1').references }
  expect(() => stepsOf(build, twice)).toThrow('The plan has two steps called load b:1')
})

const newCluster = { ...build, 'create-cluster': 'true', 'image-report': 'auto' }
const ordersOf = (steps: readonly Step[]) =>
  steps.map(({ id, needs, after, lane, isFinal }) => ({ id, needs, after, lane, isFinal }))

test('a cluster is made beside the build, and what needs nodes waits for them alone', () => {
  const steps = stepsOf({ ...newCluster, 'cluster-name': 'e2e' }, { nodes: [] })
  const orders = new Map(ordersOf(steps).map((each) => [each.id, each]))
  expect(steps[0]).toMatchObject({ kind: 'create-cluster', cluster: 'e2e', needs: [] })
  expect(orders.get('create cluster')).toMatchObject({ after: ['start cluster'], isFinal: true })
  expect(orders.get(steps.find(({ kind }) => kind === 'build')?.id ?? '')?.needs).toEqual([])
  expect(orders.get('load a:1')?.needs.at(-1)).toBe('start cluster')
  expect(orders.get('report a:1')?.needs.at(-1)).toBe('start cluster')
})

test('the plan that is made when nodes answer has the same steps in the same order', () => {
  const files = { ...newCluster, 'free-disk': '20GB', 'node-files-prune': 'true' }
  const before = stepsOf(files, { nodes: [] })
  const after = stepsOf(files, { nodes: [nodeNamed('n')] })
  expect(ordersOf(after)).toEqual(ordersOf(before))
  const into = (steps: readonly Step[]) =>
    steps.flatMap((step) => (step.kind === 'load' ? step.into.map(({ node }) => node.name) : []))
  expect([into(before), into(after)]).toEqual([[], ['n']])
})

test('with files of Git LFS the token ends after they are in the nodes, in both plans', () => {
  const raw = { ...newCluster, 'node-files': 'lfs:models:/models' }
  const inputs = { ...read(raw), credentials: { kind: 'app' } as AppInputs }
  const fetch = () => Promise.reject(new Error())
  const source = { key: 'k', sizeBytes: 1, tree: undefined, fetch }
  const plan = (nodes: readonly ContainerNode[]) => {
    const found = { kind: 'remote', source } as const
    const files = inputs.nodeFiles.map((each) => ({ files: each, found, nodes, into: nodes }))
    const targets = [readTarget(raw)]
    return planRun(inputs, { ...facts, targets, nodes, nodeFiles: { ...noFiles, files } }).steps
  }
  const before = ordersOf(plan([]))
  expect(ordersOf(plan([nodeNamed('n')]))).toEqual(before)
  const revoke = before.find(({ id }) => id === 'revoke token')
  expect(revoke?.after).toEqual(['build a:1', 'node files'])
})

test('the plan in words says whose nodes they will be', () => {
  const text = renderPlan(planOf(newCluster, { nodes: [] }))
  expect(text).toContain('Nodes: those of the cluster kind, as soon as they answer')
  expect(text).toContain('1. Start the cluster kind with kind, or use the one that is there')
  expect(text).toMatch(/Load a:1, after 1, \d/)
})
