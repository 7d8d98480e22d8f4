import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  expectSameTree,
  loadInto,
  moveToTmpfs,
  nodesOf,
  snapshotterRoot,
  warningsOf,
  waysOf,
} from '../support/loading.ts'
import { runPod } from '../support/pod.ts'
import type { Run, RunOptions } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  buildTestImage,
  type Cluster,
  ctr,
  docker,
  eventually,
  imagesOf,
  inNode,
  snapshotsOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

/** Several small layers on the base image: many steps in a short time. */
const layered = (id: string): string =>
  `FROM ${baseImage()}\n${Array.from({ length: 6 }, (_, i) => `RUN echo ${id}-${i} >/layer-${i}`).join('\n')}\n`

const tags: string[] = []
const buildLayered = async (id: string): Promise<string> => {
  const tag = `${uniqueName('layered')}:1`
  tags.push(tag)
  await buildTestImage(tag, layered(id))
  return tag
}

let cluster: Cluster
let node: string
let empty: readonly string[]

beforeEach(async () => {
  cluster = await startCluster()
  node = cluster.nodes[0] ?? ''
  empty = await snapshotsOf(node)
})
afterEach(() => cluster.remove())
afterAll(() => docker('rmi', '--force', ...tags))

const expectNothingOfOurs = async (): Promise<void> => {
  expect(await inNode(node, 'ls', snapshotterRoot)).toBe('metadata.db\nsnapshots')
  expect((await snapshotsOf(node)).filter((name) => name.startsWith('slipway'))).toEqual([])
}

const removeAndExpectEmpty = async (tag: string): Promise<void> => {
  await inNode(node, 'crictl', 'rmi', tag)
  await eventually('the snapshots go', async () => {
    await ctr(node, 'content', 'prune', 'references')
    return (await snapshotsOf(node)).length === empty.length
  })
}

/** Calls `act` a while after the helper of a run has started. */
const afterHelperStarts = (
  act: (helper: string) => Promise<unknown>,
  delayMs: number,
): Partial<RunOptions> => ({
  onSpawn: (_pid, phase) => {
    if (phase !== 'main') return
    const known = docker('ps', '--quiet', '--no-trunc', '--filter', 'label=dev.slipway.run')
    void (async () => {
      const before = new Set((await known).split('\n'))
      for (let look = 0; look < 200; look += 1) {
        const now = await docker('ps', '--quiet', '--no-trunc', '--filter', 'label=dev.slipway.run')
        const helper = now.split('\n').find((id) => id !== '' && !before.has(id))
        if (helper !== undefined) {
          await new Promise((resolve) => setTimeout(resolve, delayMs))
          await act(helper).catch(() => {})
          return
        }
      }
    })()
  },
})

describe('kill -9 at any moment', () => {
  let tag: string
  beforeAll(async () => {
    tag = await buildLayered('kill')
  })

  test.each([
    ['the helper', 26],
    ['the action', 26],
  ])(
    '%s, at %d moments: the next run converges and nothing leaks',
    async (victim, moments) => {
      let killed = 0
      for (let moment = 0; moment < moments; moment += 1) {
        const delayMs = moment * 25
        let pid = 0
        const options: Partial<RunOptions> =
          victim === 'the helper'
            ? afterHelperStarts((helper) => docker('kill', '--signal=KILL', helper), delayMs)
            : {
                onSpawn: (spawned, phase) => {
                  if (phase !== 'main') return
                  pid = spawned
                  setTimeout(() => {
                    try {
                      process.kill(pid, 'SIGKILL')
                    } catch {
                      // It had ended before its moment came.
                    }
                  }, 150 + delayMs)
                },
              }
        const first = await runSlipway(
          { 'cluster-name': cluster.name, images: tag, 'load-mode': 'link' },
          options,
        )
        if (first.exitCode !== 0) killed += 1
        await first.dispose()
        const second = await loadInto(cluster, { images: tag })
        expect(warningsOf(second)).toEqual([])
        expect(['link', 'present']).toContain(waysOf(second)[0])
        await second.dispose()
        await expectNothingOfOurs()
        if (moment % 10 === 0) {
          expect(await runPod(node, tag, ['cat', '/layer-0', '/layer-5'])).toBe('kill-0\nkill-5')
        }
        await removeAndExpectEmpty(tag)
      }
      expect(killed).toBeGreaterThan(moments / 4)
    },
    600_000,
  )
})

test('two loads into one node at the same moment, 50 rounds', async () => {
  const [one, two] = [await buildLayered('same'), await buildLayered('same')]
  const other = await buildLayered('other')
  for (let round = 0; round < 50; round += 1) {
    const images = round % 2 === 0 ? [one, two] : [one, other]
    const runs = await Promise.all(images.map((tag) => loadInto(cluster, { images: tag })))
    for (const run of runs) {
      expect(warningsOf(run)).toEqual([])
      await run.dispose()
    }
    if (round === 49) expect(await runPod(node, other, ['cat', '/layer-5'])).toBe('other-5')
    for (const tag of new Set(images)) await inNode(node, 'crictl', 'rmi', tag).catch(() => '')
    await ctr(node, 'content', 'prune', 'references')
  }
  await expectNothingOfOurs()
}, 600_000)

const expectFailure = (run: Run, expected: RegExp): void => {
  expect(run.exitCode).toBe(1)
  const errors = run.annotations.filter(({ level }) => level === 'error')
  expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(expected)])
}

test('a node that is killed while it is loaded: one clear line', async () => {
  const tag = await buildLayered('dies')
  const options = afterHelperStarts(() => docker('kill', node), 100)
  const run = await runSlipway({ 'cluster-name': cluster.name, images: tag }, options)
  expectFailure(run, /is not running|not found|No such|connection/)
})

test('a node that is paused while it is loaded: it ends, with a clear line, and converges', async () => {
  const tag = await buildLayered('sleeps')
  const options = afterHelperStarts(() => docker('pause', node), 100)
  const run = await runSlipway({ 'cluster-name': cluster.name, images: tag }, options)
  await docker('unpause', node)
  expectFailure(run, /paused/)
  expect(waysOf(await loadInto(cluster, { images: tag }))).toHaveLength(1)
  expect(await runPod(node, tag, ['cat', '/layer-5'])).toBe('sleeps-5')
  await expectNothingOfOurs()
}, 300_000)

test.each([
  ['space', 'size=40m'],
  ['inodes', 'nr_inodes=2000'],
])(
  "no %s left in the node's filesystem: said so, and nothing half-loaded stays",
  async (_name, limit) => {
    await moveToTmpfs(node, limit)
    const before = { snapshots: await snapshotsOf(node), images: await imagesOf(node) }
    const run = await runSlipway({ 'cluster-name': cluster.name, images: baseImage() })
    expectFailure(run, /No space left on device/i)
    await ctr(node, 'content', 'prune', 'references')
    expect({ snapshots: await snapshotsOf(node), images: await imagesOf(node) }).toEqual(before)
    await expectNothingOfOurs()
  },
)

test('a file with as many links as ext4 allows: the image is not linked, and is the same', async () => {
  const tag = `${uniqueName('popular')}:1`
  await buildTestImage(tag, `FROM ${baseImage()}\nRUN echo popular >/opt/popular\n`)
  const upper = await docker('image', 'inspect', '--format', '{{.GraphDriver.Data.UpperDir}}', tag)
  const layer = upper.replace(/\/diff$/, '')
  const inLayer = (...command: readonly string[]) =>
    docker('run', '--rm', '--network=none', '--volume', `${layer}:/l`, baseImage(), ...command)
  const exhaust =
    'mkdir "/l/links"; for (1..70000) { link("/l/diff/opt/popular", "/l/links/$_") or last } print scalar((stat("/l/diff/opt/popular"))[3])'
  expect(await inLayer('perl', '-e', exhaust)).toBe('65000')
  try {
    const run = await loadInto(cluster, { images: tag })
    expect(nodesOf(run)[0]).toMatchObject({ way: expect.stringMatching(/stream|copy/) })
    expect(run.log).toContain('./opt/popular has too many links already')
    expect(await runPod(node, tag, ['cat', '/opt/popular'])).toBe('popular')
    await expectNothingOfOurs()
  } finally {
    await inLayer('rm', '-rf', '/l/links')
    await docker('rmi', '--force', tag)
  }
})

test('what root does in a pod of one node reaches neither the other node nor Docker', async () => {
  const pair = await startCluster(2)
  try {
    const tag = await buildLayered('safe')
    await loadInto(pair, { images: tag })
    const saved = () =>
      docker(
        'run',
        '--rm',
        '--network=none',
        tag,
        'sh',
        '-c',
        'cat /layer-* | md5sum; stat -c %a /usr/bin/tar',
      )
    const before = await saved()
    const [first = '', second = ''] = pair.nodes
    const mmap = `perl -e 'open my $f, "+<", "/layer-1"; binmode $f; seek $f, 0, 0; print $f "XXXX"'`
    const vandal = `chmod -R 0777 /usr/bin /layer-*; chown -R 7:7 /opt /usr/bin; echo x >>/layer-0; ${mmap}; perl -e 'syscall(188, "/layer-2", "user.x", "y", 1, 0)'; rm -rf /layer-3 /usr/share; echo done`
    expect(await runPod(first, tag, ['sh', '-c', vandal])).toContain('done')
    await expectSameTree(second, tag)
    await expectSameTree(first, tag)
    expect(await saved()).toBe(before)
    await docker('rmi', '--force', tag)
    expect(await runPod(second, tag, ['cat', '/layer-5'])).toBe('safe-5')
  } finally {
    await pair.remove()
  }
})
