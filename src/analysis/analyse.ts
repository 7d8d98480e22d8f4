import { type Background, unknownBackground } from '../image/background.ts'
import { countBytes, type FileReader, type ImageContents } from '../image/contents/entry.ts'
import { toHistoryOrigins } from '../image/contents/history.ts'
import type { LayerOrigin } from '../image/layer-origin.ts'
import { type Fingerprint, toFingerprint } from './common-files.ts'
import { type DiveFigures, toDiveFigures } from './dive.ts'
import { findMatches } from './findings/catalog.ts'
import type { Match } from './findings/finding.ts'
import { countPlaced, toSubject } from './findings/subject.ts'
import { withTouched } from './findings/touched.ts'
import { findLargest, type Large } from './largest.ts'
import { estimatePacked, readPackedSizes } from './packed.ts'
import { planRemoval, type Removal } from './removal.ts'
import { toWaste, type Waste } from './waste.ts'

/** `full` reads as much as it takes, `auto` what takes a moment beside a load. */
export type ReportDepth = 'auto' | 'full'

export type LayerAnalysis = LayerOrigin & {
  /** Of its files, each once. */
  readonly bytes: number
  readonly files: number
  /** Of these, what a later layer hides. */
  readonly wastedBytes: number
  readonly packedBytes: number
}

/** What can be said of an image by what is in it. */
export type ImageAnalysis = {
  /** Lowest first. */
  readonly layers: readonly LayerAnalysis[]
  /** Of all layers. */
  readonly totalBytes: number
  /** What a container sees. */
  readonly visibleBytes: number
  /** With what the filesystem adds to each file. */
  readonly diskBytes: number
  readonly packedBytes: number
  readonly isPackedExact: boolean
  readonly waste: Waste
  readonly dive: DiveFigures
  readonly folders: readonly Large[]
  readonly files: readonly Large[]
  /** Of all folders that are worth comparing with another run's. */
  readonly folderSizes: readonly Large[]
  /** The worst first. */
  readonly findings: readonly Match[]
  /** To compare it with others. */
  readonly fingerprint: Fingerprint
  /** Without findings whose fix only removes something; undefined where there are none. */
  readonly removal: Removal | undefined
}

const mostHashedBytes: Readonly<Record<ReportDepth, number>> = {
  auto: 256_000_000,
  full: Number.POSITIVE_INFINITY,
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

/** @param origins undefined where only the history knows what made the layers */
export const analyseImage = async (
  contents: ImageContents,
  files: FileReader,
  given: readonly LayerOrigin[] | undefined,
  depth: ReportDepth,
  background: Background = unknownBackground,
): Promise<ImageAnalysis> => {
  const { layers, config, manifest } = contents
  const fits = given?.length === layers.length
  const origins = fits && given !== undefined ? given : toHistoryOrigins(config, layers.length)
  const most = mostHashedBytes[depth]
  const subject = await withTouched(toSubject(contents, origins, files, most, background))
  const [packed, findings] = await Promise.all([
    estimatePacked(layers, readPackedSizes(manifest, layers.length), files),
    findMatches(subject),
  ])
  const wasted = Map.groupBy(subject.merged.hidden, ({ layer }) => layer)
  const analysed = layers.map((entries, at): LayerAnalysis => {
    const origin = origins[at]
    return {
      instruction: origin?.instruction,
      location: origin?.location,
      isBase: origin?.isBase ?? false,
      bytes: countBytes(entries),
      files: entries.filter(({ type }) => type === 'f').length,
      wastedBytes: sum((wasted.get(at) ?? []).map(({ entry }) => entry.sizeBytes)),
      packedBytes: packed.layerBytes[at] ?? 0,
    }
  })
  const onDisk = layers.flatMap((entries) => [
    ...new Map(entries.map((entry) => [entry.inode, entry.diskBytes])).values(),
  ])
  const totalBytes = sum(analysed.map(({ bytes }) => bytes))
  return {
    layers: analysed,
    totalBytes,
    visibleBytes: countPlaced(subject.merged.visible),
    diskBytes: sum(onDisk),
    packedBytes: sum(packed.layerBytes),
    isPackedExact: packed.isExact,
    waste: toWaste(subject),
    dive: toDiveFigures(layers),
    ...findLargest(subject),
    findings,
    fingerprint: toFingerprint(subject),
    removal: await planRemoval(subject, findings, packed, totalBytes, files),
  }
}
