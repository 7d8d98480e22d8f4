import { beforeAll, describe, expect, test } from 'vitest'
import { loadInto, nodesOf, useEngine, waysOf } from '../support/loading.ts'
import { buildLayered, useTags } from '../support/one-node.ts'
import { runPod } from '../support/pod.ts'
import { ctr, inNode, startCluster } from '../support/testbed.ts'

useTags()

/** Loads into a fresh node, and returns what the image's name points to there. */
const digestBy = async (tag: string, way: string, missing?: string): Promise<string> => {
  const cluster = await startCluster(1)
  try {
    const [node = ''] = cluster.nodes
    if (missing !== undefined) await inNode(node, 'rm', missing)
    const run = await loadInto(cluster, { images: tag, 'load-mode': way })
    expect(nodesOf(run)).toMatchObject([{ name: node, way }])
    expect(await runPod(node, tag, ['cat', '/layer-5'])).toBe('manifest-5')
    expect(await ctr(node, 'images', 'list', '--quiet')).not.toContain('slipway.invalid')
    expect(waysOf(await loadInto(cluster, { images: tag }))).toEqual(['present'])
    const list = await ctr(node, 'images', 'list', `name==docker.io/library/${tag}`)
    return list.split('\n')[1]?.split(/\s+/)[2] ?? ''
  } finally {
    await cluster.remove()
  }
}

describe.each(['overlay2', 'containerd'] as const)('Docker with %s', (store) => {
  beforeAll(() => useEngine(store))

  test('an image has one manifest, whichever way it came', async () => {
    const tag = await buildLayered('manifest')
    const linked = await digestBy(tag, 'link')
    expect(linked).toMatch(/^sha256:[0-9a-f]{64}$/)
    for (const way of ['copy', 'stream', 'kind']) expect(await digestBy(tag, way)).toBe(linked)
    // Without it, containerd unpacks what the containerd store streams.
    expect(await digestBy(tag, 'stream', '/usr/bin/gzip')).toBe(linked)
  })
})
