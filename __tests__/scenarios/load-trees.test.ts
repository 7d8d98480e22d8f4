import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadInto, moveToTmpfs, useEngine, waysOf } from '../support/loading.ts'
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
  provideNodeImage,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'
import { isThorough } from '../support/thorough.ts'

/** As many as Docker allows. */
const mostLayers = 127

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

/**
 * So many layers are one long list of folders to link and to mount, from either store, and one long stream.
 * A copy reads and mounts as a link does, and what kind makes of them is its own.
 */
const isDeep = (store: string, way: string): boolean =>
  isThorough || way === 'link' || (way === 'stream' && store === 'containerd')

/** The containerd store packs the 4 GB and unpacks them, for the same folder of files in the end. */
const hasHuge = (store: string): boolean => isThorough || store === 'overlay2'

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
    const crossing = 'echo 1 >/etc/one && ln /etc/one /opt/two && ln /etc/one /opt/three'
    await Promise.all([
      ...['forky', 'trixie'].map((suite) => provideNodeImage(suite)),
      buildTestImage(tags.odd, oddDockerfile(), oddFiles).then(() =>
        buildDeep(tags.deep, tags.odd, mostLayers),
      ),
      buildSingleFile(tags.single),
      ...(hasHuge(store) ? [buildHuge(tags.huge)] : []),
      buildTestImage(tags.crossing, `FROM ${baseImage()}\nRUN ${crossing}\n`),
    ])
  })
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
    const tree = isDeep(store, way) ? tags.deep : tags.odd
    const isFolders = way === 'link' || way === 'copy'
    // The other two write the 4 GB twice, which takes more than a minute each.
    const isHuge = isFolders && hasHuge(store)
    const images = [
      tree,
      tags.single,
      ...(isHuge ? [tags.huge] : []),
      ...(way === 'link' ? [tags.crossing] : []),
    ]
    let cluster: Cluster
    let node: string
    beforeAll(async () => {
      cluster = await startCluster(1, ['--image', `slipway-testbed/node:${nodeSuite}`])
      node = cluster.nodes[0] ?? ''
      if (way === 'copy') await moveToTmpfs(node, 'size=6g')
      const run = await loadInto(cluster, { images: images.join(), 'load-mode': way })
      expect(waysOf(run)).toEqual(images.map(() => way))
    })
    afterAll(() => cluster?.remove())

    const expectSame = async (tag: string, command: readonly string[]): Promise<void> => {
      const [inPod, theirs] = await Promise.all([
        runPod(node, tag, command),
        inDocker(tag, command),
      ])
      expect(inPod).not.toBe('')
      expect(inPod, tag).toBe(theirs)
    }

    test('a pod sees what docker run sees', async () => {
      await expectSame(tree, isFolders ? digestCommand : coarseDigestCommand)
      await expectSame(tags.single, singleFileDigest)
    })

    if (isHuge) {
      test('a file of more than 4 GB', () => expectSame(tags.huge, hugeDigest))
    }

    if (way === 'link') {
      test('a file with names below /etc and elsewhere stays one file', () =>
        expectSame(tags.crossing, digestCommand))
    }
  })
})
