import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Failure } from '../../failure.ts'
import type { BlobImage } from '../contents/blobs/blob.ts'
import { createTarCutter } from '../contents/tar/cut-tar.ts'
import { toDigest } from '../digest.ts'
import {
  type BlobSource,
  largestText,
  pickManifest,
  readBlobImage,
  toListed,
} from './blob-image.ts'

type Part = { readonly offset: number; readonly bytes: number }

/** More parts than any image has. */
const mostParts = 10_000

const toName = (digest: string): string => `blobs/${digest.replace(':', '/')}`

/** Where the parts of a saved image are in the archive. */
const findParts = async (file: string, signal: AbortSignal) => {
  const parts = new Map<string, Part>()
  const { write, end } = createTarCutter({
    onEntry: ({ name, offset, storedBytes: bytes }) => {
      if (parts.size < mostParts) parts.set(name, { offset, bytes })
    },
    onData: () => {},
    onEntryEnd: () => {},
  })
  for await (const chunk of createReadStream(file, { signal })) write(chunk as Buffer)
  end()
  return parts
}

const readPart = async (file: string, { offset, bytes }: Part): Promise<Buffer> => {
  if (bytes > largestText) throw new Failure(`A manifest or config has ${bytes} bytes`)
  const handle = await open(file)
  try {
    const content = Buffer.alloc(bytes)
    const { bytesRead } = await handle.read(content, 0, bytes, offset)
    return content.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

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
