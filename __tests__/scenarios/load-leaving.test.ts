import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { whilePruning } from '../support/builder-turn.ts'
import { loadInto, snapshotterRoot, useEngine, waysOf } from '../support/loading.ts'
import { runPod } from '../support/pod.ts'
import { buildSingleFile } from '../support/shaped-images.ts'
import {
  buildTestImage,
  type Cluster,
  docker,
  eventually,
  inNode,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'
import { isThorough } from '../support/thorough.ts'

/** The three that hold a linked image's files, and how each of them goes. */
type Holder = 'image' | 'build cache' | 'cluster'

/** With these each holder goes first once, and each is the last once: all that can be left is seen. */
const everyRemainder: readonly (readonly Holder[])[] = [
  ['image', 'build cache', 'cluster'],
  ['build cache', 'cluster', 'image'],
  ['cluster', 'image', 'build cache'],
]

/** The other ways to the same remainders. */
const detours: readonly (readonly Holder[])[] = [
  ['image', 'cluster', 'build cache'],
  ['build cache', 'image', 'cluster'],
  ['cluster', 'build cache', 'image'],
]

const orders = isThorough ? [...everyRemainder, ...detours] : everyRemainder

const inDocker = (tag: string, ...command: readonly string[]): Promise<string> =>
  docker('run', '--rm', '--network=host', tag, ...command)

/** All files that the image has: its one program, and those of its own layers. */
const readTree: readonly string[] = [
  '/busybox',
  'sh',
  '-c',
  `/busybox find /busybox /own -exec /busybox stat -c '%n %F %a %u %g %Y' {} + && /busybox sha256sum /busybox /own/*`,
]

/** An image, its records in the build cache and a cluster that has it linked. */
type Scene = {
  readonly tag: string
  /** Occurs in the steps of this image and in no other's. */
  readonly mark: string
  readonly dockerfile: string
  readonly cluster: Cluster
  readonly node: string
  readonly tree: string
}

const startScene = async (tools: string): Promise<Scene> => {
  const mark = uniqueName('leaving')
  const tag = `${mark}:1`
  // What is random shows whether it comes from the cache.
  const random = `{ echo ${mark} && /busybox head -c 1m /dev/urandom; }`
  const lines = [
    `FROM ${tools}`,
    'SHELL ["/busybox", "sh", "-c"]',
    `RUN /busybox mkdir /own && ${random} >/own/low`,
    `RUN ${random} >/own/top`,
  ]
  const dockerfile = lines.join('\n')
  const [cluster] = await Promise.all([startCluster(), buildTestImage(tag, dockerfile)])
  const [node = ''] = cluster.nodes
  // Of a test that fails half-way; otherwise nothing is left to remove.
  onTestFinished(async () => {
    await Promise.allSettled([cluster.remove(), docker('rmi', '--force', tag)])
  })
  const reading = inDocker(tag, ...readTree)
  expect(waysOf(await loadInto(cluster, { images: tag }))).toEqual(['link'])
  const tree = await reading
  expect(tree).toMatch(/\/own\/low regular file [\s\S]*\n[0-9a-f]{64} {2}\/own\/top$/)
  return { tag, mark, dockerfile, cluster, node, tree }
}

/** Only this image's records go: others use the same builder. */
const ofMark = ({ mark }: Scene): readonly string[] => ['--filter', `description~=${mark}`]

const remove = async (scene: Scene, holder: Holder): Promise<void> => {
  if (holder === 'image') await docker('rmi', scene.tag)
  if (holder === 'cluster') await scene.cluster.remove()
  if (holder === 'build cache') {
    const prune = ['buildx', 'prune', '--force', '--all', ...ofMark(scene)]
    const pruned = await whilePruning(() => docker(...prune))
    expect(pruned).toMatch(/\n.*true/)
    expect(await docker('buildx', 'du', ...ofMark(scene))).not.toContain('true')
  }
}

const expectNames = (names: number, counts: () => Promise<string>): Promise<void> =>
  eventually(`both files have ${names} names`, async () => {
    const text = await counts()
    return text === `${names}\n${names}`
  })

const checkImage = async ({ tag, tree }: Scene, names: number): Promise<void> => {
  const count = ['/busybox', 'stat', '-c', '%h', '/own/low', '/own/top']
  const counting = expectNames(names, () => inDocker(tag, ...count))
  const [found] = await Promise.all([inDocker(tag, ...readTree), counting])
  expect(found).toBe(tree)
}

const checkCluster = async ({ tag, node, tree }: Scene, names: number): Promise<void> => {
  const count = `stat --format %h ${snapshotterRoot}/snapshots/*/fs/own/*`
  const counting = expectNames(names, () => inNode(node, 'sh', '-c', count))
  const [found] = await Promise.all([runPod(node, tag, readTree), counting])
  expect(found).toBe(tree)
}

/** The same build gives the same tree, as it would not without the cache. */
const checkCache = async ({ dockerfile, tree }: Scene): Promise<void> => {
  const tag = `${uniqueName('again')}:1`
  await buildTestImage(tag, dockerfile)
  expect(await inDocker(tag, ...readTree)).toBe(tree)
  await docker('rmi', tag)
}

const checks = { image: checkImage, cluster: checkCluster, 'build cache': checkCache }

describe.each([
  // The image and its build cache are one folder.
  ['overlay2', ['image', 'build cache']],
  // The cache has files of its own.
  ['containerd', ['image']],
] as const)('Docker with %s', (store, folderHolders: readonly Holder[]) => {
  const tools = `${uniqueName('tools')}:1`
  beforeAll(async () => {
    useEngine(store)
    await buildSingleFile(tools)
  })
  afterAll(() => docker('rmi', '--force', tools))

  test.each(orders)(
    'the %s goes, then the %s, then the %s: whoever is left still works',
    async (...order) => {
      const scene = await startScene(tools)
      await Promise.all([checkImage(scene, 2), checkCluster(scene, 2)])
      for (const [index, holder] of order.entries()) {
        await remove(scene, holder)
        const left = order.slice(index + 1)
        const inCluster = left.includes('cluster') ? 1 : 0
        const inFolder = folderHolders.some((one) => left.includes(one)) ? 1 : 0
        for (const one of left) await checks[one](scene, inCluster + inFolder)
      }
    },
  )
})
