import { expect, test } from 'vitest'
import type { Facts } from '../../src/facts/facts.ts'
import type { RawInputs } from '../../src/inputs/raw-inputs.ts'
import { planSteps } from '../../src/plan/plan.ts'
import { read } from '../support/read.ts'

const facts: Facts = {
  engine: {
    version: '28.5.2',
    driver: 'overlay2',
    driverStatus: {},
    dataRoot: '/var/lib/docker',
    securityOptions: [],
    operatingSystem: 'Debian',
    containerd: undefined,
    hasContainerdStore: false,
  },
  nodes: [],
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

const kinds = (raw: RawInputs, change: Partial<Facts> = {}): readonly string[] =>
  planSteps(read(raw), { ...facts, ...change }).map(({ kind }) => kind)

const build = { context: '.', tags: 'a:1' }

test.each<[string, RawInputs, Partial<Facts>, readonly string[]]>([
  ['a build is loaded', build, {}, ['build', 'load', 'drop-images']],
  ['images are loaded', { images: 'b:1' }, { images: [image] }, ['load', 'drop-images']],
  [
    'both',
    { ...build, images: 'b:1' },
    { images: [image] },
    ['build', 'load', 'load', 'drop-images'],
  ],
  [
    'a full disk is freed first',
    build,
    { freeBytes: 3e9 },
    ['free-disk', 'build', 'load', 'drop-images'],
  ],
  [
    'never means never',
    { ...build, 'free-disk': 'never' },
    { freeBytes: 3e9 },
    ['build', 'load', 'drop-images'],
  ],
  [
    'always does not ask',
    { ...build, 'free-disk': 'always' },
    {},
    ['free-disk', 'build', 'load', 'drop-images'],
  ],
  [
    'loading alone needs no room',
    { images: 'b:1' },
    { images: [image], freeBytes: 3e9 },
    ['load', 'drop-images'],
  ],
  [
    'an unknown disk is left alone',
    build,
    { freeBytes: undefined },
    ['build', 'load', 'drop-images'],
  ],
])('%s', (_name, raw, change, expected) => {
  expect(kinds(raw, change)).toEqual(expected)
})

test.each(['auto', 'always'])('self-hosted runners keep all they have, also with %s', (mode) => {
  const change = { isHostedRunner: false, freeBytes: 1e9 }
  expect(kinds({ ...build, 'free-disk': mode }, change)).toEqual(['build', 'load'])
})

test.each<[string, RawInputs, boolean, boolean]>([
  ['auto drops on hosted runners', {}, true, true],
  ['auto keeps on self-hosted ones', {}, false, false],
  ['true keeps everywhere', { 'keep-images': 'true' }, true, false],
  ['false drops everywhere', { 'keep-images': 'false' }, false, true],
])('images: %s', (_name, raw, isHostedRunner, drops) => {
  expect(kinds({ ...build, ...raw }, { isHostedRunner }).includes('drop-images')).toBe(drops)
})
