import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { KnownContainer } from '../../../src/diagnose/nodes/node-report.ts'
import { recordPods } from '../../../src/diagnose/recording/record-pods.ts'
import type { EngineApi } from '../../../src/docker/engine-api.ts'

const frame = (text: string): Buffer => {
  const header = Buffer.alloc(8)
  header[0] = 1
  header.writeUInt32BE(Buffer.byteLength(text), 4)
  return Buffer.concat([header, Buffer.from(text)])
}

/** As in-node/record.sh prints it, with the white space that crictl leaves. */
const listOf = (count: number): string => {
  const containers = Array.from({ length: count }, (_, index) => ({
    id: index.toString(16).padStart(64, '0'),
    state: 'CONTAINER_RUNNING',
    labels: { 'io.kubernetes.pod.name': `pod-${index}` },
    annotations: { 'io.kubernetes.container.hash': 'x'.repeat(1_000) },
  }))
  return `${JSON.stringify({ containers }, null, 2).replaceAll('\n', '')}\n`
}

test.each([1, 60, 1_000])('%s containers of a node are noted', async (count) => {
  const socket = new PassThrough()
  const noted: KnownContainer[] = []
  const api = {
    post: async () => ({ Id: 'exec' }),
    attach: async () => socket,
    download: async () => undefined,
  } as unknown as EngineApi
  const taking = recordPods(
    api,
    ['node'],
    (containers) => noted.push(...containers),
    () => true,
  )
  const text = listOf(count)
  for (let at = 0; at < text.length; at += 32_000) socket.write(frame(text.slice(at, at + 32_000)))
  await expect.poll(() => noted.length, { timeout: 15_000 }).toBe(count)
  socket.destroy()
  await taking
})
