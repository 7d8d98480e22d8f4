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

/** As many as Docker allows. */
const mostLayers = 127

/** `docker save` and with it two of the ways do not write everything down. */
const isSaved = (way: string): boolean => way === 'stream' || way === 'kind'

describe.each([
  ['overlay2', 'forky'],
  ['overlay2', 'trixie'],
  ['containerd', 'forky'],
  ['containerd', 'trixie'],
] as const)('Docker with %s, nodes of %s', (store, nodeSuite) => {
  const tags = {
    odd: `${uniqueName('odd')}:1`,
    deep: `${uniqueName('deep')}:1`,
    single: `${uniqueName('single')}:1`,
    huge: `${uniqueName('huge')}:1`,
    crossing: `${uniqueName('crossing')}:1`,
  }
  let cluster: Cluster
  let node: string

  beforeAll(async () => {
    useEngine(store)
    execFileSync('bash', ['script/testbed', 'node-image', nodeSuite], { stdio: 'inherit' })
    await buildTestImage(tags.odd, oddDockerfile(), oddFiles)
    await buildDeep(tags.deep, tags.odd, mostLayers)
    await buildSingleFile(tags.single)
    await buildHuge(tags.huge)
    const crossing = 'echo 1 >/etc/one && ln /etc/one /opt/two && ln /etc/one /opt/three'
    await buildTestImage(tags.crossing, `FROM ${baseImage()}\nRUN ${crossing}\n`)
  }, 300_000)
  afterAll(() => docker('rmi', '--force', ...Object.values(tags)))
  beforeEach(async () => {
    cluster = await startCluster(1, ['--image', `slipway-testbed/node:${nodeSuite}`])
    node = cluster.nodes[0] ?? ''
  })
  afterEach(() => cluster.remove())

  /** What Docker shows is the same whatever the way, so it is asked once. */
  const shown = new Map<string, Promise<string>>()
  const inDocker = (tag: string, command: readonly string[]): Promise<string> => {
    const key = [tag, ...command].join('\n')
    const answer = shown.get(key) ?? docker('run', '--rm', '--network=host', tag, ...command)
    shown.set(key, answer)
    return answer
  }

  const expectSame = async (tag: string, command: readonly string[]): Promise<void> => {
    const inPod = await runPod(node, tag, command)
    expect(inPod).not.toBe('')
    expect(inPod, tag).toBe(await inDocker(tag, command))
  }

  test.each(['link', 'copy', 'stream', 'kind'])(
    'by %s, a pod sees what docker run sees',
    async (way) => {
      if (way === 'copy') await moveToTmpfs(node)
      const images = [tags.deep, tags.single]
      const run = await loadInto(cluster, { images: images.join(), 'load-mode': way })
      expect(waysOf(run)).toEqual([way, way])
      await expectSame(tags.deep, isSaved(way) ? coarseDigestCommand : digestCommand)
      await expectSame(tags.single, singleFileDigest)
    },
    120_000,
  )

  // The other two write the 4 GB twice, which takes more than a minute each.
  test.each(['link', 'copy'])(
    'by %s, a file of more than 4 GB',
    async (way) => {
      const run = await loadInto(cluster, { images: tags.huge, 'load-mode': way })
      expect(waysOf(run)).toEqual([way])
      await expectSame(tags.huge, hugeDigest)
    },
    120_000,
  )

  test('a file with names below /etc and elsewhere stays one file', async () => {
    expect(waysOf(await loadInto(cluster, { images: tags.crossing }))).toEqual(['link'])
    await expectSameTree(node, tags.crossing)
  })
})
