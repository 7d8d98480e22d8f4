import { expect, test } from 'vitest'
import { toOwnTarget } from '../../src/build/target.ts'
import type { Engine } from '../../src/docker/info.ts'
import type { Facts } from '../../src/facts/facts.ts'
import type { RawInputs } from '../../src/inputs/raw-inputs.ts'
import { planRun } from '../../src/plan/plan.ts'
import { renderPlan } from '../../src/plan/render.ts'
import { foundFacts as facts, withFree } from '../support/found.ts'
import { read } from '../support/read.ts'

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
  const targets = inputs.build === undefined ? [] : [toOwnTarget(inputs.build, 'run')]
  return planRun(inputs, { ...facts, targets, ...change })
}

const stepsOf = (raw: RawInputs, change: Partial<Facts> = {}) => planOf(raw, change).steps

const kinds = (raw: RawInputs, change: Partial<Facts> = {}): readonly string[] =>
  stepsOf(raw, change).map(({ kind }) => kind)

const build = { context: '.', tags: 'a:1' }

test.each<[string, RawInputs, Partial<Facts>, readonly string[]]>([
  ['a build is loaded', build, {}, ['make']],
  ['images are loaded', { images: 'b:1' }, { images: [image] }, ['make']],
  ['both', { ...build, images: 'b:1' }, { images: [image] }, ['make']],
  ['a full disk is freed first', build, withFree(3e9), ['free-disk', 'make']],
  ['never means never', { ...build, 'free-disk': 'never' }, withFree(3e9), ['make']],
  ['always does not ask', { ...build, 'free-disk': 'always' }, {}, ['free-disk', 'make']],
  [
    'loading alone needs no room',
    { images: 'b:1' },
    { images: [image], ...withFree(3e9) },
    ['make'],
  ],
  ['an unknown disk is left alone', build, { filesystems: [] }, ['make']],
])('%s', (_name, raw, change, expected) => {
  expect(kinds(raw, change)).toEqual(expected)
})

test.each(['auto', 'always'])('self-hosted runners keep all they have, also with %s', (mode) => {
  const change = { isHostedRunner: false, ...withFree(1e9) }
  expect(kinds({ ...build, 'free-disk': mode }, change)).toEqual(['make'])
})

test.each<[string, RawInputs, boolean, boolean]>([
  ['auto drops on hosted runners', {}, true, true],
  ['auto keeps on self-hosted ones', {}, false, false],
  ['true keeps everywhere', { 'keep-images': 'true' }, true, false],
  ['false drops everywhere', { 'keep-images': 'false' }, false, true],
])('images: %s', (_name, raw, isHostedRunner, drops) => {
  const [step] = stepsOf({ ...build, ...raw }, { isHostedRunner })
  expect(step).toMatchObject({ kind: 'make', dropsCopies: drops })
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
  const steps = stepsOf({ ...build, ...raw }, { engine: { ...facts.engine, ...engine } })
  expect(steps.find((step) => step.kind === 'make')?.parallel).toBe(expected)
})

test('the plan in words: what is freed, built, loaded and removed, in order', () => {
  const local = { ...image, references: [{ given: 'b:1', canonical: '' }] }
  const raw = { ...build, images: 'b:1', 'free-disk': '20GB', 'free-disk-keep': 'android' }
  expect(renderPlan(planOf(raw, { images: [local], ...withFree(3e9) }))).toMatchInlineSnapshot(`
    "Disk:
    - /var/lib/docker (Docker's data, the temp folder): 3.0 GB of 145 GB free, 16,000,000 i-nodes; may be freed: about 14 GB
    - how large the images become is not known before a first run
    1. Free disk, until 20 GB are free, beside what follows: codeql, ghcup, swift, dotnet
    2. Build, 4 at a time, each image loaded as soon as it is there:
       - a:1
    3. Load what Docker has: b:1
    4. Load into:
       Docker's copy goes after a load that did not share its files."
  `)
})
