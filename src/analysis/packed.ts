import { constants, deflateRawSync } from 'node:zlib'
import { attempt } from '../failure.ts'
import type { Entry, FileReader, LayerEntries } from '../image/contents/entry.ts'

/** What layers take in a registry. */
export type Packed = {
  /** Of each layer. */
  readonly layerBytes: readonly number[]
  /** False where some are estimates: within about 5 %. */
  readonly isExact: boolean
}

/** How much of the image is compressed to know about the rest. */
const sampledBytes = 8 * 1024 * 1024
const blockBytes = 16 * 1024

/** Deflate looks back so far. */
const windowBytes = 32 * 1024

/** A file's place in its layer's archive, once packed. */
const entryBytes = 70

/** So few samples say less of a layer than the whole image does. */
const fewSamples = 4

type Manifest = {
  readonly layers?: readonly { readonly mediaType?: unknown; readonly size?: unknown }[]
}

/** What the containerd store keeps of layers that came packed, or were built so. */
export const readPackedSizes = (
  manifest: string | undefined,
  layers: number,
): readonly (number | undefined)[] => {
  const listed = attempt(() => JSON.parse(manifest ?? '') as Manifest)?.layers ?? []
  const sizes = (Array.isArray(listed) ? listed : []).map(({ mediaType, size }) =>
    /[.+](gzip|zstd)$/.test(String(mediaType)) && Number.isSafeInteger(size)
      ? Number(size)
      : undefined,
  )
  return sizes.length === layers ? sizes : Array.from({ length: layers }, () => undefined)
}

type Stream = {
  readonly layer: number
  readonly files: readonly Entry[]
  /** Where each file begins in the layer's bytes, one after another. */
  readonly starts: readonly number[]
  readonly bytes: number
}

/** In an archive, files of one folder are beside each other, in the order of their names. */
const toStream = (entries: LayerEntries, layer: number): Stream => {
  const seen = new Set<string>()
  const files = entries
    .filter(({ type, sizeBytes, inode }) => {
      if (type !== 'f' || sizeBytes === 0 || seen.has(inode)) return false
      seen.add(inode)
      return true
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  const starts: number[] = []
  let bytes = 0
  for (const { sizeBytes } of files) {
    starts.push(bytes)
    bytes += sizeBytes
  }
  return { layer, files, starts, bytes }
}

/** The last file that begins at or before a place. */
const findFile = (starts: readonly number[], at: number): number => {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((starts[middle] ?? 0) <= at) low = middle
    else high = middle - 1
  }
  return low
}

const readStretch = async (
  { layer, files, starts }: Stream,
  from: number,
  to: number,
  reader: FileReader,
): Promise<Buffer> => {
  const parts: Promise<Buffer>[] = []
  let at = from
  for (let index = findFile(starts, from); at < to && index < files.length; index += 1) {
    const file = files[index]
    if (file === undefined) break
    const offset = at - (starts[index] ?? 0)
    const length = Math.min(file.sizeBytes - offset, to - at)
    parts.push(reader.bytes(layer, file.path, offset, length))
    at += length
  }
  return Buffer.concat(await Promise.all(parts))
}

const options = { level: 6, memLevel: 9, strategy: constants.Z_DEFAULT_STRATEGY }

/** How a block is compressed that follows another one, as in the middle of an archive. */
const toRatio = (stretch: Buffer, before: number): number | undefined => {
  const body = stretch.subarray(before)
  if (body.length === 0) return undefined
  const dictionary = stretch.subarray(0, before)
  const packed = deflateRawSync(body, before > 0 ? { ...options, dictionary } : options)
  return packed.length / body.length
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/**
 * Estimates what a registry would have, by compressing blocks from all over the image. The mean of the
 * blocks' ratios is what is near; their sums are not.
 *
 * @param known of layers that have been packed
 */
export const estimatePacked = async (
  layers: readonly LayerEntries[],
  known: readonly (number | undefined)[],
  reader: FileReader,
): Promise<Packed> => {
  const streams = layers.map(toStream)
  const unknown = streams.filter(({ layer }) => known[layer] === undefined)
  const bytes = unknown.reduce((sum, stream) => sum + stream.bytes, 0)
  const step = Math.max(1, bytes / (sampledBytes / blockBytes))
  const ratios = new Map<number, number[]>()
  let passed = 0
  for (const stream of unknown) {
    const places: number[] = []
    const first = (Math.ceil(passed / step - 0.5) + 0.5) * step - passed
    for (let at = first; at < stream.bytes; at += step) places.push(Math.floor(at))
    passed += stream.bytes
    const found = await Promise.all(
      places.map(async (at) => {
        const from = Math.max(0, at - windowBytes)
        const stretch = await readStretch(
          stream,
          from,
          Math.min(stream.bytes, at + blockBytes),
          reader,
        )
        return toRatio(stretch, at - from)
      }),
    )
    ratios.set(
      stream.layer,
      found.filter((ratio) => ratio !== undefined),
    )
  }
  const all = [...ratios.values()].flat()
  const common = all.length === 0 ? 1 : mean(all)
  const layerBytes = streams.map(({ layer, bytes: size }) => {
    const own = ratios.get(layer) ?? []
    const ratio = own.length < fewSamples ? common : mean(own)
    const entries = layers[layer]?.length ?? 0
    return known[layer] ?? Math.round(size * ratio + entries * entryBytes)
  })
  return { layerBytes, isExact: unknown.length === 0 }
}
