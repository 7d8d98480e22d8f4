import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  digestInDocker,
  immutableOf,
  loadInto,
  moveToTmpfs,
  nodesOf,
  snapshotterRoot,
  useEngine,
  warningsOf,
  waysOf,
} from '../support/loading.ts'
import {
  coarseDigestCommand,
  digestCommand,
  oddDockerfile,
  oddFiles,
} from '../support/odd-image.ts'
import { buildLayered } from '../support/one-node.ts'
import { runPod } from '../support/pod.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  buildTestImage,
  type Cluster,
  ctr,
  docker,
  inNode,
  snapshotsOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'
import { isThorough } from '../support/thorough.ts'

/**
 * How layers are read depends on the store, how they are published on the nodes' containerd: what
 * depends on them meets each of both once. The rest is the same whatever they are, and runs with the
 * first pair alone. All with all is for thorough runs.
 */
const pairs = [
  ['overlay2', 'trixie'],
  ['containerd', 'forky'],
  ...(isThorough
    ? ([
        ['overlay2', 'forky'],
        ['containerd', 'trixie'],
      ] as const)
    : []),
] as const

describe.each(pairs)('Docker with %s, nodes of %s', (store, nodeSuite) => {
  let cluster: Cluster
  let node: string
  const odd = `${uniqueName('odd')}:1`
  const isFirst = store === 'overlay2' && nodeSuite === 'trixie'
  /** What a container of Docker's sees of it: all, and as far as `docker save` writes it down. */
  let inDocker: { readonly all: string; readonly saved: string }

  beforeAll(async () => {
    useEngine(store)
    execFileSync('bash', ['script/testbed', 'node-image', nodeSuite], { stdio: 'inherit' })
    await buildTestImage(odd, oddDockerfile(), oddFiles)
    const [all = '', saved = ''] = await Promise.all(
      [digestCommand, coarseDigestCommand].map((command) => digestInDocker(odd, command)),
    )
    inDocker = { all, saved }
    expect([all, saved].join()).toMatch(/^[0-9a-f]{64}.*,[0-9a-f]{64}/)
  }, 300_000)
  afterAll(() => docker('rmi', '--force', odd))
  beforeEach(async () => {
    cluster = await startCluster(1, ['--image', `slipway-testbed/node:${nodeSuite}`])
    node = cluster.nodes[0] ?? ''
  })
  afterEach(() => cluster.remove())

  test('auto links on one filesystem, and a pod sees what docker run sees', async () => {
    const run = await loadInto(cluster, { images: odd })
    expect(warningsOf(run)).toEqual([])
    expect(waysOf(run)).toEqual(['link'])
    expect(await runPod(node, odd, digestCommand)).toBe(inDocker.all)
    const again = await loadInto(cluster, { images: odd })
    expect(waysOf(again)).toEqual(['present'])
    expect(again.outputs['immutable-tags']).toBe(run.outputs['immutable-tags'])
    const byContent = immutableOf(run, odd)
    expect(await runPod(node, byContent, ['cat', '/odd/opaque/new'])).toBe('new')
    // As an older Slipway left it.
    await ctr(node, 'images', 'remove', `docker.io/library/${byContent}`)
    expect(waysOf(await loadInto(cluster, { images: odd }))).toEqual(['present'])
  })

  test('a stream, when it is asked for, sends only what the node lacks', async () => {
    const base = `${uniqueName('base')}:1`
    await docker('tag', baseImage(), base)
    await loadInto(cluster, { images: base })
    const run = await loadInto(cluster, { images: odd, 'load-mode': 'stream' })
    expect(nodesOf(run)).toMatchObject([{ way: 'stream', because: 'load-mode is stream' }])
    expect(nodesOf(run)[0]?.copiedBytes).toBeLessThan(2_000_000)
    expect(await runPod(node, odd, coarseDigestCommand)).toBe(inDocker.saved)
    const again = await loadInto(cluster, { images: odd, 'load-mode': 'stream' })
    expect(waysOf(again)).toEqual(['present'])
    expect(await runPod(node, immutableOf(run, odd), ['cat', '/odd/opaque/new'])).toBe('new')
    await docker('rmi', base)
  })

  // Only this store has layers that have to be unpacked.
  if (store === 'containerd' || isThorough) {
    test('a stream that containerd unpacks, where the node cannot', async () => {
      await inNode(node, 'rm', '/usr/bin/gzip')
      const run = await loadInto(cluster, { images: odd, 'load-mode': 'stream' })
      expect([waysOf(run), warningsOf(run)]).toEqual([['stream'], []])
      expect(await runPod(node, immutableOf(run, odd), ['cat', '/odd/opaque/new'])).toBe('new')
      const again = await loadInto(cluster, { images: odd, 'load-mode': 'stream' })
      expect(waysOf(again)).toEqual(['present'])
    })
  }

  test('kind, when it is asked for', async () => {
    const run = await loadInto(cluster, { images: odd, 'load-mode': 'kind' })
    expect(nodesOf(run)).toMatchObject([{ way: 'kind', because: 'load-mode is kind' }])
    for (const name of [odd, immutableOf(run, odd)])
      expect(await runPod(node, name, ['cat', '/odd/opaque/new'])).toBe('new')
  })

  test('`repo@digest` works in a pod where Docker knows a digest', async () => {
    // Another test may have built the same image under its own name.
    const digests = await docker('image', 'inspect', '--format', '{{join .RepoDigests "\\n"}}', odd)
    const digest =
      digests.split('\n').find((each) => each.startsWith(`${odd.split(':')[0]}@`)) ?? ''
    if (store === 'overlay2') {
      expect(digest).toBe('')
      return
    }
    const inputs = { 'cluster-name': cluster.name, images: digest, 'load-mode': 'kind' }
    // kind cannot name it, so it gets a name for as long as kind loads it.
    expect((await runSlipway(inputs)).exitCode).toBe(0)
    expect(await runPod(node, digest, ['cat', '/odd/opaque/new'])).toBe('new')
    await loadInto(cluster, { images: odd })
    expect(await runPod(node, digest, ['cat', '/odd/opaque/new'])).toBe('new')
    for (const name of [digest, `${odd}@${digest.split('@')[1]}`]) {
      const run = await loadInto(cluster, { images: name })
      expect(immutableOf(run, name)).toMatch(new RegExp(`^${odd.split(':')[0]}:sha-`))
    }
  })

  if (isFirst || isThorough) {
    test('a copy on the same filesystem, when it is asked for', async () => {
      expect(waysOf(await loadInto(cluster, { images: odd, 'load-mode': 'copy' }))).toEqual([
        'copy',
      ])
      expect(await runPod(node, odd, digestCommand)).toBe(inDocker.all)
    })

    test('auto copies to another filesystem', async () => {
      await moveToTmpfs(node)
      const run = await loadInto(cluster, { images: odd })
      expect(warningsOf(run)).toEqual([])
      expect(nodesOf(run)).toMatchObject([{ way: 'copy', because: 'links cannot reach the node' }])
      expect(nodesOf(run)[0]?.copiedBytes).toBeGreaterThan(100_000_000)
      expect(await runPod(node, odd, digestCommand)).toBe(inDocker.all)
    })

    test('a link that is insisted on and cannot be: the probe says why, and nothing is left', async () => {
      await moveToTmpfs(node)
      const before = await snapshotsOf(node)
      const run = await runSlipway({
        'cluster-name': cluster.name,
        images: odd,
        'load-mode': 'link',
      })
      expect(run.exitCode).toBe(1)
      expect(run.log).toMatch(
        /load-mode: link does not work with .*: the probe of link failed: .*Invalid cross-device link.*Use load-mode: auto/,
      )
      expect(await snapshotsOf(node)).toEqual(before)
      expect(await inNode(node, 'ls', snapshotterRoot)).toBe('metadata.db\nsnapshots')
    })

    test('a reflink that is insisted on, on ext4', async () => {
      const run = await runSlipway({
        'cluster-name': cluster.name,
        images: odd,
        'load-mode': 'reflink',
      })
      expect(run.exitCode).toBe(1)
      expect(run.log).toMatch(/the probe of reflink failed: .*Operation not supported/)
    })

    test('a layer that lost its files is found and made whole, though the node lists it', async () => {
      const tag = `${uniqueName('broken')}:1`
      await buildTestImage(
        tag,
        `FROM ${baseImage()}\nRUN mkdir /a && echo 1 >/a/file\nRUN echo 2 >/b\n`,
      )
      await loadInto(cluster, { images: tag })
      const folders = `cd ${snapshotterRoot}/snapshots && for d in */fs; do [ -e $d/a/file ] && rm -rf $d/a; done; true`
      await inNode(node, 'sh', '-c', folders)
      const run = await loadInto(cluster, { images: tag })
      expect(warningsOf(run)).toEqual([expect.stringMatching(/had 1 broken layers of the image/)])
      expect(waysOf(run)).not.toEqual(['present'])
      expect(await runPod(node, tag, ['cat', '/a/file', '/b'])).toBe('1\n2')
      await docker('rmi', '--force', tag)
    })
  }
})

test("an engine that only docker's context knows is reached through the docker command", async () => {
  useEngine('overlay2')
  const [cluster, tag] = [await startCluster(1), await buildLayered('context')]
  const DOCKER_CONFIG = await mkdtemp(join(tmpdir(), 'context-'))
  try {
    const env = { DOCKER_CONFIG, DOCKER_HOST: undefined, DOCKER_CONTEXT: 'far' }
    const host = `host=${process.env['DOCKER_HOST']}`
    const create = ['context', 'create', 'far', '--docker', host]
    execFileSync('docker', create, { env: { PATH: process.env['PATH'], DOCKER_CONFIG } })
    for (const way of ['link', 'present']) {
      const inputs = { images: tag, 'cluster-name': cluster.name }
      const run = await runSlipway(inputs, { env })
      expect(run.exitCode).toBe(0)
      expect(run.orphans).toEqual([])
      expect(waysOf(run)).toEqual([way])
    }
  } finally {
    await rm(DOCKER_CONFIG, { recursive: true })
    await cluster.remove()
    await docker('rmi', '--force', tag)
  }
})

test('where everything of ours fails, kind is tried, and then the first reason is told', async () => {
  useEngine('overlay2')
  const cluster = await startCluster()
  try {
    const [node = ''] = cluster.nodes
    await inNode(node, 'sh', '-c', 'mv $(command -v containerd) /away; kill $(pidof containerd)')
    const run = await runSlipway({
      'cluster-name': cluster.name,
      images: baseImage(),
      'load-mode': 'auto',
    })
    expect(run.exitCode).toBe(1)
    expect(warningsOf(run).join('\n')).toMatch(/so the image is streamed|Trying `kind load`/)
  } finally {
    await cluster.remove()
  }
})
