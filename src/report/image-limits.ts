import type { ImageAnalysis } from '../analysis/analyse.ts'
import type { SourceLocation } from '../failure.ts'
import type { ImageLimit, ImageLimits } from '../inputs/inputs.ts'
import type { ImageSize } from '../memory/image-memory.ts'
import type { LastImage, LastImages } from '../memory/memory.ts'
import type { ImageParts } from '../memory/parts-memory.ts'
import { toBuildId } from '../plan/steps.ts'
import { formatBytes } from '../text/format.ts'
import { toLine } from '../text/to-line.ts'
import { findGrown, type Grown, renderGrown, toGrownOutput, toImageParts } from './grown.ts'
import { type Growth, type ImageReport, renderPlace } from './image-report.ts'
import { outcomesOf, type Report } from './report.ts'

const runs: Readonly<Record<Growth['against'], string>> = {
  default: "the default branch's last run",
  branch: "this branch's last run",
}

/** An image of this run beside what it was. */
export type Compared = ImageReport & {
  /** Undefined where nobody knows. */
  readonly before: (LastImage & { readonly against: Growth['against'] }) | undefined
  /** Undefined where nobody knows. */
  readonly grown?: Grown | undefined
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
    const before = size && ({ ...size, against } as const)
    const grown = size && findGrown(analysis, size, leastGrowthOf(size))
    return [{ name: names.join(', '), analysis, before, grown }]
  })

/** What to keep of the images, in the order of the targets; undefined where not all are known. */
export const toImagesToKeep = (
  report: Pick<Report, 'outcomes'>,
  targets: readonly string[],
): readonly (ImageSize & { readonly parts: ImageParts })[] | undefined => {
  const all = outcomesOf(report, 'analyse')
  const sizes = targets.flatMap((name) => {
    const found = all.find(
      ({ step: { image } }) => image.kind === 'built' && image.by === toBuildId(name),
    )?.result
    if (found === undefined) return []
    const { totalBytes: bytes, packedBytes } = found
    return [{ bytes, packedBytes, parts: toImageParts(found) }]
  })
  return sizes.length === targets.length ? sizes : undefined
}

/** Less is what any rebuild makes: an image's clock, a package's patch. */
const leastGrowthOf = ({ bytes }: Pick<ImageSize, 'bytes'>): number => Math.max(1e6, 0.005 * bytes)

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

/** What grew; empty where nobody knows. */
const renderParts = ({ analysis, grown }: Compared): string =>
  grown === undefined ? '' : renderGrown(analysis, grown)

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

/** How much each has grown, for the output; undefined where no earlier size is known. */
export const toGrowths = (reports: readonly Compared[]): readonly (Growth | undefined)[] =>
  reports.map(
    ({ analysis, before, grown }) =>
      before && {
        bytes: analysis.totalBytes - before.bytes,
        against: before.against,
        ...(grown && toGrownOutput(analysis, grown)),
      },
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
    const parts = renderParts(report)
    return change === undefined ? [] : [`${report.name} ${change}${parts && `: ${parts}`}`]
  })
  return each.length === 0 ? undefined : each.join(' · ')
}
