import { expect, test } from 'vitest'
import { loadInto, snapshotterRoot, untilCriAnswers } from '../support/loading.ts'
import {
  buildSlow,
  expectNothingOfOurs,
  removeAndExpectEmpty,
  useOneNode,
} from '../support/one-node.ts'
import type { Run } from '../support/runner/types.ts'
import { runSlipway } from '../support/slipway.ts'
import { ctr, docker, eventually, inNode, snapshotsOf } from '../support/testbed.ts'

const one = useOneNode()

/** Loads by link, and acts as soon as a condition holds in the node. */
const loadUntil = async (tag: string, condition: string, act: () => Promise<unknown>) => {
  const look = `until ${condition}; do sleep 0.01; done`
  const acting = inNode(one.node, 'sh', '-c', look).then(act)
  const inputs = { 'cluster-name': one.cluster.name, images: tag, 'load-mode': 'link' }
  const [run] = await Promise.all([runSlipway(inputs), acting])
  return run
}

const expectLinkFailed = (run: Run): void => {
  expect(run.exitCode).toBe(1)
  expect(run.log).toMatch(/##\[error\]load-mode: link does not work with/)
}

test('a node that is killed between two layers: the next load lets go of what it has', async () => {
  const tag = await buildSlow('between')
  // One layer is the node's own.
  const some = '[ $(ctr -n k8s.io snapshots list | grep -c Committed) -gt 1 ]'
  expectLinkFailed(await loadUntil(tag, some, () => docker('kill', one.node)))
  await docker('start', one.node)
  await untilCriAnswers(one.node)
  await loadInto(one.cluster, { images: tag })
  await expectNothingOfOurs(one.node)
  await removeAndExpectEmpty(one, tag)
})

test('a helper that is stopped, as by the end of the daemon: it undoes its work itself', async () => {
  const tag = await buildSlow('stopped')
  const stop = async () => {
    const filter = `label=dev.slipway.node=${one.node}`
    await docker('stop', await docker('ps', '--quiet', '--filter', filter))
  }
  expectLinkFailed(await loadUntil(tag, `[ -e ${snapshotterRoot}/slipway ]`, stop))
  await expectNothingOfOurs(one.node)
  await eventually('the snapshots go', async () => {
    await ctr(one.node, 'content', 'prune', 'references')
    return (await snapshotsOf(one.node)).length === one.empty.length
  })
})
