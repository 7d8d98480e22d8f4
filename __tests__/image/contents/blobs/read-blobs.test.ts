import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import zlib from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import type { LayerBlob } from '../../../../src/image/contents/blobs/blob.ts'
import { withBlobs } from '../../../../src/image/contents/blobs/read-blobs.ts'
import { member, sha256, tar } from '../../../support/tar.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-blobs-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const { signal } = new AbortController()

/** A layer in a file, behind some bytes of another one. */
const blobOf = (packed: Buffer, archive: Buffer, change: Partial<LayerBlob> = {}): LayerBlob => {
  files += 1
  const file = join(folder, `${files}`)
  writeFileSync(file, Buffer.concat([Buffer.alloc(3), packed]))
  const digests = { digest: sha256(packed), diffId: sha256(archive) }
  return { file, start: 3, sizeBytes: packed.length, ...digests, ...change }
}

const open = <T>(
  layers: readonly LayerBlob[],
  body: Parameters<typeof withBlobs<T>>[2],
  budget?: { bytes: number; entries: number },
) => withBlobs({ manifest: '{}', config: '{}', layers }, signal, body, budget)

const large = Buffer.from('0123456789'.repeat(200_000))
const archive = tar(
  member({ name: 'small', content: 'hello' }),
  member({ name: 'large', content: large }),
  member({ name: 'last', content: 'end' }),
)
const packings = [
  ['tar', archive],
  ['gzip', zlib.gzipSync(archive)],
  ['zstd', zlib.zstdCompressSync(archive)],
] as const

describe.each(packings)('a layer as %s', (_, packed) => {
  test('is listed, and parts of its files are read in any order', async () => {
    const found = await open([blobOf(packed, archive)], async ({ layers }, { bytes, hash }) => [
      layers[0]?.map(({ path }) => path),
      ...(
        await Promise.all([
          bytes(0, 'last', 0, 100),
          bytes(0, 'small', 1, 3),
          bytes(0, 'large', 1_500_003, 5),
          bytes(0, 'small', 9, 3),
          bytes(0, 'nothing', 0, 9),
        ])
      ).map(String),
      await hash(0, 'large'),
      await hash(0, 'small'),
      await hash(0, 'nothing'),
    ])
    expect(found).toEqual([
      ['', 'small', 'large', 'last'],
      ...['end', 'ell', '34567', '', ''],
      sha256(large).slice(7),
      sha256('hello').slice(7),
      '',
    ])
  })

  test.each([
    ['digest', { digest: `sha256:${'0'.repeat(64)}` }, 'the manifest promises'],
    ['content', { diffId: `sha256:${'0'.repeat(64)}` }, 'config promises'],
    ['size', { sizeBytes: 99_999_999 }, 'in place of 99999999'],
  ])('is refused for another %s', async (_what, change, message) => {
    const blob = blobOf(packed, archive, change)
    await expect(open([blob], async () => {})).rejects.toThrow(message)
  })

  test('is refused where it has more than fits anywhere', async () => {
    const blob = blobOf(packed, archive)
    const [bytes, entries] = [1_000_000, 100]
    await expect(open([blob], async () => {}, { bytes, entries })).rejects.toThrow('too large')
    await expect(open([blob], async () => {}, { bytes: 1e9, entries: 2 })).rejects.toThrow(
      'too many files',
    )
  })
})

test('a bomb is told by what it has become so far', async () => {
  const zeros = Buffer.alloc(50_000_000)
  const bomb = zlib.gzipSync(Buffer.concat([member({ name: 'x', size: 50_000_000 }), zeros]))
  const budget = { bytes: 10_000_000, entries: 9 }
  await expect(open([blobOf(bomb, zeros)], async () => {}, budget)).rejects.toThrow('too large')
  expect(budget.bytes).toBeGreaterThan(-1_000_000)
})

test('what is cut off, or no archive at all, is said to be so', async () => {
  const cut = zlib.gzipSync(archive).subarray(0, 1_000)
  await expect(open([blobOf(cut, archive)], async () => {})).rejects.toThrow('cannot be unpacked')
  const text = Buffer.from('no archive'.repeat(100))
  await expect(open([blobOf(text, text)], async () => {})).rejects.toThrow('no tar archive')
})

test('a link is not followed', async () => {
  const blob = blobOf(archive, archive)
  const link = join(folder, 'link')
  symlinkSync(blob.file, link)
  await expect(open([{ ...blob, file: link }], async () => {})).rejects.toThrow('cannot be read')
})

test('an image may have 127 layers', async () => {
  const layers = Array.from({ length: 127 }, (_, at) => {
    const each = tar(member({ name: `f${at}`, content: 'x' }))
    return blobOf(zlib.gzipSync(each), each)
  })
  const paths = await open(layers, async (contents, { bytes }) => [
    contents.layers.map((entries) => entries[1]?.path).at(-1),
    String(await bytes(126, 'f126', 0, 9)),
  ])
  expect(paths).toEqual(['f126', 'x'])
})

test('folders that paths alone tell of count, too', async () => {
  const deep = (at: number) => member({ name: `${at}/${'d/'.repeat(45)}x`, content: '' })
  const packed = zlib.gzipSync(tar(...Array.from({ length: 20 }, (_, at) => deep(at))))
  const blob = blobOf(packed, zlib.gunzipSync(packed))
  await expect(open([blob], async () => {}, { bytes: 1e9, entries: 500 })).rejects.toThrow(
    'too many files',
  )
})
