import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeInstalled } from '../support/installed-images.ts'
import { useEngine } from '../support/loading.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  type Cluster,
  docker,
  helpersOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

type Finding = {
  readonly rule: string
  readonly bytes: number
  readonly location?: { readonly file: string; readonly line: number }
  readonly evidence?: string
}

const name = uniqueName('rules')
const devel = `${name}-base:1-devel`
const images = ['sin', 'mended', 'cuda', 'gpu', 'node-sin', 'node-pruned', 'other'] as const
const tagOf = (image: (typeof images)[number]) => `${name}-${image}:1`

let cluster: Cluster
let workspace = ''
let run: Run
let reports: readonly { readonly image: string; readonly findings: readonly Finding[] }[] = []

const findingsOf = (image: (typeof images)[number]): readonly Finding[] =>
  reports.find((each) => each.image === tagOf(image))?.findings ?? []

const bytesOf = (image: (typeof images)[number]): Readonly<Record<string, number>> =>
  Object.fromEntries(findingsOf(image).map(({ rule, bytes }) => [rule, bytes]))

/** What Docker says that all layers have. */
const sizeOf = async (image: (typeof images)[number]): Promise<number> => {
  const format = ['--human=false', '--format', '{{.Size}}']
  const history = await docker('image', 'history', ...format, tagOf(image))
  return history.split('\n').reduce((sum, size) => sum + Number(size), 0)
}

const podOf = (image: (typeof images)[number], resources: string): string =>
  `kind: Pod\napiVersion: v1\nmetadata: { name: ${image} }\nspec: { containers: [{ name: a, image: '${tagOf(image)}', imagePullPolicy: Never, resources: ${resources} }] }\n`

beforeAll(async () => {
  useEngine('overlay2')
  ;[cluster, workspace] = await Promise.all([
    startCluster(),
    mkdtemp(join(tmpdir(), 'slipway-rules-')),
  ])
  await Promise.all([
    writeInstalled(workspace, devel),
    docker('tag', baseImage(), devel),
    writeFile(
      join(workspace, 'pods.yaml'),
      [podOf('cuda', '{}'), podOf('gpu', '{ limits: { nvidia.com/gpu: 1 } }')].join('---\n'),
    ),
  ])
  const builds = [
    `- { context: python, file: python/sin.Dockerfile, tags: '${tagOf('sin')}' }`,
    `- { context: python, file: python/mended.Dockerfile, tags: '${tagOf('mended')}' }`,
    `- { context: python, file: python/cuda.Dockerfile, tags: '${tagOf('cuda')}' }`,
    `- { context: python, file: python/gpu.Dockerfile, tags: '${tagOf('gpu')}' }`,
    `- { context: node, file: node/sin.Dockerfile, tags: '${tagOf('node-sin')}' }`,
    `- { context: node, file: node/pruned.Dockerfile, tags: '${tagOf('node-pruned')}' }`,
    `- { context: other, tags: '${tagOf('other')}' }`,
  ].join('\n')
  const inputs = { 'cluster-name': cluster.name, builds, manifests: 'pods.yaml' }
  run = await runSlipway({ ...inputs, 'image-report': 'auto' }, { github: { workspace } })
  expect([run.exitCode, await helpersOf(run.state)], run.log).toEqual([0, []])
  reports = JSON.parse(run.outputs['image-report'] ?? '[]')
}, 240_000)
afterAll(async () => {
  await run?.dispose()
  await cluster?.remove()
  await docker('rmi', '--force', devel, ...images.map(tagOf))
  await rm(workspace, { recursive: true, force: true })
})

test('what pip left behind is told with what its removal saves', async () => {
  const { 'cuda-orphaned': cuda = 0, 'orphaned-distributions': orphans = 0 } = bytesOf('sin')
  expect(Object.keys(bytesOf('sin')).toSorted()).toEqual([
    'cuda-orphaned',
    'never-imported',
    'orphaned-distributions',
  ])
  expect(bytesOf('mended')).toEqual({})
  const saved = (await sizeOf('sin')) - (await sizeOf('mended'))
  // The programs differ by a word.
  expect(Math.abs(cuda + orphans - saved)).toBeLessThan(100)
  expect(findingsOf('sin')[0]?.location).toEqual({ file: 'python/sin.Dockerfile', line: 3 })
})

test('CUDA is of no use where the manifests say so', () => {
  expect(Object.keys(bytesOf('cuda'))).toEqual(['cuda-unused'])
  expect(bytesOf('cuda')['cuda-unused']).toBeGreaterThan(27_000_000)
  expect(bytesOf('gpu')).toEqual({})
})

test("npm's development packages are told with what `npm prune` saves", async () => {
  const { 'node-dev-packages': dev = 0, ...others } = bytesOf('node-sin')
  expect([others, bytesOf('node-pruned')]).toEqual([{}, {}])
  const saved = (await sizeOf('node-sin')) - (await sizeOf('node-pruned'))
  expect(dev).toBeGreaterThan(1_500_000)
  // npm's lists get shorter, too.
  expect(saved - dev).toBeGreaterThanOrEqual(0)
  expect(saved - dev).toBeLessThan(1_000)
})

test('how the image begins, what was sent for it, and who may use its files', () => {
  const lines = findingsOf('other').map(({ rule, location }) => [rule, location?.line])
  expect(new Map(lines as [string, number][])).toEqual(
    new Map([
      ['readable-key', 4],
      ['git-folder', 2],
      ['single-stage', 3],
      ['build-base', 1],
      ['large-context', 2],
      ['writable-by-all', 4],
    ]),
  )
  const context = findingsOf('other').find(({ rule }) => rule === 'large-context')
  expect(context?.evidence).toMatch(
    /^BuildKit was sent 101 MB; not needed: \.git 101 MB; lines for other\/\.dockerignore: \.git$/,
  )
  expect(run.log).not.toContain('of no use\n')
})
