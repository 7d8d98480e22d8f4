import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { toDigest, toHex } from '../../src/image/digest.ts'
import { toLayers } from '../../src/image/image.ts'
import { toBlobPath } from '../../src/image/sources/layout-root.ts'
import { watchLayers } from '../../src/run/early-layers.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'early-'))
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true }))

const [large, other, small] = ['large', 'other', 'small'].map((name) =>
  Buffer.alloc(name === 'small' ? 10_000 : 9_000_000, name),
) as [Buffer, Buffer, Buffer]

const toConfig = (layers: readonly Buffer[]): string =>
  JSON.stringify({ rootfs: { diff_ids: layers.map((each) => toDigest(each)) } })

/** As a builder puts it: under its name once it is whole. */
const put = (content: Buffer | string, digest = toDigest(content)): void => {
  const draft = join(folder, `ingest-${toHex(digest)}`)
  writeFileSync(draft, content)
  renameSync(draft, toBlobPath(folder, digest))
}

const start = () => {
  const onLayer = vi.fn()
  return { onLayer, watch: watchLayers(folder, onLayer) }
}

const patiently = { timeout: 30_000 }

/** Longer than it takes to look twice. */
const aWhile = 600

test('a large layer is told as soon as it and the config are there, once', async () => {
  const { onLayer, watch } = start()
  const layers = toLayers([large, small, other].map((each) => toDigest(each)))
  const tell = (at: number) => [layers, at, toBlobPath(folder, layers[at]?.diffId ?? '')]
  put(large)
  put('{"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[]}')
  await sleep(aWhile)
  expect(onLayer).not.toHaveBeenCalled()
  put(toConfig([large, small, other]))
  await expect.poll(() => onLayer.mock.calls, patiently).toEqual([tell(0)])
  put(small)
  put(other)
  await expect.poll(() => onLayer.mock.calls, patiently).toEqual([tell(0), tell(2)])
  await sleep(aWhile)
  expect(onLayer).toHaveBeenCalledTimes(2)
  watch.end()
})

test('each small blob is read once, as there may be many', async () => {
  const { onLayer, watch } = start()
  const config = toConfig([other, large])
  put(other)
  put(config)
  // It has been read when the first layer is told.
  await expect.poll(() => onLayer.mock.calls.length, patiently).toBe(1)
  put('', toDigest(config))
  await sleep(aWhile)
  put(large)
  await expect.poll(() => onLayer.mock.calls.length, patiently).toBe(2)
  watch.end()
})

test('nothing is told where nodes have a layer, or once it has ended', async () => {
  const { onLayer, watch } = start()
  put('', toDigest(other))
  put(large)
  put(toConfig([other, large]))
  await sleep(aWhile)
  watch.end()
  put(toConfig([large]))
  await sleep(aWhile)
  expect(onLayer).not.toHaveBeenCalled()
})

test.each([
  ['null', 'null'],
  ['no list', '{"rootfs":{"diff_ids":"sha256:x"}}'],
  ['no digest', `{"rootfs":{"diff_ids":["${toDigest(large)}","sha256:../../x"]}}`],
  ['no JSON', '{'],
  [
    'of more layers than an image has',
    JSON.stringify({ rootfs: { diff_ids: Array(501).fill(toDigest(large)) } }),
  ],
])('a blob is no config: %s', async (_, text) => {
  const { onLayer, watch } = start()
  put(large)
  put(text)
  put(toConfig([large]), toDigest('false'))
  writeFileSync(join(folder, 'blobs', 'sha256', '..x'), '')
  await sleep(aWhile)
  expect(onLayer).not.toHaveBeenCalled()
  // It goes on.
  put(toConfig([large]))
  await expect.poll(() => onLayer.mock.calls.length, patiently).toBe(1)
  watch.end()
})
