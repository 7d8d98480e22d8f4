import { execFileSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { buildGatedImage, closeGate, type GatedImage } from '../support/gate.ts'
import { loadInto, warningsOf } from '../support/loading.ts'
import { type OneNode, removeAndExpectEmpty } from '../support/one-node.ts'
import { runPod } from '../support/pod.ts'
import { findOrphans } from '../support/runner/orphans.ts'
import type { Run } from '../support/runner/types.ts'
import { buildSingleFile } from '../support/shaped-images.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  buildTestImage,
  ctr,
  docker,
  helpersOf,
  inNode,
  snapshotsOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'

const single = `${uniqueName('tools')}:1`
const tag = `${uniqueName('weighty')}:1`
const sums = [
  '/busybox',
  'sh',
  '-c',
  '/busybox find /bytes* /files* -type f | /busybox sort | /busybox xargs /busybox md5sum | /busybox md5sum',
]
let inDocker: string

/** So much that Docker is busy for a while, and that no pipe holds a layer. */
const buildWeighty = async (): Promise<void> => {
  await buildSingleFile(single)
  const steps = [1, 2].flatMap((i) => [
    `RUN /busybox head -c 40m /dev/urandom >/bytes${i}`,
    `RUN /busybox mkdir /files${i} && cd /files${i} && /busybox seq 4000 | /busybox xargs /busybox touch`,
  ])
  const lines = [`FROM ${single}`, 'SHELL ["/busybox", "sh", "-c"]', ...steps]
  await buildTestImage(tag, `${lines.join('\n')}\n`)
  inDocker = await docker('run', '--rm', '--network=none', tag, ...sums)
}

const succeeds = (check: Promise<unknown>): Promise<boolean> =>
  check.then(
    () => true,
    () => false,
  )

/** The command lines of a process's children. */
const commandsOf = async (parent: number): Promise<readonly string[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const read = (pid: string, file: string): Promise<string> =>
    readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
  const lines = pids.map(async (pid) =>
    (await read(pid, 'status')).includes(`PPid:\t${parent}\n`) ? await read(pid, 'cmdline') : '',
  )
  return Promise.all(lines)
}

const ingest = '/var/lib/containerd/io.containerd.content.v1.content/ingest'

/** What each moment is known by: the call in the node that has to wait, but for the first. */
const calls = {
  'while Docker makes the archive': () => undefined,
  'while a large layer arrives': () => 'tar --extract*/to/3 *',
  // Some layers are published, and others are still to be.
  'while the image is published': () => 'perl publish*/to/3*',
  // By now the node lists the image's name.
  'while the image is noted': () => 'perl held',
}

type Moment = keyof typeof calls

type Gated = OneNode & { image: GatedImage }

const untilDockerSaves = (action: number): Promise<void> =>
  eventually('docker save runs', async () =>
    (await commandsOf(action)).some((line) => line.includes('\0save\0')),
  )

/** A node that no longer waits for bytes notices otherwise that the action is gone, and may go on then. */
const untilLifelineEnds = (node: string): Promise<void> =>
  eventually('the node hears that the action is gone', () =>
    inNode(node, 'sh', '-c', '! pgrep -x cat').then(
      () => true,
      () => false,
    ),
  )

/** Streams the image and sends a signal to the action at a moment. */
const cutStream = async (one: Gated, signal: NodeJS.Signals, moment: Moment): Promise<Run> => {
  const call = calls[moment]()
  const gate = await closeGate(one.image, call ?? '', one.node)
  let cutting: Promise<void> | undefined
  const cut = async (action: number): Promise<void> => {
    await (call === undefined ? untilDockerSaves(action) : gate.held())
    process.kill(action, signal)
    if (call !== undefined && !call.startsWith('tar')) await untilLifelineEnds(one.node)
    await gate.open()
  }
  try {
    const inputs = { 'cluster-name': one.cluster.name, images: tag, 'load-mode': 'stream' }
    const run = await runSlipway(inputs, {
      onSpawn: (pid, phase) => {
        if (phase === 'main') cutting = cut(pid)
      },
    })
    await cutting
    return run
  } finally {
    await gate.remove()
  }
}

/** What of ours still runs: on this machine, as a helper, in the node. */
const processesOf = async (run: Run, node: string): Promise<readonly string[]> => [
  ...(await findOrphans(run.trackingId)).map(({ command }) => command),
  ...(await helpersOf(run.state)),
  ...(
    await inNode(node, 'sh', '-c', 'pgrep -ax "ctr|perl|perl.real|tar|sha256sum|flock|cat" || true')
  )
    .split('\n')
    .filter(Boolean),
]

beforeAll(async () => {
  for (const suite of ['forky', 'trixie'])
    execFileSync('bash', ['script/testbed', 'node-image', suite], { stdio: 'inherit' })
  await buildWeighty()
}, 300_000)
afterAll(() => docker('rmi', '--force', tag, single))

const both = ['SIGKILL', 'SIGTERM'] as const

describe.each([
  ['forky', Object.keys(calls) as readonly Moment[]],
  // Its containerd is another one, which matters once it has to do something.
  ['trixie', ['while the image is published', 'while the image is noted'] as const],
] as const)('nodes of %s', (suite, moments) => {
  const one = {} as Gated

  beforeAll(async () => {
    one.image = await buildGatedImage(`slipway-testbed/node:${suite}`)
    one.cluster = await startCluster(1, ['--image', one.image.tag])
    one.node = one.cluster.nodes[0] ?? ''
    one.empty = await snapshotsOf(one.node)
  })
  afterAll(async () => {
    await one.cluster?.remove()
    await one.image?.remove()
  })

  test.each(both.flatMap((signal) => moments.map((moment) => [signal, moment] as const)))(
    '%s to the action %s: nothing runs on, nothing is half there, the next run converges',
    async (signal, moment) => {
      const cut = await cutStream(one, signal, moment)
      expect(cut.exitCode).not.toBe(0)
      // A `docker save` whose reader is gone ends when Docker first writes to it.
      await expect.poll(() => processesOf(cut, one.node), { timeout: 30_000 }).toEqual([])
      // What kubelet finds must be all there.
      if (await succeeds(inNode(one.node, 'crictl', 'inspecti', '-q', tag)))
        expect(await runPod(one.node, tag, sums)).toBe(inDocker)
      await cut.dispose()

      const again = await loadInto(one.cluster, { images: tag, 'load-mode': 'stream' })
      expect(warningsOf(again)).toEqual([])
      expect(await runPod(one.node, tag, sums)).toBe(inDocker)
      await removeAndExpectEmpty(one, tag)
      expect(await ctr(one.node, 'leases', 'list', '--quiet')).toBe('')
      expect(await inNode(one.node, 'ls', ingest)).toBe('')
    },
    120_000,
  )
})
