import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Target } from '../../src/build/target.ts'
import { maskInputs } from '../../src/commands/actions/mask-inputs.ts'
import type { Runner } from '../../src/commands/actions/runner.ts'
import { remark, remarkOnManifests } from '../../src/commands/remarks.ts'
import type { Facts } from '../../src/facts/facts.ts'
import { joinManifests } from '../../src/manifests/workload.ts'
import { foundFacts } from '../support/found.ts'
import { workloadOf } from '../support/manifests.ts'
import { read } from '../support/read.ts'
import { targetWith } from '../support/target.ts'

/** What a runner is told, in order. */
const listen = () => {
  const told: string[] = []
  const tell =
    (what: string) =>
    (text: string): unknown =>
      told.push(`${what} ${text}`)
  const warnings = async () => {}
  const runner = { line: tell('line'), warning: tell('warning'), warnings, mask: tell('mask') }
  return { told, runner: runner as unknown as Runner }
}

const disk = { uses: [{ kind: 'docker' }], totalBytes: 145e9, freeBytes: 20e9, device: '1' }
const facts = {
  ...foundFacts,
  targets: [],
  leftOut: [],
  filesystems: [disk],
  isHostedRunner: true,
  isLocalDaemon: true,
} as unknown as Facts

const pushed = (target: Target): Target => ({
  ...target,
  further: [
    new Map([
      ['type', 'image'],
      ['push', 'true'],
    ]),
  ],
})

test.each([
  ['200GB', ['warning free-disk: 200 GB can never be free: the disk has 145 GB in all.']],
  ['60GB', []],
])('free-disk: %s of a disk with 145 GB', async (size, expected) => {
  const { told, runner } = listen()
  await remark(read({ images: 'a:1', 'free-disk': size }), facts, runner)
  expect(told).toEqual(expected)
})

test('secrets that are plain words are not hidden, and named once', () => {
  const { told, runner } = listen()
  const raw = { context: '.', tags: 'a:1', secrets: 'FLAG=true\nPIN=123\nKEY=hunter2' }
  maskInputs(read(raw), raw, runner)
  expect(told).toEqual([
    'mask hunter2',
    expect.stringMatching(/^warning The log does not mask the secrets FLAG, PIN: /),
  ])
})

test.each([
  ['Schlüssel-größer', ['mask Schlüssel-größer']],
  ['\ufeffSchlüssel', ['mask Schlüssel']],
  ['\ufeffSchlüssel-1\nSchlüssel-2\n', ['mask Schlüssel-1', 'mask Schlüssel-2']],
  ['äöü', [expect.stringMatching(/^warning The log does not mask the secret KEY: /)]],
])('a secret of a file is hidden as programs print it: %j', (content, expected) => {
  const { told, runner } = listen()
  const folder = mkdtempSync(join(tmpdir(), 'slipway-masks-'))
  writeFileSync(join(folder, 'key'), content)
  const raw = { context: '.', tags: 'a:1', 'secret-files': `KEY=${join(folder, 'key')}` }
  maskInputs(read(raw), raw, runner)
  rmSync(folder, { recursive: true })
  expect(told).toEqual(expect.arrayContaining(expected))
})

test.each([
  [{}, 'line Each node pulls what it lacks of db:1: '],
  [
    { 'images-from': 'manifests' },
    'line images-from: the manifests name one image besides: db:1 (k8s/api.yaml:7).',
  ],
])('with %j what pods use from elsewhere is told', async (raw, expected) => {
  const { told, runner } = listen()
  const reference = { given: 'db:1', canonical: 'docker.io/library/db:1' }
  const image = { reference, file: 'k8s/api.yaml', line: 7 }
  const manifests = joinManifests([
    { workloads: [workloadOf([{ image: 'db:1' }])], images: [image] },
  ])
  const isTaken = 'images-from' in raw
  const found = isTaken ? { pulls: [reference], namedImages: [image] } : {}
  const inputs = read({ images: 'a:1', manifests: 'a.yaml', ...raw })
  await remark(inputs, { ...facts, manifests, ...found }, runner)
  expect(told.map((text) => text.slice(0, expected.length))).toEqual([expected])
})

test.each([
  ['built', { targets: [targetWith('ghcr.io/acme/api:dev')] }, 1],
  ['built and pushed', { targets: [pushed(targetWith('ghcr.io/acme/api:dev'))] }, 0],
  ['pulled', { pulls: [{ given: 'a', canonical: 'ghcr.io/acme/api:dev' }] }, 0],
])('of an image that is %s, Knative is told of: %j', async (_, found, count) => {
  const containers = [{ name: 'api', image: 'ghcr.io/acme/api:dev' }]
  const manifests = joinManifests([{ workloads: [workloadOf(containers, { kind: 'Service' })] }])
  const told: unknown[] = []
  const { runner } = listen()
  const log = { ...runner, warnings: async (all: readonly unknown[]) => void told.push(...all) }
  await remarkOnManifests(read({ images: 'a:1' }), { ...facts, manifests, ...found }, log)
  expect(told).toHaveLength(count)
})
