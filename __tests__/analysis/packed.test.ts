import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { estimatePacked, readPackedSizes } from '../../src/analysis/packed.ts'
import type { FileReader } from '../../src/image/contents/entry.ts'
import { file, folder, linkTo, top } from '../support/entries.ts'

/** Bytes that hardly anything can pack, the same in each run. */
const noise = (bytes: number): Buffer => {
  const parts = Array.from({ length: Math.ceil(bytes / 32) }, (_, at) =>
    createHash('sha256').update(String(at)).digest(),
  )
  return Buffer.concat(parts).subarray(0, bytes)
}

const prose = (bytes: number): Buffer => {
  const lines = Array.from(
    { length: bytes / 20 },
    (_, at) => `line ${at} of ${(at * 7919) % 1_000}`,
  )
  return Buffer.from(lines.join('\n')).subarray(0, bytes)
}

/** A layer of files with that content, in the place of a container that reads it. */
const createReader = (contents: ReadonlyMap<string, Buffer>) => {
  let readBytes = 0
  const reader: FileReader = {
    bytes: async (_, path, offset, length) => {
      const bytes = contents.get(path)?.subarray(offset, offset + length) ?? Buffer.alloc(0)
      readBytes += bytes.length
      return bytes
    },
    hash: async () => '',
  }
  return { reader, readBytes: () => readBytes }
}

const large = new Map<string, Buffer>([
  ['a/noise', noise(6_000_000)],
  ['a/prose', prose(8_000_000)],
  ...Array.from({ length: 500 }, (_, at) => [`b/${at}`, prose(2_000 + at)] as const),
])

test('what a registry takes is estimated within 5 %', async () => {
  const files = [...large].map(([path, bytes]) => file(path, bytes.length))
  const layer = [top, folder('a'), ...files.slice(0, 2), folder('b'), ...files.slice(2)]
  const { reader } = createReader(large)
  const { layerBytes, isExact } = await estimatePacked([layer], [undefined], reader)
  const real = gzipSync(Buffer.concat([...large.values()])).length + layer.length * 70
  expect(Math.abs((layerBytes[0] ?? 0) / real - 1)).toBeLessThan(0.05)
  expect(isExact).toBe(false)
})

test('of a large image, only samples are read', async () => {
  let readBytes = 0
  const reader: FileReader = {
    bytes: async (_layer, _path, _offset, length) => {
      readBytes += length
      return Buffer.alloc(length)
    },
    hash: async () => '',
  }
  const { layerBytes } = await estimatePacked([[top, file('a', 20e9)]], [undefined], reader)
  expect(readBytes).toBeLessThan(26_000_000)
  expect(layerBytes[0]).toBeLessThan(20e9 / 100)
})

test('a file counts once, and a layer without files has its entries', async () => {
  const content = new Map([['a', noise(100_000)]])
  const one = file('a', 100_000)
  const { reader } = createReader(content)
  const layers = [[top, one, linkTo(one, 'b')], [top], []]
  const { layerBytes } = await estimatePacked(layers, [undefined, undefined, undefined], reader)
  expect(layerBytes[0]).toBeGreaterThan(99_000)
  expect(layerBytes[0]).toBeLessThan(102_000)
  expect(layerBytes.slice(1)).toEqual([70, 0])
})

test('what has been packed is known, and not read', async () => {
  const { reader, readBytes } = createReader(large)
  const known = await estimatePacked([[top, file('a/noise', 6_000_000)]], [123], reader)
  expect(known).toEqual({ layerBytes: [123], isExact: true })
  expect(readBytes()).toBe(0)
})

test('sizes are those of packed layers in the manifest', () => {
  const layers = [
    { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size: 5 },
    { mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: 6 },
    { mediaType: 'application/vnd.oci.image.layer.v1.tar', size: 7 },
    { mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd', size: '8' },
  ]
  expect(readPackedSizes(JSON.stringify({ layers }), 4)).toEqual([5, 6, undefined, undefined])
  for (const manifest of [undefined, '', 'null', '{"layers":7}', JSON.stringify({ layers })])
    expect(readPackedSizes(manifest, 2)).toEqual([undefined, undefined])
})
