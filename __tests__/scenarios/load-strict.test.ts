import { afterAll, beforeAll, expect, test } from 'vitest'
import { warningsOf, waysOf } from '../support/loading.ts'
import { runSlipway } from '../support/slipway.ts'
import { buildStrictNode } from '../support/strict-node.ts'
import {
  baseImage,
  buildTestImage,
  type Cluster,
  docker,
  startNodes,
  uniqueName,
} from '../support/testbed.ts'

/** What one of the nodes lacks each. The programs that are there are as strict as real ones. */
const missing = [undefined, 'perl', 'crictl']
const tag = `${uniqueName('strict')}:1`
let images: readonly string[] = []
let cluster: Cluster

beforeAll(async () => {
  await buildTestImage(tag, `FROM ${baseImage()}\nRUN echo ${tag} >/file\n`)
  images = await Promise.all(missing.map(buildStrictNode))
  cluster = await startNodes(images.map((image) => ['--image', image]))
})
afterAll(async () => {
  await cluster?.remove()
  await docker('rmi', '--force', tag, ...images)
})

test('nodes whose programs are as strict as real ones get links, also without Perl or crictl', async () => {
  const inputs = { 'cluster-name': cluster.name, images: tag }
  const run = await runSlipway(inputs)
  expect(warningsOf(run)).toEqual([])
  expect(waysOf(run)).toEqual(['link', 'link', 'link'])
  expect(waysOf(await runSlipway(inputs))).toEqual(['present', 'present', 'present'])
})

test('streaming into them works, too', async () => {
  await buildTestImage(tag, `FROM ${baseImage()}\nRUN echo streamed >/file\n`)
  const run = await runSlipway({ 'cluster-name': cluster.name, images: tag, 'load-mode': 'stream' })
  expect(warningsOf(run)).toEqual([])
  expect(waysOf(run)).toEqual(['stream', 'stream', 'stream'])
})
