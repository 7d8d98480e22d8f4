import { createHash } from 'node:crypto'
import type { FileReader, ImageContents } from '../entry.ts'
import type { Index } from '../tar/list-layer.ts'
import { type BlobImage, type OpenBlob, openBlob } from './blob.ts'
import { createRangeReader } from './read-ranges.ts'
import { type Budget, createBudget, scanLayer } from './scan-layer.ts'

/** No rule reads more of one file. */
const longest = 16_000_000

const createFileReader = (
  blobs: readonly OpenBlob[],
  indexes: readonly Index[],
  signal: AbortSignal,
): FileReader => {
  const readers = blobs.map((blob) => createRangeReader(blob, signal))
  const bytes: FileReader['bytes'] = async (layer, path, offset, length) => {
    const [begin, size] = [indexes[layer]?.offsets.get(path), indexes[layer]?.sizes.get(path)]
    const read = readers[layer]
    if (begin === undefined || size === undefined || read === undefined) return Buffer.alloc(0)
    const wanted = Math.max(0, Math.min(length, size - offset, longest))
    return read(begin + offset, wanted)
  }
  const hash: FileReader['hash'] = async (layer, path) => {
    const index = indexes[layer]
    const begin = index?.offsets.get(path)
    if (index === undefined || begin === undefined) return ''
    const known = index.hashes.get(begin)
    if (known !== undefined) return known
    return createHash('sha256')
      .update(await bytes(layer, path, 0, longest))
      .digest('hex')
  }
  return { bytes, hash }
}

/**
 * Reads what the layers of an image have that lie in files of this machine, as `withContents` does of an
 * image in Docker's store. Nothing is unpacked to a disk.
 *
 * @throws {Failure} where a layer is not what its digests promise
 */
export const withBlobs = async <T>(
  { manifest, config, layers }: BlobImage,
  signal: AbortSignal,
  body: (contents: ImageContents, files: FileReader) => Promise<T>,
  budget: Budget = createBudget(),
): Promise<T> => {
  const blobs: OpenBlob[] = []
  try {
    for (const layer of layers) blobs.push(await openBlob(layer))
    const listed: Awaited<ReturnType<typeof scanLayer>>[] = []
    // One after another: unpacking is what takes the time, and a second processor hashes meanwhile.
    for (const blob of blobs) listed.push(await scanLayer(blob, budget, signal))
    const contents = { manifest, config, layers: listed.map(({ entries }) => entries) }
    const indexes = listed.map(({ index }) => index)
    return await body(contents, createFileReader(blobs, indexes, signal))
  } finally {
    await Promise.all(blobs.map(({ handle }) => handle.close().catch(() => {})))
  }
}
