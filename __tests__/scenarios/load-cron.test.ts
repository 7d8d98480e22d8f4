import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildCron, crontabs, runCron } from '../support/cron.ts'
import { loadInto, snapshotterRoot, waysOf } from '../support/loading.ts'
import { useOneNode } from '../support/one-node.ts'
import { runPod } from '../support/pod.ts'
import { baseImage, docker, inNode, uniqueName } from '../support/testbed.ts'

const tag = `${uniqueName('cron')}:1`
const one = useOneNode()

beforeAll(() => buildCron(tag))
afterAll(() => docker('rmi', '--force', tag))

/** What cron says of each crontab. */
const sorted = (said: string): readonly string[] =>
  said
    .split('\n')
    .map((line) => line.replace(/\[\d+\] /, ''))
    .sort()

const onHost = async (): Promise<readonly string[]> =>
  sorted(await docker('run', '--rm', '--network=none', tag, ...runCron))

const inPod = async (): Promise<readonly string[]> => sorted(await runPod(one.node, tag, runCron))

const allRun = [
  '(root) CMD (true in-cron-d)',
  '(root) CMD (true in-crontab)',
  '(root) CMD (true in-spool)',
]

const allRefused = [
  '(*system*) NUMBER OF HARD LINKS > 1 (/etc/crontab)',
  '(*system*slipway-job) NUMBER OF HARD LINKS > 1 (/etc/cron.d/slipway-job)',
  '(root) NUMBER OF HARD LINKS > 1 (crontabs/root)',
]

/** Gives the crontabs of a layer a second name each, in a folder beside it. */
const linkPlainly = `cd "$1" && mkdir ../linked && for f in ${crontabs.join(' ')}; do ln $f ../linked/$(basename $f); done`

test('cron takes the crontabs of a linked image, in the node and on the host', async () => {
  expect(waysOf(await loadInto(one.cluster, { images: tag }))).toEqual(['link'])
  expect(await inPod()).toEqual(allRun)
  expect(await onHost()).toEqual(allRun)
})

test('cron refuses them where they are linked like everything else', async () => {
  await loadInto(one.cluster, { images: tag })
  // The one snapshot that has this folder.
  const snapshot = `${snapshotterRoot}/snapshots/*/fs/var/spool/cron/../../..`
  await inNode(one.node, 'sh', '-c', `set -- ${snapshot}; ${linkPlainly}`)
  expect(await inPod()).toEqual(allRefused)

  const upper = await docker('image', 'inspect', '--format', '{{.GraphDriver.Data.UpperDir}}', tag)
  const layer = `${upper.replace(/\/diff$/, '')}:/layer`
  const inLayer = ['run', '--rm', '--network=none', '--volume', layer, baseImage()]
  await docker(...inLayer, 'sh', '-c', linkPlainly, 'sh', '/layer/diff')
  expect(await onHost()).toEqual(allRefused)
  await docker(...inLayer, 'rm', '-r', '/layer/linked')
  expect(await onHost()).toEqual(allRun)
})
