import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
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
import { buildLayered, useSharedNode, useTags } from '../support/one-node.ts'
import { runPod } from '../support/pod.ts'
import { buildSingleFile } from '../support/shaped-images.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  buildTestImage,
  ctr,
  docker,
  inNode,
  provideNodeImage,
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

/** An image of a few kilobytes beside its one program, with a folder that hides what was in it. */
const buildSmall = async (tag: string): Promise<void> => {
  const tools = `${uniqueName('tools')}:1`
  await buildSingleFile(tools)
  const lines = [
    `FROM ${tools}`,
    'SHELL ["/busybox", "sh", "-c"]',
    'RUN /busybox mkdir /opaque && echo old >/opaque/old',
    'RUN /busybox rm -r /opaque && /busybox mkdir /opaque && echo new >/opaque/new',
  ]
  await buildTestImage(tag, lines.join('\n'))
  await docker('rmi', tools)
}

describe.each(pairs)('Docker with %s, nodes of %s', (store, nodeSuite) => {
  const odd = `${uniqueName('odd')}:1`
  /** For what depends on no file: it is quickly sent. */
  const small = `${uniqueName('small')}:1`
  const readSmall = ['/busybox', 'cat', '/opaque/new']
  const isFirst = store === 'overlay2' && nodeSuite === 'trixie'
  /** What a container of Docker's sees of it: all, and as far as `docker save` writes it down. */
  let inDocker: { readonly all: string; readonly saved: string }

  useTags()
  // Before the node, which comes from there.
  beforeAll(() => useEngine(store))
  const one = useSharedNode(() => provideNodeImage(nodeSuite))
  beforeAll(async () => {
    const building = buildSmall(small)
    await buildTestImage(odd, oddDockerfile(), oddFiles)
    const [all = '', saved = ''] = await Promise.all(
      [digestCommand, coarseDigestCommand].map((command) => digestInDocker(odd, command)),
    )
    inDocker = { all, saved }
    expect([all, saved].join()).toMatch(/^[0-9a-f]{64}.*,[0-9a-f]{64}/)
    await building
  }, 300_000)
  afterAll(() => docker('rmi', '--force', odd, small))

  test('auto links on one filesystem, and a pod sees what docker run sees', async () => {
    const run = await loadInto(one.cluster, { images: odd })
    expect(warningsOf(run)).toEqual([])
    expect(waysOf(run)).toEqual(['link'])
    expect(await runPod(one.node, odd, digestCommand)).toBe(inDocker.all)
    const again = await loadInto(one.cluster, { images: odd })
    expect(waysOf(again)).toEqual(['present'])
    expect(again.outputs['immutable-tags']).toBe(run.outputs['immutable-tags'])
    const byContent = immutableOf(run, odd)
    expect(await runPod(one.node, byContent, ['cat', '/odd/opaque/new'])).toBe('new')
    // As an older Slipway left it.
    await ctr(one.node, 'images', 'remove', `docker.io/library/${byContent}`)
    expect(waysOf(await loadInto(one.cluster, { images: odd }))).toEqual(['present'])
  })

  test('a stream, when it is asked for, sends only what the node lacks', async () => {
    const base = `${uniqueName('base')}:1`
    await docker('tag', baseImage(), base)
    await loadInto(one.cluster, { images: base })
    const run = await loadInto(one.cluster, { images: odd, 'load-mode': 'stream' })
    expect(nodesOf(run)).toMatchObject([{ way: 'stream', because: 'load-mode is stream' }])
    expect(nodesOf(run)[0]?.copiedBytes).toBeLessThan(2_000_000)
    expect(await runPod(one.node, odd, coarseDigestCommand)).toBe(inDocker.saved)
    const again = await loadInto(one.cluster, { images: odd, 'load-mode': 'stream' })
    expect(waysOf(again)).toEqual(['present'])
    expect(await runPod(one.node, immutableOf(run, odd), ['cat', '/odd/opaque/new'])).toBe('new')
    await docker('rmi', base)
  })

  // Only this store has layers that have to be unpacked.
  if (store === 'containerd' || isThorough) {
    test('a stream that containerd unpacks, where the node cannot', async () => {
      await inNode(one.node, 'mv', '/usr/bin/gzip', '/away')
      onTestFinished(async () => {
        await inNode(one.node, 'mv', '/away', '/usr/bin/gzip')
      })
      const run = await loadInto(one.cluster, { images: small, 'load-mode': 'stream' })
      expect([waysOf(run), warningsOf(run)]).toEqual([['stream'], []])
      expect(await runPod(one.node, immutableOf(run, small), readSmall)).toBe('new')
      const again = await loadInto(one.cluster, { images: small, 'load-mode': 'stream' })
      expect(waysOf(again)).toEqual(['present'])
    })
  }

  test('kind, when it is asked for', async () => {
    const run = await loadInto(one.cluster, { images: small, 'load-mode': 'kind' })
    expect(nodesOf(run)).toMatchObject([{ way: 'kind', because: 'load-mode is kind' }])
    for (const name of [small, immutableOf(run, small)])
      expect(await runPod(one.node, name, readSmall)).toBe('new')
  })

  test('`repo@digest` works in a pod where Docker knows a digest', async () => {
    // Another test may have built the same image under its own name.
    const digests = await docker(
      'image',
      'inspect',
      '--format',
      '{{join .RepoDigests "\\n"}}',
      small,
    )
    const digest =
      digests.split('\n').find((each) => each.startsWith(`${small.split(':')[0]}@`)) ?? ''
    if (store === 'overlay2') {
      expect(digest).toBe('')
      return
    }
    const inputs = { 'cluster-name': one.cluster.name, images: digest, 'load-mode': 'kind' }
    // kind cannot name it, so it gets a name for as long as kind loads it.
    expect((await runSlipway(inputs)).exitCode).toBe(0)
    expect(await runPod(one.node, digest, readSmall)).toBe('new')
    await loadInto(one.cluster, { images: small })
    expect(await runPod(one.node, digest, readSmall)).toBe('new')
    for (const name of [digest, `${small}@${digest.split('@')[1]}`]) {
      const run = await loadInto(one.cluster, { images: name })
      expect(immutableOf(run, name)).toMatch(new RegExp(`^${small.split(':')[0]}:sha-`))
    }
  })

  if (isFirst || isThorough) {
    test('a copy on the same filesystem, when it is asked for', async () => {
      expect(waysOf(await loadInto(one.cluster, { images: odd, 'load-mode': 'copy' }))).toEqual([
        'copy',
      ])
      expect(await runPod(one.node, odd, digestCommand)).toBe(inDocker.all)
    })

    test('a reflink that is insisted on, on ext4', async () => {
      const run = await runSlipway({
        'cluster-name': one.cluster.name,
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
      await loadInto(one.cluster, { images: tag })
      const folders = `cd ${snapshotterRoot}/snapshots && for d in */fs; do [ -e $d/a/file ] && rm -rf $d/a; done; true`
      await inNode(one.node, 'sh', '-c', folders)
      const run = await loadInto(one.cluster, { images: tag })
      expect(warningsOf(run)).toEqual([expect.stringMatching(/had 1 broken layers of the image/)])
      expect(waysOf(run)).not.toEqual(['present'])
      expect(await runPod(one.node, tag, ['cat', '/a/file', '/b'])).toBe('1\n2')
      await docker('rmi', '--force', tag)
    })

    test("an engine that only docker's context knows is reached through the docker command", async () => {
      const tag = await buildLayered('context')
      const DOCKER_CONFIG = await mkdtemp(join(tmpdir(), 'context-'))
      try {
        const env = { DOCKER_CONFIG, DOCKER_HOST: undefined, DOCKER_CONTEXT: 'far' }
        const host = `host=${process.env['DOCKER_HOST']}`
        const create = ['context', 'create', 'far', '--docker', host]
        execFileSync('docker', create, { env: { PATH: process.env['PATH'], DOCKER_CONFIG } })
        for (const way of ['link', 'present']) {
          const inputs = { images: tag, 'cluster-name': one.cluster.name }
          const run = await runSlipway(inputs, { env })
          expect(run.exitCode).toBe(0)
          expect(run.orphans).toEqual([])
          expect(waysOf(run)).toEqual([way])
        }
      } finally {
        await rm(DOCKER_CONFIG, { recursive: true })
      }
    })

    describe('a node with another filesystem', () => {
      beforeAll(() => moveToTmpfs(one.node))

      test('auto copies to another filesystem', async () => {
        const run = await loadInto(one.cluster, { images: odd })
        expect(warningsOf(run)).toEqual([])
        expect(nodesOf(run)).toMatchObject([
          { way: 'copy', because: 'links cannot reach the node' },
        ])
        expect(nodesOf(run)[0]?.copiedBytes).toBeGreaterThan(100_000_000)
        expect(await runPod(one.node, odd, digestCommand)).toBe(inDocker.all)
      })

      test('a link that is insisted on and cannot be: the probe says why, and nothing is left', async () => {
        const before = await snapshotsOf(one.node)
        const run = await runSlipway({
          'cluster-name': one.cluster.name,
          images: odd,
          'load-mode': 'link',
        })
        expect(run.exitCode).toBe(1)
        expect(run.log).toMatch(
          /load-mode: link does not work with .*: the probe of link failed: .*Invalid cross-device link.*Use load-mode: auto/,
        )
        expect(await snapshotsOf(one.node)).toEqual(before)
        expect(await inNode(one.node, 'ls', snapshotterRoot)).toBe('metadata.db\nsnapshots')
      })
    })

    test('where everything of ours fails, kind is tried, and then the first reason is told', async () => {
      const cluster = await startCluster()
      try {
        const [node = ''] = cluster.nodes
        await inNode(
          node,
          'sh',
          '-c',
          'mv $(command -v containerd) /away; kill $(pidof containerd)',
        )
        const run = await runSlipway({
          'cluster-name': cluster.name,
          images: small,
          'load-mode': 'auto',
        })
        expect(run.exitCode).toBe(1)
        expect(warningsOf(run).join('\n')).toMatch(/so the image is streamed|Trying `kind load`/)
      } finally {
        await cluster.remove()
      }
    })
  }
})
