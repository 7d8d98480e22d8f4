import type { ImageAnalysis } from '../analysis/analyse.ts'
import type { SourceLocation } from '../failure.ts'
import type { ImageLimit, ImageLimits } from '../inputs/inputs.ts'
import type { ImageSize } from '../memory/image-memory.ts'
import type { LastImages } from '../memory/memory.ts'
import { toBuildId } from '../plan/steps.ts'
import { formatBytes } from '../text/format.ts'
import { toLine } from '../text/to-line.ts'
import { type Growth, type ImageReport, renderPlace } from './image-report.ts'
import { outcomesOf, type Report } from './report.ts'

const runs: Readonly<Record<Growth['against'], string>> = {
  default: "the default branch's last run",
  branch: "this branch's last run",
}

/** An image of this run beside what it was. */
export type Compared = ImageReport & {
  /** Undefined where nobody knows. */
  readonly before: (ImageSize & { readonly against: Growth['against'] }) | undefined
}

/**
 * What was found out about the images of this run, each beside what it was.
 *
 * @param targets names of those whose sizes are kept, in the order of these
 */
export const compareImages = (
  report: Pick<Report, 'outcomes'>,
  targets: readonly string[],
  { ofDefaultBranch, ofBranch }: LastImages,
): readonly Compared[] =>
  outcomesOf(report, 'analyse').flatMap(({ step, result: analysis }) => {
    if (analysis === undefined) return []
    const { image, names } = step
    const at = targets.findIndex((name) => image.kind === 'built' && image.by === toBuildId(name))
    const ofDefault = ofDefaultBranch?.[at]
    const size = ofDefault ?? ofBranch?.[at]
    const against = ofDefault === undefined ? 'branch' : 'default'
    return [{ name: names.join(', '), analysis, before: size && { ...size, against } }]
  })

/** The sizes to keep, in the order of the targets; undefined where not all are known. */
export const toImageSizes = (
  report: Pick<Report, 'outcomes'>,
  targets: readonly string[],
): readonly ImageSize[] | undefined => {
  const all = outcomesOf(report, 'analyse')
  const sizes = targets.flatMap((name) => {
    const found = all.find(
      ({ step: { image } }) => image.kind === 'built' && image.by === toBuildId(name),
    )?.result
    return found === undefined ? [] : [{ bytes: found.totalBytes, packedBytes: found.packedBytes }]
  })
  return sizes.length === targets.length ? sizes : undefined
}

/** Less is what any rebuild makes: an image's clock, a package's patch. */
const isNoise = (grownBytes: number, { bytes }: ImageSize): boolean =>
  grownBytes < Math.max(1e6, 0.005 * bytes)

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

const percentOf = (part: number, whole: number): string =>
  whole === 0 ? '' : ` (${((100 * part) / whole).toFixed(1)} %)`

const checkGrowth = (report: Compared, limit: ImageLimit): readonly Excess[] => {
  const { name, analysis, before } = report
  if (before === undefined) return []
  const then = limit.isPacked ? before.packedBytes : before.bytes
  const now = sizeOf(analysis, limit.isPacked)
  const grown = now - then
  const allowed = limit.bytes ?? (then * (limit.percent ?? 0)) / 100
  if (grown <= allowed || isNoise(grown, { ...before, bytes: then })) return []
  const word = wordOf(limit, analysis)
  const by = `${name} grew by ${formatBytes(grown)}${percentOf(grown, then)}${word} since ${runs[before.against]}`
  const sum = `from ${formatBytes(then)} to ${formatBytes(now)}`
  return [
    toExcess(report, limit, `${by}, ${sum}, more than image-growth-limit allows (${limit.given})`),
  ]
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

/** How much each has grown, for the output; undefined where no earlier size is known. */
export const toGrowths = (reports: readonly Compared[]): readonly (Growth | undefined)[] =>
  reports.map(
    ({ analysis, before }) =>
      before && { bytes: analysis.totalBytes - before.bytes, against: before.against },
  )

/** `+12 MB (0.6 %) since ...`; undefined where no earlier size is known. */
export const renderChange = ({ analysis, before }: Compared): string | undefined => {
  if (before === undefined) return undefined
  const grown = analysis.totalBytes - before.bytes
  const sign = grown < 0 ? '-' : '+'
  const by = `${sign}${formatBytes(Math.abs(grown))}${percentOf(grown, before.bytes)}`
  return `${by} since ${runs[before.against]}`
}

/** `api:dev +12 MB (0.6 %)`, for each image of which an earlier size is known. */
export const renderGrowth = (reports: readonly Compared[]): string | undefined => {
  const each = reports.flatMap((report) => {
    const change = renderChange(report)
    return change === undefined ? [] : [`${report.name} ${change}`]
  })
  return each.length === 0 ? undefined : each.join(' · ')
}
