import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { pipeline, type Readable } from 'node:stream'
import zlib from 'node:zlib'
import { Failure } from '../../../failure.ts'
import { splitFrames } from './zstd-frames.ts'

/** A layer in a file of this machine. */
export type LayerBlob = {
  readonly file: string
  /** Where it begins in that file. */
  readonly start: number
  readonly sizeBytes: number
  /** Of the blob, as its manifest says. */
  readonly digest: string
  /** Of the archive in it, as the image's config says. */
  readonly diffId: string
}

/** An image as a registry or an OCI layout has it. */
export type BlobImage = {
  /** In JSON, like the config. */
  readonly manifest: string
  readonly config: string
  /** Lowest first. */
  readonly layers: readonly LayerBlob[]
}

export type Packing = 'tar' | 'gzip' | 'zstd'

export type OpenBlob = LayerBlob & { readonly handle: FileHandle; readonly packing: Packing }

/** Type names of layers differ from what is in them, so their first bytes count, as for Docker. */
export const sniff = (head: Buffer): Packing => {
  if (head.length < 4) return 'tar'
  if (head.readUInt16BE(0) === 0x1f8b) return 'gzip'
  const number = head.readUInt32LE(0)
  // Frames that are to be skipped may come first (RFC 8878, 3.1.2).
  return number === 0xfd2fb528 || (number >= 0x184d2a50 && number <= 0x184d2a5f) ? 'zstd' : 'tar'
}

/**
 * Opens a layer, without following a link.
 *
 * @throws {Failure} where there is no such file, or one of another size
 */
export const openBlob = async (blob: LayerBlob): Promise<OpenBlob> => {
  const { file, start, sizeBytes, digest } = blob
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const handle = await open(file, flags).catch((cause: unknown) => {
    throw new Failure(`The layer ${digest} cannot be read`, { cause })
  })
  try {
    const about = await handle.stat()
    if (!about.isFile() || sizeBytes === 0 || about.size < start + sizeBytes)
      throw new Failure(`The layer ${digest} has ${about.size} bytes in place of ${sizeBytes}`)
    const head = Buffer.alloc(4)
    await handle.read(head, 0, Math.min(4, sizeBytes), start)
    return { ...blob, handle, packing: sniff(head) }
  } catch (error) {
    await handle.close()
    throw error
  }
}

const unpackers = {
  gzip: () => zlib.createGunzip({ chunkSize: 128 * 1024 }),
  zstd: () => {
    if (zlib.createZstdDecompress === undefined)
      throw new Failure('A layer is packed with zstd, for which Slipway needs Node.js 24')
    return zlib.createZstdDecompress({ chunkSize: 512 * 1024 })
  },
}

const readRaw = ({ handle, start, sizeBytes }: OpenBlob): Readable =>
  handle.createReadStream({
    start,
    end: start + sizeBytes - 1,
    autoClose: false,
    highWaterMark: 256 * 1024,
  })

/** What is packed, as it is read. Whoever leaves it before its end ends what unpacks it. */
export const unpack = (packed: Readable, packing: Packing): Readable => {
  if (packing === 'tar') return packed
  const unpacker = unpackers[packing]()
  // What fails below, the one who reads on hears of.
  if (packing === 'gzip') pipeline(packed, unpacker, () => {})
  else pipeline(packed, splitFrames, unpacker, () => {})
  return unpacker
}

/** The archive in a layer. */
export const readArchive = (blob: OpenBlob): Readable => unpack(readRaw(blob), blob.packing)

export const hashBlob = async (blob: OpenBlob, signal: AbortSignal): Promise<string> => {
  const hash = createHash('sha256')
  for await (const chunk of readRaw(blob)) {
    signal.throwIfAborted()
    hash.update(chunk as Buffer)
  }
  return `sha256:${hash.digest('hex')}`
}
