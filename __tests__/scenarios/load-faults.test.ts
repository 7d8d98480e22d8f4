import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectSameTree, loadInto, moveToTmpfs, nodesOf, waysOf } from '../support/loading.ts'
import {
  afterHelperStarts,
  buildLayered,
  buildSlow,
  expectNothingOfOurs,
  useOneNode,
} from '../support/one-node.ts'
import { runPod } from '../support/pod.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  buildTestImage,
  ctr,
  docker,
  imagesOf,
  snapshotsOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

const one = useOneNode()

const loadIntoPaused = async () => {
  const cluster = await startCluster()
  const [node = ''] = cluster.nodes
  const tag = await buildSlow('sleeps')
  const options = afterHelperStarts(node, () => docker('pause', node), 100)
  const run = await runSlipway({ 'cluster-name': cluster.name, images: tag }, options)
  await docker('unpause', node)
  return { cluster, node, tag, run }
}

/** It takes more than a minute to end, in which the other tests have their turn. */
let paused: ReturnType<typeof loadIntoPaused>
beforeAll(() => {
  paused = loadIntoPaused()
  paused.catch(() => {})
})
afterAll(() =>
  paused.then(
    ({ cluster }) => cluster.remove(),
    () => {},
  ),
)

const expectFailure = (run: Run, expected: RegExp): void => {
  expect(run.exitCode).toBe(1)
  const errors = run.annotations.filter(({ level }) => level === 'error')
  expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(expected)])
}

test('a node that is killed while it is loaded: one clear line', async () => {
  const tag = await buildSlow('dies')
  const options = afterHelperStarts(one.node, () => docker('kill', one.node), 100)
  const run = await runSlipway({ 'cluster-name': one.cluster.name, images: tag }, options)
  expectFailure(run, /is not running|not found|No such|connection/)
})

test.each([
  ['space', 'size=40m'],
  ['inodes', 'nr_inodes=2000'],
])(
  "no %s left in the node's filesystem: said so, and nothing half-loaded stays",
  async (_name, limit) => {
    await moveToTmpfs(one.node, limit)
    const before = { snapshots: await snapshotsOf(one.node), images: await imagesOf(one.node) }
    const run = await runSlipway({ 'cluster-name': one.cluster.name, images: baseImage() })
    expectFailure(run, /No space left on device/i)
    await ctr(one.node, 'content', 'prune', 'references')
    expect({ snapshots: await snapshotsOf(one.node), images: await imagesOf(one.node) }).toEqual(
      before,
    )
    await expectNothingOfOurs(one.node)
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
    const run = await loadInto(one.cluster, { images: tag })
    expect(nodesOf(run)[0]).toMatchObject({ way: expect.stringMatching(/stream|copy/) })
    expect(run.log).toMatch(/cannot create hard link .*opt\/popular.*: Too many links/)
    expect(await runPod(one.node, tag, ['cat', '/opt/popular'])).toBe('popular')
    await expectNothingOfOurs(one.node)
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

test('a node that is paused while it is loaded: it ends, with a clear line, and converges', async () => {
  const { cluster, node, tag, run } = await paused
  expectFailure(run, /paused/)
  expect(waysOf(await loadInto(cluster, { images: tag }))).toHaveLength(1)
  expect(await runPod(node, tag, ['cat', '/layer-5'])).toBe('sleeps-5')
  await expectNothingOfOurs(node)
}, 300_000)
