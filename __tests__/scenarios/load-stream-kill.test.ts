import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toChainIds } from '../../src/image/image.ts'
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
  provideNodeImage,
  snapshotsOf,
  startCluster,
  uniqueName,
} from '../support/testbed.ts'
import { isThorough } from '../support/thorough.ts'

const single = `${uniqueName('tools')}:1`
const tag = `${uniqueName('weighty')}:1`
const sums = [
  '/busybox',
  'sh',
  '-c',
  '/busybox find /bytes* /files* -type f | /busybox sort | /busybox xargs /busybox md5sum | /busybox md5sum',
]
let inDocker: string
let top: string

/** So much that no pipe holds a layer, and that a gate lets only its beginning pass. */
const buildWeighty = async (): Promise<void> => {
  await buildSingleFile(single)
  const steps = [1, 2].flatMap((i) => [
    `RUN /busybox head -c 8m /dev/urandom >/bytes${i}`,
    `RUN /busybox mkdir /files${i} && cd /files${i} && /busybox seq 1000 | /busybox xargs /busybox touch`,
  ])
  const lines = [`FROM ${single}`, 'SHELL ["/busybox", "sh", "-c"]', ...steps]
  await buildTestImage(tag, `${lines.join('\n')}\n`)
  const layers = await docker('image', 'inspect', '--format', '{{json .RootFS.Layers}}', tag)
  top = toChainIds(JSON.parse(layers)).at(-1) ?? ''
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

/** Whether kubelet finds the image. CRI hears of a name that is gone by an event, so it may know it for longer. */
const isFound = async (node: string): Promise<boolean> => {
  let found = false
  await eventually('CRI has the images that containerd has', async () => {
    found = await succeeds(inNode(node, 'crictl', 'inspecti', '-q', tag))
    const names = (await ctr(node, 'images', 'list', '--quiet')).split('\n')
    return found === names.includes(`docker.io/library/${tag}`)
  })
  return found
}

const ingest = '/var/lib/containerd/io.containerd.content.v1.content/ingest'

/** What each moment is known by: the call in the node that has to wait, but for the first. */
const calls = {
  'while Docker makes the archive': () => undefined,
  'while a large layer arrives': () => 'tar --extract*/to/3 *',
  // Some layers are published, and others are still to be.
  'while the image is published': () => 'perl publish*/to/3*',
  // By now the node lists the image's name.
  'while the image is noted': () => `perl release?${top}`,
}

type Moment = keyof typeof calls

type Gated = OneNode & { image: GatedImage }

const untilDockerSaves = (action: number): Promise<void> =>
  eventually('docker save runs', async () =>
    (await commandsOf(action)).some((line) => line.includes('\0save\0')),
  )

/** A node that no longer waits for bytes notices otherwise that the action is gone, and may go on then. */
const untilLifelineEnds = (node: string): Promise<unknown> =>
  inNode(node, 'timeout', '60', 'sh', '-c', 'while pgrep -x cat; do sleep 0.02; done').catch(() => {
    throw new Error('Waited in vain: the node hears that the action is gone')
  })

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

/** What of ours still runs: on this machine, as a helper, in the node; there also the script between two programs. */
const processesOf = async (run: Run, node: string): Promise<readonly string[]> => [
  ...(await findOrphans(run.trackingId)).map(({ command }) => command),
  ...(await helpersOf(run.state)),
  ...(
    await inNode(
      node,
      'sh',
      '-c',
      'pgrep -ax "bash|ctr|perl|perl.real|tar|sha256sum|flock|cat" || true',
    )
  )
    .split('\n')
    .filter(Boolean),
]

const signals = ['SIGKILL', 'SIGTERM'] as const
const cuts = signals.flatMap((signal) =>
  (Object.keys(calls) as readonly Moment[]).map((moment) => [signal, moment] as const),
)

const suites = [
  ['forky', cuts],
  // Its containerd is another one, which matters once it has to do something; what it has to do is the same
  // after either signal.
  [
    'trixie',
    isThorough
      ? cuts
      : ([
          ['SIGKILL', 'while the image is published'],
          ['SIGTERM', 'while the image is noted'],
        ] as const),
  ],
] as const

const gated = { forky: {} as Gated, trixie: {} as Gated }

const startGated = async (suite: keyof typeof gated): Promise<void> => {
  const one = gated[suite]
  one.image = await buildGatedImage(await provideNodeImage(suite))
  one.cluster = await startCluster(1, ['--image', one.image.tag])
  one.node = one.cluster.nodes[0] ?? ''
  one.empty = await snapshotsOf(one.node)
}

beforeAll(() => Promise.all([buildWeighty(), ...suites.map(([suite]) => startGated(suite))]))
afterAll(async () => {
  await Promise.all(
    Object.values(gated).map(async ({ cluster, image }) => {
      await cluster?.remove()
      await image?.remove()
    }),
  )
  await docker('rmi', '--force', tag, single)
})

describe.each(suites)('nodes of %s', (suite, moments) => {
  const one = gated[suite]

  test.each(moments)(
    '%s to the action %s: nothing runs on, nothing is half there, the next run converges',
    async (signal, moment) => {
      const cut = await cutStream(one, signal, moment)
      expect(cut.exitCode).not.toBe(0)
      // A `docker save` whose reader is gone ends when Docker first writes to it.
      await expect.poll(() => processesOf(cut, one.node), { timeout: 60_000 }).toEqual([])
      // What kubelet finds must be all there.
      if (await isFound(one.node)) expect(await runPod(one.node, tag, sums)).toBe(inDocker)
      await cut.dispose()

      const again = await loadInto(one.cluster, { images: tag, 'load-mode': 'stream' })
      expect(warningsOf(again)).toEqual([])
      expect(await runPod(one.node, tag, sums)).toBe(inDocker)
      await removeAndExpectEmpty(one, tag)
      expect(await ctr(one.node, 'leases', 'list', '--quiet')).toBe('')
      expect(await inNode(one.node, 'ls', ingest)).toBe('')
    },
    300_000,
  )
})
