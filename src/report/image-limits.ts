import type { ImageAnalysis } from '../analysis/analyse.ts'
import type { SourceLocation } from '../failure.ts'
import type { ImageLimit, ImageLimits } from '../inputs/image-limits.ts'
import { formatBytes } from '../text/format.ts'
import { toLine } from '../text/to-line.ts'
import { type Compared, leastGrowthOf, percentOf, renderParts, runs } from './image-growth.ts'
import { type ImageReport, renderPlace } from './image-report.ts'

/** A name without its tag and digest. */
export const withoutTag = (name: string): string => name.replace(/@.*$/, '').replace(/:[^:/]*$/, '')

/** Whether a limit is about an image of these names; one that names none is about all. */
export const isAbout = ({ image }: ImageLimit, name: string): boolean =>
  image === undefined ||
  name.split(', ').some((each) => each === image || withoutTag(each) === image)

const sizeOf = ({ totalBytes, packedBytes }: ImageAnalysis, isPacked: boolean): number =>
  isPacked ? packedBytes : totalBytes

const wordOf = ({ isPacked }: ImageLimit, { isPackedExact }: ImageAnalysis): string =>
  isPacked ? ` compressed${isPackedExact ? '' : ' (estimated)'}` : ''

/** The largest of one's own layers, of which one can do something. */
export const findLargest = ({ layers }: ImageAnalysis, isPacked: boolean) => {
  const all = layers.map((layer, index) => ({ layer, index }))
  const own = all.filter(({ layer }) => !layer.isBase)
  const bytesOf = ({ layer }: (typeof all)[number]): number =>
    isPacked ? layer.packedBytes : layer.bytes
  const [largest] = (own.length > 0 ? own : all).toSorted((a, b) => bytesOf(b) - bytesOf(a))
  return largest && { ...largest, bytes: bytesOf(largest) }
}

/** The place says where all of it is. */
const longestInstruction = 80

const renderLargest = (analysis: ImageAnalysis, isPacked: boolean): string => {
  const largest = findLargest(analysis, isPacked)
  if (largest === undefined) return ''
  const { layer, index, bytes } = largest
  const instruction = toLine(layer.instruction ?? '', longestInstruction)
  const what = instruction === '' ? '' : ` ${instruction}`
  return ` The largest of its own layers is ${renderPlace(layer, index)}${what}, ${formatBytes(bytes)}.`
}

/** A limit that an image is beyond. */
export type Excess = { readonly message: string; readonly location: SourceLocation | undefined }

const toExcess = ({ analysis }: ImageReport, limit: ImageLimit, what: string): Excess => ({
  message: `${what}.${renderLargest(analysis, limit.isPacked)}`,
  location: findLargest(analysis, limit.isPacked)?.layer.location,
})

const checkSize = (report: ImageReport, limit: ImageLimit): readonly Excess[] => {
  const { name, analysis } = report
  const bytes = sizeOf(analysis, limit.isPacked)
  if (limit.bytes === undefined || bytes <= limit.bytes) return []
  const has = `${name} has ${formatBytes(bytes)}${wordOf(limit, analysis)}`
  return [
    toExcess(
      report,
      limit,
      `${has}, ${formatBytes(bytes - limit.bytes)} more than image-size-limit allows (${limit.given})`,
    ),
  ]
}

const checkGrowth = (report: Compared, limit: ImageLimit): readonly Excess[] => {
  const { name, analysis, before } = report
  if (before === undefined) return []
  const then = limit.isPacked ? before.packedBytes : before.bytes
  const now = sizeOf(analysis, limit.isPacked)
  const grown = now - then
  const allowed = limit.bytes ?? (then * (limit.percent ?? 0)) / 100
  if (grown <= allowed || grown < leastGrowthOf({ bytes: then })) return []
  const word = wordOf(limit, analysis)
  const by = `${name} grew by ${formatBytes(grown)}${percentOf(grown, then)}${word} since ${runs[before.against]}`
  const sum = `from ${formatBytes(then)} to ${formatBytes(now)}`
  const what = `${by}, ${sum}, more than image-growth-limit allows (${limit.given})`
  const excess = toExcess(report, limit, what)
  const parts = renderParts(report)
  if (parts === '') return [excess]
  const [first] = report.grown?.layers ?? []
  const location = first && analysis.layers[first.index]?.location
  const message = `${what}${limit.isPacked ? '. Before compression: ' : ': '}${parts}.`
  return [{ message, location: location ?? excess.location }]
}

/** What is beyond the limits that its author has set. */
export const checkImageLimits = (
  reports: readonly Compared[],
  { size, growth }: ImageLimits,
): readonly Excess[] =>
  reports.flatMap((report) => [
    ...size.filter((each) => isAbout(each, report.name)).flatMap((each) => checkSize(report, each)),
    ...growth
      .filter((each) => isAbout(each, report.name))
      .flatMap((each) => checkGrowth(report, each)),
  ])
