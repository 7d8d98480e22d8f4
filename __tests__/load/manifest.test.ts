import { expect, test } from 'vitest'
import { toDigest } from '../../src/image/digest.ts'
import { toManifest } from '../../src/image/to-manifest.ts'
import { toLayerSizes } from '../../src/load/manifest.ts'

test('a manifest is always the same bytes', () => {
  const manifest = toManifest({ digest: 'sha256:c', size: 3 }, [{ digest: 'sha256:a', size: 5 }])
  expect(manifest).toBe(
    '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:c","size":3},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:a","size":5}]}',
  )
  expect(toDigest(manifest)).toBe(
    'sha256:ffda4c864f0079be3401417021591ad9328d150a7cf32a753a366cca30b7c8e8',
  )
})

test.each<[string, readonly number[], number, readonly number[]]>([
  ['every step is a layer', [5, 0, 3], 3, [5, 0, 3]],
  ['some steps have none', [5, 0, 3, 0], 2, [5, 3]],
  ['a layer has no bytes, which is any step without', [0, 5, 0, 3], 3, [5, 0, 3]],
  ['no layer has bytes', [0, 0, 0], 1, [0]],
  ['there are no layers', [0], 0, []],
  ['there is no history', [], 2, [9, 0]],
  ['the history knows fewer layers', [5], 2, [9, 0]],
  ['the history knows more layers', [5, 4], 1, [9]],
])('sizes where %s', (_, history, layers, sizes) => {
  expect(toLayerSizes(history, layers, 9)).toEqual(sizes)
})
