import { Failure } from '../../failure.ts'
import type { BlobImage } from '../contents/blobs/blob.ts'
import { toDigest } from '../digest.ts'
import { findParts, type Part, readPart } from './archive-parts.ts'
import { type BlobSource, pickManifest, readBlobImage, toListed } from './blob-image.ts'

const toName = (digest: string): string => `blobs/${digest.replace(':', '/')}`

/**
 * Finds the image in what `docker save` has written.
 *
 * @throws {Failure} where there is none, as Docker wrote none of this form before its version 25
 */
export const findSavedImage = async (
  file: string,
  architecture: string,
  signal: AbortSignal,
): Promise<BlobImage> => {
  const parts = await findParts(file, signal)
  const toPart = (name: string): Part => {
    const part = parts.get(name)
    if (part !== undefined) return part
    throw new Failure(`What Docker saved has no ${name}`, {
      remedy:
        'Slipway needs Docker 25 or newer, or a kind cluster, to look at images of its store.',
    })
  }
  const readText: BlobSource['readText'] = async ({ digest }) => {
    const content = await readPart(file, toPart(toName(digest)))
    if (toDigest(content) === digest) return content.toString('utf8')
    throw new Failure(`What Docker saved has another blob in place of ${digest}`)
  }
  const source: BlobSource = {
    readText,
    readManifest: readText,
    toFiles: async (layers) =>
      layers.map(({ digest }) => ({ file, start: toPart(toName(digest)).offset })),
  }
  const index = (await readPart(file, toPart('index.json'))).toString('utf8')
  const { digest } = pickManifest(toListed(index), architecture)
  return readBlobImage(await readText({ digest }), source, architecture)
}
