import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadInto, moveToTmpfs, useEngine, waysOf } from '../support/loading.ts'
import { useSharedNode } from '../support/one-node.ts'
import { buildHeavy } from '../support/shaped-images.ts'
import { docker, inNode, uniqueName } from '../support/testbed.ts'

const [layers, megabytes] = [3, 40]

/** Looks every few milliseconds at what the filesystem of the node's containerd holds. */
const sampler = `most=0
while [ ! -e /run/enough ]; do
  read -r blocks free size < <(stat --file-system --format '%b %f %S' /var/lib/containerd)
  used=$(((blocks - free) * size))
  ((first = first == 0 ? used : first, most = used > most ? used : most))
  touch /run/looking
  sleep 0.01
done
echo $((most - first))`

/** By how many bytes the filesystem of the node's containerd grew at most while something was done. */
const peakOf = async (node: string, act: () => Promise<unknown>): Promise<number> => {
  await inNode(node, 'rm', '-f', '/run/looking', '/run/enough')
  const sampling = inNode(node, 'bash', '-c', sampler)
  await inNode(node, 'sh', '-c', 'until [ -e /run/looking ]; do sleep 0.01; done')
  await act().finally(() => inNode(node, 'touch', '/run/enough'))
  return Number(await sampling)
}

describe.each(['overlay2', 'containerd'] as const)('Docker with %s', (store) => {
  const tag = `${uniqueName('heavy')}:1`
  beforeAll(() => useEngine(store))
  const one = useSharedNode()
  beforeAll(() => Promise.all([buildHeavy(tag, layers, megabytes), moveToTmpfs(one.node)]))
  afterAll(() => docker('rmi', '--force', tag))

  test.each(['copy', 'stream'])('%s takes hardly more disk than the image is big', async (way) => {
    const peak = await peakOf(one.node, async () => {
      const run = await loadInto(one.cluster, { images: tag, 'load-mode': way })
      expect(waysOf(run)).toEqual([way])
    })
    const size = layers * megabytes * 1024 * 1024
    expect(peak / size).toBeGreaterThan(1)
    expect(peak / size).toBeLessThanOrEqual(1.05)
  })
})
