import { execFileSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { loadInto, snapshotterRoot, warningsOf } from '../support/loading.ts'
import { type OneNode, removeAndExpectEmpty } from '../support/one-node.ts'
import { runPod } from '../support/pod.ts'
import { findOrphans } from '../support/runner/orphans.ts'
import type { Run, RunOptions } from '../support/runner/types.ts'
import { buildSingleFile } from '../support/shaped-images.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  buildTestImage,
  ctr,
  docker,
  eventually,
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

/** Bytes take their time on the way, and files where they are unpacked. */
const buildWeighty = async (): Promise<void> => {
  await buildSingleFile(single)
  const steps = [1, 2].flatMap((i) => [
    `RUN /busybox head -c 150m /dev/urandom >/bytes${i}`,
    `RUN /busybox mkdir /files${i} && cd /files${i} && /busybox seq 12000 | /busybox xargs /busybox touch`,
  ])
  const lines = [`FROM ${single}`, 'SHELL ["/busybox", "sh", "-c"]', ...steps]
  await buildTestImage(tag, `${lines.join('\n')}\n`)
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

/** Asks within the node, as each exec from outside takes a while. */
const untilInNode = (node: string, condition: string): Promise<unknown> =>
  inNode(node, 'timeout', '60', 'sh', '-c', `until ${condition}; do sleep 0.02; done`)

/** What each moment is known by. */
const moments = {
  'while Docker makes the archive': (_node: string, main: number) =>
    eventually('docker save runs', async () =>
      (await commandsOf(main)).some((line) => line.includes('\0save\0')),
    ),
  'while a large layer arrives': (node: string) =>
    untilInNode(
      node,
      `find ${snapshotterRoot}/slipway -name 'bytes*' -size +1M 2>/dev/null | grep -q .`,
    ),
  'while the image is published': (node: string) =>
    untilInNode(
      node,
      `ctr -n k8s.io snapshots list | grep -q ^slipway/ && [ -e ${snapshotterRoot}/slipway/*/to/4/files2/12000 ]`,
    ),
}

type Moment = keyof typeof moments

const signalAt = (signal: NodeJS.Signals, moment: Moment, node: string): Partial<RunOptions> => ({
  onSpawn: (pid, phase) => {
    if (phase === 'main') void moments[moment](node, pid).then(() => process.kill(pid, signal))
  },
})

/** What of ours still runs: on this machine, as a helper, in the node. */
const processesOf = async (run: Run, node: string): Promise<readonly string[]> => [
  ...(await findOrphans(run.trackingId)).map(({ command }) => command),
  ...(await helpersOf(run.state)),
  ...(await inNode(node, 'sh', '-c', 'pgrep -ax "ctr|tar|sha256sum|flock|cat" || true'))
    .split('\n')
    .filter(Boolean),
]

const one = {} as OneNode

beforeAll(async () => {
  for (const suite of ['forky', 'trixie'])
    execFileSync('bash', ['script/testbed', 'node-image', suite], { stdio: 'inherit' })
  await buildWeighty()
}, 300_000)
afterAll(() => docker('rmi', '--force', tag, single))
afterEach(() => one.cluster.remove())

const startNode = async (suite: string): Promise<void> => {
  one.cluster = await startCluster(1, ['--image', `slipway-testbed/node:${suite}`])
  one.node = one.cluster.nodes[0] ?? ''
  one.empty = await snapshotsOf(one.node)
}

const expectWhole = async (): Promise<void> => {
  const inDocker = await docker('run', '--rm', '--network=none', tag, ...sums)
  expect(await runPod(one.node, tag, sums)).toBe(inDocker)
}

test.each([
  ['SIGKILL', 'while Docker makes the archive', 'forky'],
  ['SIGTERM', 'while Docker makes the archive', 'forky'],
  ['SIGKILL', 'while a large layer arrives', 'forky'],
  ['SIGTERM', 'while a large layer arrives', 'forky'],
  // By now the node lists the image's name.
  ['SIGKILL', 'while the image is published', 'forky'],
  ['SIGTERM', 'while the image is published', 'forky'],
  ['SIGKILL', 'while the image is published', 'trixie'],
  ['SIGTERM', 'while the image is published', 'trixie'],
] as const)(
  '%s to the action %s, nodes of %s: nothing runs on, nothing is half there, the next run converges',
  async (signal, moment, suite) => {
    await startNode(suite)
    const inputs = { images: tag, 'load-mode': 'stream' }
    const cut = await runSlipway(
      { 'cluster-name': one.cluster.name, ...inputs },
      signalAt(signal, moment, one.node),
    )
    expect(cut.exitCode).not.toBe(0)
    // A `docker save` whose reader is gone ends when Docker first writes to it.
    await expect.poll(() => processesOf(cut, one.node), { timeout: 30_000 }).toEqual([])
    // What kubelet finds must be all there.
    if (await succeeds(inNode(one.node, 'crictl', 'inspecti', '-q', tag))) await expectWhole()
    await cut.dispose()

    expect(warningsOf(await loadInto(one.cluster, inputs))).toEqual([])
    await expectWhole()
    await removeAndExpectEmpty(one, tag)
    expect(await ctr(one.node, 'leases', 'list', '--quiet')).toBe('')
    expect(await inNode(one.node, 'ls', ingest)).toBe('')
  },
  120_000,
)
