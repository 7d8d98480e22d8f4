import { execFileSync } from 'node:child_process'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { expectSameTree, loadInto, moveToTmpfs, useEngine, waysOf } from '../support/loading.ts'
import {
  coarseDigestCommand,
  digestCommand,
  oddDockerfile,
  oddFiles,
} from '../support/odd-image.ts'
import { runPod } from '../support/pod.ts'
import {
  buildDeep,
  buildHuge,
  buildSingleFile,
  hugeDigest,
  singleFileDigest,
} from '../support/shaped-images.ts'
import {
  baseImage,
  buildTestImage,
  type Cluster,
  docker,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'
import { isThorough } from '../support/thorough.ts'

/** As many as Docker allows. */
const mostLayers = 127

/** `docker save` and with it two of the ways do not write everything down. */
const isSaved = (way: string): boolean => way === 'stream' || way === 'kind'

const ways = ['link', 'copy', 'stream', 'kind'] as const

/**
 * How layers are read depends on the store, how they are published on the nodes' containerd; the
 * programs in between are the same in nodes of both suites. So each way meets each store and each
 * suite once, and each store each suite. All sixteen are for thorough runs.
 */
const waysFor = (store: string, nodeSuite: string): readonly string[] => {
  if (isThorough) return ways
  return (store === 'overlay2') === (nodeSuite === 'forky') ? ['link', 'stream'] : ['copy', 'kind']
}

describe.each(['overlay2', 'containerd'] as const)('Docker with %s', (store) => {
  const tags = {
    odd: `${uniqueName('odd')}:1`,
    deep: `${uniqueName('deep')}:1`,
    single: `${uniqueName('single')}:1`,
    huge: `${uniqueName('huge')}:1`,
    crossing: `${uniqueName('crossing')}:1`,
  }

  beforeAll(async () => {
    useEngine(store)
    for (const suite of ['forky', 'trixie'])
      execFileSync('bash', ['script/testbed', 'node-image', suite], { stdio: 'inherit' })
    const crossing = 'echo 1 >/etc/one && ln /etc/one /opt/two && ln /etc/one /opt/three'
    await Promise.all([
      buildTestImage(tags.odd, oddDockerfile(), oddFiles).then(() =>
        buildDeep(tags.deep, tags.odd, mostLayers),
      ),
      buildSingleFile(tags.single),
      buildHuge(tags.huge),
      buildTestImage(tags.crossing, `FROM ${baseImage()}\nRUN ${crossing}\n`),
    ])
  }, 300_000)
  afterAll(() => docker('rmi', '--force', ...Object.values(tags)))

  /** What Docker shows is the same whatever the way, so it is asked once. */
  const shown = new Map<string, Promise<string>>()
  const inDocker = (tag: string, command: readonly string[]): Promise<string> => {
    const key = [tag, ...command].join('\n')
    const answer = shown.get(key) ?? docker('run', '--rm', '--network=host', tag, ...command)
    shown.set(key, answer)
    return answer
  }

  const matrix = ['forky', 'trixie'].flatMap((suite) =>
    waysFor(store, suite).map((way) => [way, suite] as const),
  )

  describe.each(matrix)('by %s into a node of %s', (way, nodeSuite) => {
    let cluster: Cluster
    let node: string
    beforeEach(async () => {
      cluster = await startCluster(1, ['--image', `slipway-testbed/node:${nodeSuite}`])
      node = cluster.nodes[0] ?? ''
    })
    afterEach(() => cluster.remove())

    const load = async (...images: readonly string[]): Promise<void> => {
      const run = await loadInto(cluster, { images: images.join(), 'load-mode': way })
      expect(waysOf(run)).toEqual(images.map(() => way))
    }

    const expectSame = async (tag: string, command: readonly string[]): Promise<void> => {
      const inPod = await runPod(node, tag, command)
      expect(inPod).not.toBe('')
      expect(inPod, tag).toBe(await inDocker(tag, command))
    }

    test('a pod sees what docker run sees', async () => {
      if (way === 'copy') await moveToTmpfs(node)
      await load(tags.deep, tags.single)
      await expectSame(tags.deep, isSaved(way) ? coarseDigestCommand : digestCommand)
      await expectSame(tags.single, singleFileDigest)
    })

    // The other two write the 4 GB twice, which takes more than a minute each.
    if (!isSaved(way)) {
      test('a file of more than 4 GB', async () => {
        await load(tags.huge)
        await expectSame(tags.huge, hugeDigest)
      })
    }

    if (way === 'link') {
      test('a file with names below /etc and elsewhere stays one file', async () => {
        await load(tags.crossing)
        await expectSameTree(node, tags.crossing)
      })
    }
  })
})
