import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { loadInto, nodesOf, useEngine, waysOf } from '../support/loading.ts'
import { buildLight, catLight, useSharedNode, useTags } from '../support/one-node.ts'
import { runPod } from '../support/pod.ts'
import { ctr, inNode } from '../support/testbed.ts'

const ways = ['link', 'copy', 'stream', 'kind']

/** Of what the containerd store streams, containerd itself unpacks what the node cannot. */
const hideGzip = async (node: string): Promise<void> => {
  await inNode(node, 'mv', '/usr/bin/gzip', '/away')
  onTestFinished(async () => {
    await inNode(node, 'mv', '/away', '/usr/bin/gzip')
  })
}

describe.each([
  ['overlay2', ways],
  ['containerd', [...ways, 'stream where containerd unpacks']],
] as const)('Docker with %s', (store, waysOfStore: readonly string[]) => {
  let tag: string
  const digests = new Set<string>()

  beforeAll(() => useEngine(store))
  const one = useSharedNode()
  useTags()
  beforeAll(async () => {
    tag = await buildLight('manifest')
  })

  test.each(waysOfStore)('an image has one manifest, whichever way it came: %s', async (name) => {
    const way = name.split(' ')[0] ?? ''
    if (name !== way) await hideGzip(one.node)
    const run = await loadInto(one.cluster, { images: tag, 'load-mode': way })
    expect(nodesOf(run)).toMatchObject([{ name: one.node, way }])
    expect(await runPod(one.node, tag, catLight('/layer-5'))).toBe('manifest-5')
    expect(await ctr(one.node, 'images', 'list', '--quiet')).not.toContain('slipway.invalid')
    expect(waysOf(await loadInto(one.cluster, { images: tag }))).toEqual(['present'])
    const list = await ctr(one.node, 'images', 'list', `name==docker.io/library/${tag}`)
    const digest = list.split('\n')[1]?.split(/\s+/)[2] ?? ''
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect([...digests.add(digest)]).toEqual([digest])
  })
})
