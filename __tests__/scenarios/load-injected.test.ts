import { type ChildProcess, spawn } from 'node:child_process'
import { expect, onTestFinished, test } from 'vitest'
import { toChainIds } from '../../src/image/image.ts'
import { loadInto, snapshotterRoot, warningsOf, waysOf } from '../support/loading.ts'
import { oddFiles } from '../support/odd-image.ts'
import { buildLayered, expectNothingOfOurs, useOneNode } from '../support/one-node.ts'
import { runPod } from '../support/pod.ts'
import { runSlipway } from '../support/slipway.ts'
import {
  baseImage,
  buildTestImage,
  docker,
  eventually,
  inNode,
  snapshotsOf,
  uniqueName,
} from '../support/testbed.ts'

const one = useOneNode()

/** Takes the node's lock, as another load would; returns what lets it go. */
const holdNode = async (): Promise<() => Promise<unknown>> => {
  const wait = 'touch /run/held; until [ -e /run/go ]; do sleep 0.01; done'
  const held = inNode(one.node, 'flock', `${snapshotterRoot}/snapshots`, 'sh', '-c', wait)
  await inNode(one.node, 'sh', '-c', 'until [ -e /run/held ]; do sleep 0.01; done')
  return () => Promise.all([held, inNode(one.node, 'touch', '/run/go')])
}

/** The processes of the node's helper, once it waits for the lock. */
const waitingHelper = async (): Promise<readonly string[]> => {
  const filter = `label=dev.slipway.node=${one.node}`
  let rows: readonly string[] = []
  await eventually('a helper waits for the lock', async () => {
    const helper = await docker('ps', '--quiet', '--filter', filter)
    // What is listed may be one that has ended meanwhile.
    const programs = await docker('top', helper, '-o', 'pid,comm').catch(() => '')
    rows = programs.split('\n').slice(1)
    return rows.some((row) => row.includes('flock'))
  })
  return rows.map((row) => row.trim().split(/\s+/)[0] ?? '')
}

/** A process that strace leaves in the middle of an injection gets ENOSYS in place of the fault. */
const untilInjectedMs = 300

/**
 * Traces processes and all that they start, and makes a system call fail. Tracing is slow, so it
 * ends soon after the call has failed once.
 */
const failOnce = async (
  pids: readonly string[],
  calls: string,
  fault: string,
): Promise<ChildProcess> => {
  const what = ['-f', `--trace=${calls}`, `--inject=${calls}:${fault}`]
  const args = [...what, ...pids.map((pid) => `--attach=${pid}`)]
  const strace = spawn('bash', ['-c', 'exec strace "$@"', 'strace', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  strace.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    if (said.includes('(INJECTED)')) setTimeout(() => strace.kill('SIGINT'), untilInjectedMs)
  })
  const isAttached = () => said.split(' attached').length > pids.length
  await eventually('strace is attached', isAttached)
  return strace
}

/** Runs `load` with a system call of its helper failing. */
const withFault = async <T>(load: () => Promise<T>, calls: string, fault: string): Promise<T> => {
  const release = await holdNode()
  const running = load()
  const strace = await failOnce(await waitingHelper(), calls, fault)
  try {
    await release()
    return await running
  } finally {
    strace.kill('SIGINT')
  }
}

test('a link that fails only after the probe: the image is streamed, and the reason is told', async () => {
  const tag = await buildLayered('injected')
  // Counted for each process: the probe makes two links, a layer with a system thousands.
  const run = await withFault(
    () => loadInto(one.cluster, { images: tag }),
    '?link,linkat',
    'error=EXDEV:when=100',
  )
  expect(warningsOf(run)).toEqual([
    expect.stringMatching(/^Linking into .* so the image is streamed: .*Invalid cross-device link/),
  ])
  expect(waysOf(run)).toEqual(['stream'])
  await expectNothingOfOurs(one.node)
  expect(await runPod(one.node, tag, ['cat', '/layer-5'])).toBe('injected-5')
})

test('an attribute that a copy cannot keep: the image is not loaded without it', async () => {
  const tag = `${uniqueName('capable')}:1`
  const capability = '0100000200040000000000000000000000000000'
  const run = `cp /bin/true /capable && perl /setxattr.pl /capable security.capability ${capability}`
  await buildTestImage(tag, `FROM ${baseImage()}\nCOPY setxattr.pl /\nRUN ${run}\n`, oddFiles)
  onTestFinished(async () => void (await docker('rmi', '--force', tag)))
  const inputs = { 'cluster-name': one.cluster.name, images: tag, 'load-mode': 'copy' }
  const { exitCode, log } = await withFault(
    () => runSlipway(inputs),
    'fsetxattr',
    'error=EOPNOTSUPP',
  )
  expect(log).toMatch(/load-mode: copy does not work with .*capable.*: Operation not supported/)
  expect(exitCode).toBe(1)
  await expectNothingOfOurs(one.node)
  expect(await snapshotsOf(one.node)).toEqual(one.empty)
})

test('a layer that somebody else commits first is theirs, and whole after the next load', async () => {
  const tag = `${uniqueName('raced')}:1`
  const many = 'mkdir /many && cd /many && seq 60000 | xargs touch && echo ours >/many/1'
  await buildTestImage(tag, `FROM ${baseImage()}\nRUN echo first >/first\nRUN ${many}\n`)
  onTestFinished(async () => void (await docker('rmi', '--force', tag)))
  await loadInto(one.cluster, { images: baseImage() })
  const layers = await docker('image', 'inspect', '--format', '{{json .RootFS.Layers}}', tag)
  const [below, top] = toChainIds(JSON.parse(layers)).slice(-2)
  // A kubelet that pulls would do the same with the files of the layer; this one has none.
  const commit = `ctr -n k8s.io snapshots prepare theirs ${below} && ctr -n k8s.io snapshots commit ${top} theirs`
  const wait = `until ctr -n k8s.io snapshots info ${below} >/dev/null 2>&1; do sleep 0.01; done`
  const racing = inNode(one.node, 'sh', '-c', `${wait}; ${commit}`)
  const run = await loadInto(one.cluster, { images: tag })
  await racing
  expect([warningsOf(run), waysOf(run)]).toEqual([[], ['link']])
  await expectNothingOfOurs(one.node)
  const again = await loadInto(one.cluster, { images: tag })
  expect(warningsOf(again)).toEqual([expect.stringMatching(/had 1 broken layers/)])
  expect(await runPod(one.node, tag, ['cat', '/first', '/many/1'])).toBe('first\nours')
})
