import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodesOf, warningsOf, waysOf } from '../support/loading.ts'
import { buildLayered, expectNothingOfOurs, useTags } from '../support/one-node.ts'
import { runPod } from '../support/pod.ts'
import { runSlipway } from '../support/slipway.ts'
import { buildStrictNode } from '../support/strict-node.ts'
import { type Cluster, docker, startNodes } from '../support/testbed.ts'

/** One with all programs, one without Perl, one without crictl, and one whose import is refused. */
const changes = [undefined, { missing: 'perl' }, { missing: 'crictl' }, 'refusing'] as const
let images: readonly string[] = []
let cluster: Cluster
let refusing: Cluster

useTags()
beforeAll(async () => {
  images = await Promise.all(changes.map(buildStrictNode))
  const options = images.map((image) => ['--image', image])
  const clusters = [startNodes(options.slice(0, 3)), startNodes(options.slice(3))]
  ;[cluster, refusing] = (await Promise.all(clusters)) as [Cluster, Cluster]
})
afterAll(async () => {
  await Promise.all([cluster?.remove(), refusing?.remove()])
  await docker('rmi', '--force', ...images)
})

test('nodes whose programs are as strict as real ones get links, also without Perl or crictl', async () => {
  const tag = await buildLayered('strict')
  const inputs = { 'cluster-name': cluster.name, images: tag }
  const run = await runSlipway(inputs)
  expect(warningsOf(run)).toEqual([])
  expect(waysOf(run)).toEqual(['link', 'link', 'link'])
  for (const node of cluster.nodes) await expectNothingOfOurs(node)
  const [, withoutPerl = ''] = cluster.nodes
  expect(await runPod(withoutPerl, tag, ['cat', '/layer-0', '/layer-5'])).toBe('strict-0\nstrict-5')
  expect(waysOf(await runSlipway(inputs))).toEqual(['present', 'present', 'present'])
  const streamed = await runSlipway({
    ...inputs,
    images: await buildLayered('streamed'),
    'load-mode': 'stream',
    nodes: 'worker',
  })
  expect(warningsOf(streamed)).toEqual([])
  expect(waysOf(streamed)).toEqual(['stream', 'stream'])
})

test('what fails unexpectedly asks for a report, and its reason is no warning of a tool', async () => {
  const inputs = { 'cluster-name': refusing.name, images: await buildLayered('refused') }
  const run = await runSlipway(inputs, { expectsUnforeseen: true })
  const [node = ''] = refusing.nodes
  const reason = 'ctr: it was refused'
  expect(nodesOf(run)).toMatchObject([{ name: node, way: 'stream', because: reason }])
  const said = `Linking into ${node} failed unexpectedly: ${reason}. The image was streamed instead: `
  expect(warningsOf(run)).toEqual([expect.stringContaining(said)])
  await expectNothingOfOurs(node)
})
