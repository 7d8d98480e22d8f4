import { expect, test } from 'vitest'
import { toOwnTarget } from '../../src/build/target.ts'
import type { Engine, Facts } from '../../src/facts/facts.ts'
import type { RawInputs } from '../../src/inputs/raw-inputs.ts'
import { planSteps } from '../../src/plan/plan.ts'
import { renderPlan } from '../../src/plan/render.ts'
import { read } from '../support/read.ts'

const facts: Facts = {
  engine: {
    version: '28.5.2',
    driver: 'overlay2',
    driverStatus: {},
    dataRoot: '/var/lib/docker',
    cores: 4,
    memoryBytes: 16e9,
    securityOptions: [],
    operatingSystem: 'Debian',
    containerd: undefined,
    hasContainerdStore: false,
  },
  nodes: [],
  targets: [],
  images: [],
  freeBytes: 80e9,
  isHostedRunner: true,
  lastSizeBytes: undefined,
}
const image = {
  references: [],
  id: '',
  sizeBytes: 1,
  digestNames: [],
  architecture: 'amd64',
  layers: [],
}

const stepsOf = (raw: RawInputs, change: Partial<Facts> = {}) => {
  const inputs = read(raw)
  const targets = inputs.build === undefined ? [] : [toOwnTarget(inputs.build)]
  return planSteps(inputs, { ...facts, targets, ...change })
}

const kinds = (raw: RawInputs, change: Partial<Facts> = {}): readonly string[] =>
  stepsOf(raw, change).map(({ kind }) => kind)

const build = { context: '.', tags: 'a:1' }

test.each<[string, RawInputs, Partial<Facts>, readonly string[]]>([
  ['a build is loaded', build, {}, ['make', 'drop-images']],
  ['images are loaded', { images: 'b:1' }, { images: [image] }, ['make', 'drop-images']],
  ['both', { ...build, images: 'b:1' }, { images: [image] }, ['make', 'drop-images']],
  ['a full disk is freed first', build, { freeBytes: 3e9 }, ['free-disk', 'make', 'drop-images']],
  [
    'never means never',
    { ...build, 'free-disk': 'never' },
    { freeBytes: 3e9 },
    ['make', 'drop-images'],
  ],
  [
    'always does not ask',
    { ...build, 'free-disk': 'always' },
    {},
    ['free-disk', 'make', 'drop-images'],
  ],
  [
    'loading alone needs no room',
    { images: 'b:1' },
    { images: [image], freeBytes: 3e9 },
    ['make', 'drop-images'],
  ],
  ['an unknown disk is left alone', build, { freeBytes: undefined }, ['make', 'drop-images']],
])('%s', (_name, raw, change, expected) => {
  expect(kinds(raw, change)).toEqual(expected)
})

test.each(['auto', 'always'])('self-hosted runners keep all they have, also with %s', (mode) => {
  const change = { isHostedRunner: false, freeBytes: 1e9 }
  expect(kinds({ ...build, 'free-disk': mode }, change)).toEqual(['make'])
})

test.each<[string, RawInputs, boolean, boolean]>([
  ['auto drops on hosted runners', {}, true, true],
  ['auto keeps on self-hosted ones', {}, false, false],
  ['true keeps everywhere', { 'keep-images': 'true' }, true, false],
  ['false drops everywhere', { 'keep-images': 'false' }, false, true],
])('images: %s', (_name, raw, isHostedRunner, drops) => {
  expect(kinds({ ...build, ...raw }, { isHostedRunner }).includes('drop-images')).toBe(drops)
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
  expect(renderPlan(stepsOf(raw, { images: [local], freeBytes: 3e9 }))).toMatchInlineSnapshot()
})
