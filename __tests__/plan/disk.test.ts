import { expect, test } from 'vitest'
import type { Facts } from '../../src/facts/facts.ts'
import type { MethodChoice, NodePlan } from '../../src/load/plan-method.ts'
import { cannotFit, planDisk } from '../../src/plan/disk.ts'
import { explainShortage, renderFilesystem, renderSum } from '../../src/plan/shortage.ts'
import type { Filesystem } from '../../src/storage/filesystems.ts'
import { disk, foundFacts, nodeNamed, withFree } from '../support/found.ts'
import { targetWith } from '../support/target.ts'

const gb = 1e9
const sizes = { totalBytes: 7 * gb, each: [1 * gb, 6 * gb] }
const node = nodeNamed('kind-worker')
const shared: Filesystem = { ...disk, uses: [...disk.uses, { kind: 'node', name: node.name }] }
const targets = [targetWith('docker.io/acme/api:2'), targetWith('docker.io/acme/ml:2')]
const fromBuilder = targets.map((target) => ({ ...target, output: 'oci-layout' as const }))
const facts: Facts = {
  ...foundFacts,
  targets,
  filesystems: [shared],
  lastSizes: sizes,
  freeable: [],
}
const own: Filesystem = {
  ...disk,
  device: '2',
  path: '/var/lib/containerd',
  uses: [{ kind: 'node', name: node.name }],
}
const withNodes = (freeBytes: number) => ({ filesystems: [{ ...shared, freeBytes }] })
const apart = { filesystems: [disk, own] }

const link: MethodChoice = { kind: 'direct', wanted: 'auto' }
const stream: MethodChoice = { kind: 'stream', because: { kind: 'streaming-failed' } }
const into = (choice: MethodChoice): readonly NodePlan[] => [{ node, choice }]
const neededGb = (change: Partial<Facts>, choice: MethodChoice): readonly number[] =>
  planDisk({ ...facts, ...change }, into(choice), []).sums.map((sum) => sum.neededBytes / gb)

test.each<[string, Partial<Facts>, MethodChoice, readonly number[]]>([
  ['links: the images once', {}, link, [7]],
  ['copies on the same disk: twice', {}, { kind: 'direct', wanted: 'copy' }, [14]],
  ['a stream: twice', {}, stream, [14]],
  [
    'kind: three times, and a tar of the largest',
    {},
    { kind: 'kind', because: { kind: 'streaming-failed' } },
    [27],
  ],
  ['a node with a disk of its own: each once', apart, link, [7, 7]],
  ['a stream into it', apart, stream, [7, 7]],
  [
    'a builder in a container whose images Docker keeps: another copy and a tar',
    { builder: { driver: 'docker-container', isLocal: true } },
    link,
    [20],
  ],
  [
    'a builder somewhere else whose images Docker keeps',
    { builder: { driver: 'remote', isLocal: false } },
    link,
    [7],
  ],
  ['files of another builder: the largest, and a copy', { targets: fromBuilder }, link, [13]],
  ['the same with a disk for the node', { ...apart, targets: fromBuilder }, link, [6, 7]],
  ['nothing known', { lastSizes: undefined }, link, [0]],
])('what is written by %s', (_name, change, choice, expected) => {
  expect(neededGb(change, choice)).toEqual(expected)
})

test('a node that has another version of an image may lack hardly anything', () => {
  const has = (...names: readonly string[]) => ({ nodeImages: new Map([[node.name, names]]) })
  expect(neededGb({ ...apart, ...has() }, stream)).toEqual([7, 7])
  expect(neededGb({ ...apart, ...has('docker.io/acme/ml:1') }, stream)).toEqual([7, 1])
  const both = ['docker.io/acme/api:1', 'docker.io/acme/ml@sha256:1']
  expect(neededGb({ ...apart, ...has(...both) }, stream)).toEqual([7, 0])
})

test('images that are there already cost something only where they are copied', () => {
  const local = { references: [], id: '', sizeBytes: 2 * gb, digestNames: [], architecture: '' }
  const change = { lastSizes: undefined, images: [{ ...local, layers: [] }] }
  expect(neededGb(change, link)).toEqual([0])
  expect(neededGb(change, stream)).toEqual([2])
})

test.each<[string, Partial<Facts>, boolean]>([
  ['1.3 times the images', withFree(1.3 * 7 * gb), false],
  ['a little less than the images: it is tried', withFree(0.96 * 7 * gb), false],
  ['0.9 times the images', withFree(0.9 * 7 * gb), true],
  [
    '0.9 times, and tool chains',
    { ...withFree(0.9 * 7 * gb), freeable: foundFacts.freeable },
    false,
  ],
  [
    '0.9 times, and images that builds may find',
    { ...withFree(0.9 * 7 * gb), reusableBytes: gb },
    false,
  ],
  ['no disk, and nobody knows how large they are', { ...withFree(0), lastSizes: undefined }, false],
])('room of %s', (_name, change, refused) => {
  const plan = planDisk({ ...facts, ...change }, [], [])
  expect(plan.sums.some(cannotFit)).toBe(refused)
  expect(explainShortage(plan, 'auto', []) !== undefined).toBe(refused)
})

test('a refusal shows the sum and says what would help', () => {
  const change = { ...withFree(0.9 * 7 * gb), freeable: foundFacts.freeable.slice(0, 1) }
  const plan = planDisk(
    { ...facts, ...change, lastSizes: { totalBytes: 10 * gb, each: [] } },
    [],
    [],
  )
  const { message, remedy } = explainShortage(plan, 'auto', ['android']) ?? {}
  expect(message).toMatchInlineSnapshot(
    `"The images do not fit on the disk, going by their sizes in the last run: /var/lib/docker (Docker's data, the temp folder): 6.3 GB of 145 GB free, 16,000,000 inodes. Needed: 10 GB (images 10 GB); available: 6.3 GB free + about 1.7 GB reclaimable"`,
  )
  expect(remedy).toMatchInlineSnapshot(
    `"To make them fit: empty free-disk-keep (it protects android); build fewer images in this job (targets), or smaller ones; use a runner with a larger disk. If the images are smaller now, re-run the job: a second attempt only warns."`,
  )
})

test('a builder in a container: its part is counted and named, and refuses nothing', () => {
  const builder = { driver: 'docker-container', isLocal: true }
  const ways = into({ kind: 'kind', because: { kind: 'streaming-failed' } })
  const refuse = (freeGb: number) => {
    const plan = planDisk({ ...facts, builder, ...withNodes(freeGb * gb) }, ways, [])
    return explainShortage(plan, 'auto', [])
  }
  expect(refuse(27)).toBeUndefined()
  const { message, remedy } = refuse(25) ?? {}
  expect(message).toContain(
    "(images 7.0 GB + the builder's copies 7.0 GB + one image's export from the builder 6.0 GB + copies in kind-worker 14 GB + one image's tar 6.0 GB)",
  )
  expect(remedy).toMatch(/keep the nodes on Docker's filesystem.*; use buildx's docker driver/)
})

test('a filesystem in words, with and without inodes', () => {
  expect(renderFilesystem({ ...shared, freeInodes: 812_345 })).toBe(
    "/var/lib/docker (Docker's data, the temp folder, kind-worker): 80 GB of 145 GB free, 812,345 inodes",
  )
  expect(renderFilesystem({ ...own, totalInodes: 0 })).toBe(
    '/var/lib/containerd (kind-worker): 80 GB of 145 GB free',
  )
  const [sum] = planDisk(facts, into(stream), []).sums
  expect(sum && renderSum(sum)).toMatchInlineSnapshot(
    `"/var/lib/docker (Docker's data, the temp folder, kind-worker): 80 GB of 145 GB free, 16,000,000 inodes; needed: 14 GB = images 7.0 GB + copies in kind-worker 7.0 GB"`,
  )
})
