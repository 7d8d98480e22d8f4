import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { eventually } from './eventually.ts'
import { snapshotterRoot } from './loading.ts'
import type { RunOptions } from './runner/types.ts'
import { buildSingleFile } from './shaped-images.ts'
import {
  baseImage,
  buildTestImage,
  type Cluster,
  ctr,
  docker,
  imagesOf,
  inNode,
  snapshotsOf,
  startCluster,
  uniqueName,
} from './testbed.ts'

/** A fresh cluster of one node for each test of a file, and what it had at first. */
export type OneNode = { cluster: Cluster; node: string; empty: readonly string[] }

const noCluster: Cluster = { name: '', nodes: [], remove: async () => {} }

const tags: string[] = []
let tools: Promise<string> | undefined

/** Removes the images that are built here, after all tests of the calling suite. */
export const useTags = (): void =>
  afterAll(async () => {
    tools = undefined
    const built = tags.splice(0)
    if (built.length > 0) await docker('rmi', '--force', ...built)
  })

/** Gives every test of the calling file a node of its own. */
export const useOneNode = (): OneNode => {
  const fixture: OneNode = { cluster: noCluster, node: '', empty: [] }
  beforeEach(async () => {
    fixture.cluster = await startCluster()
    fixture.node = fixture.cluster.nodes[0] ?? ''
    fixture.empty = await snapshotsOf(fixture.node)
  })
  afterEach(() => fixture.cluster.remove().catch(() => {}))
  useTags()
  return fixture
}

/** Takes all images out of a node but its own, with their snapshots. */
const emptyNode = async ({ node, empty }: OneNode, own: readonly string[]): Promise<void> => {
  const remove = `ctr -n k8s.io images ls -q | grep -vxF "$1" | xargs -r ctr -n k8s.io images rm --sync`
  await inNode(node, 'sh', '-c', remove, 'sh', own.join('\n'))
  await eventually('the snapshots go', async () => {
    if ((await snapshotsOf(node)).length <= empty.length) return true
    await ctr(node, 'content', 'prune', 'references')
    return false
  })
}

/**
 * Gives the tests of the calling suite one node.
 *
 * @param image the node's; called when the suite begins
 */
export const useSuiteNode = (image?: () => Promise<string>): OneNode => {
  const fixture: OneNode = { cluster: noCluster, node: '', empty: [] }
  beforeAll(async () => {
    fixture.cluster = await startCluster(1, image ? ['--image', await image()] : [])
    fixture.node = fixture.cluster.nodes[0] ?? ''
    fixture.empty = await snapshotsOf(fixture.node)
  })
  afterAll(() => fixture.cluster.remove())
  return fixture
}

/** The same, and it is empty again for each of them. */
export const useSharedNode = (image?: () => Promise<string>): OneNode => {
  const fixture = useSuiteNode(image)
  let own: readonly string[] = []
  beforeAll(async () => {
    own = await imagesOf(fixture.node)
  })
  afterEach(() => emptyNode(fixture, own))
  return fixture
}

/** Several small layers on the base image: many steps in a short time. */
export const buildLayered = async (id: string): Promise<string> => {
  const tag = `${uniqueName('layered')}:1`
  tags.push(tag)
  const steps = Array.from({ length: 6 }, (_, i) => `RUN echo ${id}-${i} >/layer-${i}`)
  await buildTestImage(tag, `FROM ${baseImage()}\n${steps.join('\n')}\n`)
  return tag
}

const buildTools = async (): Promise<string> => {
  const tag = `${uniqueName('tools')}:1`
  tags.push(tag)
  await buildSingleFile(tag)
  return tag
}

/** The same on one program alone, so that there is little to link, to compare and to send. */
export const buildLight = async (id: string): Promise<string> => {
  const tag = `${uniqueName('light')}:1`
  tags.push(tag)
  tools ??= buildTools()
  const steps = Array.from({ length: 6 }, (_, i) => `RUN echo ${id}-${i} >/layer-${i}`)
  const lines = [`FROM ${await tools}`, 'SHELL ["/busybox", "sh", "-c"]', ...steps]
  await buildTestImage(tag, `${lines.join('\n')}\n`)
  return tag
}

/** Reads files in a container of such an image. */
export const catLight = (...files: readonly string[]): readonly string[] => [
  '/busybox',
  'cat',
  ...files,
]

/** Small layers, and one that takes a second or more: time enough to stop a load in between. */
export const buildSlow = async (id: string): Promise<string> => {
  const tag = `${uniqueName('slow')}:1`
  tags.push(tag)
  const many = 'mkdir /many && cd /many && seq 60000 | xargs touch'
  await buildTestImage(tag, `FROM ${await buildLayered(id)}\nRUN ${many}\n`)
  return tag
}

/**
 * No folder, no snapshot, and the lock is free; a helper may need a moment to end. One exec for all
 * questions: each takes longer than they do.
 */
export const expectNothingOfOurs = async (node: string): Promise<void> => {
  const look =
    'flock --wait 30 "$1/snapshots" true && ls "$1" && ctr --namespace=k8s.io snapshots list | grep -o "^slipway[^ ]*" || true'
  expect(await inNode(node, 'sh', '-c', look, 'sh', snapshotterRoot)).toBe('metadata.db\nsnapshots')
}

/** Removes an image as CRI does and expects that every snapshot goes with it. */
export const removeAndExpectEmpty = async (
  { node, empty }: OneNode,
  tag: string,
): Promise<void> => {
  const collect = 'crictl rmi "$1" && ctr --namespace=k8s.io content prune references'
  await inNode(node, 'sh', '-c', collect, 'sh', tag)
  await eventually('the snapshots go', async () => {
    if ((await snapshotsOf(node)).length === empty.length) return true
    await ctr(node, 'content', 'prune', 'references')
    return false
  })
}

/** Calls `act` a while after the helper of a run that loads into this node has started. */
export const afterHelperStarts = (
  node: string,
  act: (helper: string) => Promise<unknown>,
  delayMs: number,
): Partial<RunOptions> => {
  // Main may take its time until it has a helper; the next run's is none of ours.
  let isOver = false
  return {
    onSpawn: (_pid, phase) => {
      if (phase !== 'main') return
      const filter = `label=dev.slipway.node=${node}`
      const look = (): Promise<string> => docker('ps', '--quiet', '--no-trunc', '--filter', filter)
      void (async () => {
        while (!isOver) {
          const helper = (await look().catch(() => '')).split('\n')[0]
          if (helper) {
            await new Promise((resolve) => setTimeout(resolve, delayMs))
            await act(helper).catch(() => {})
            return
          }
        }
      })()
    },
    onEnd: () => {
      isOver = true
    },
  }
}
