import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  judgeJob,
  judgePulls,
  judgeRegistry,
  judgeSaved,
  judgeTimes,
  judgeTogether,
  type Times,
} from '../../script/bench.d/cluster/bars.ts'
import { startShapedProxy } from '../../script/bench.d/cluster/shaped-proxy.ts'
import { startRegistry } from '../support/registry.ts'

const good: Times = {
  ...{ restore: [10, 90, 1], pull: [10], nodes: [10, 11], tars: [40] },
  ...{ shapedRestore: [5], shapedPull: [5], shapedNodes: [5] },
}

const missedOf = (times: Partial<Times>): readonly string[] =>
  judgeTimes({ ...good, ...times })
    .filter(({ isMet }) => !isMet)
    .map(({ name }) => name)

test("bars of the cluster's images are met at their very edge, and missed behind it", () => {
  expect(missedOf({})).toEqual([])
  expect(missedOf({ restore: [10.1] })).toEqual(['pull', 'tars'])
  expect(missedOf({ nodes: [9.9] })).toEqual(['nodes'])
  expect(missedOf({ shapedRestore: [5.1] })).toEqual(['shaped-pull', 'shaped-nodes'])
  expect(missedOf({ tars: [] })).toEqual(['tars'])
  const sent = (sentBytes: number) =>
    judgeRegistry({ pulled: { blobBytes: 100, sentBytes } })[0]?.isMet
  expect([99, 100, 101].map(sent)).toEqual([false, true, false])
  expect([judgePulls(0).isMet, judgePulls(1).isMet]).toEqual([true, false])
  expect([judgeSaved(5, 5).isMet, judgeSaved(6, 5).isMet]).toEqual([true, false])
  const job = { creation: 40, builds: 20, images: 30, whole: 45, pulls: 0 }
  const beyond = { ...job, whole: 45.1 }
  const pulling = { ...job, pulls: 1 }
  expect([job, beyond, pulling].map((each) => judgeJob([each]).isMet)).toEqual([
    ...[true, false, false],
  ])
  expect([judgeTogether(50, undefined).isMet, judgeTogether(50, 'left').isMet]).toEqual([
    ...[true, false],
  ])
})

test('the proxy before a registry counts what it sends, and brakes each stream', async () => {
  const registry = await startRegistry('public')
  const proxy = await startShapedProxy(registry.host, ['127.0.0.1'], 1_000_000)
  try {
    const address = `http://127.0.0.1:${proxy.port}`
    const { token } = (await (await fetch(`${address}/token`)).json()) as { token: string }
    const headers = { authorization: `Bearer ${token}` }
    const body = new Uint8Array(300_000)
    const path = `/v2/a/blobs/sha256:${createHash('sha256').update(body).digest('hex')}`
    const upload = `${address}/v2/a/blobs/uploads/x?digest=${path.split('/').at(-1)}`
    expect((await fetch(upload, { method: 'PUT', headers, body })).status).toBe(201)
    const began = performance.now()
    const came = await (await fetch(`${address}${path}`, { headers })).arrayBuffer()
    expect(came.byteLength).toBe(body.length)
    expect(performance.now() - began).toBeGreaterThan(200)
    expect(proxy.sent.get(path)).toBe(body.length)
  } finally {
    await proxy.stop()
    await registry.stop()
  }
})
