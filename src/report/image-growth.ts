import type { ImageAnalysis } from '../analysis/analyse.ts'
import type { ImageSize } from '../memory/image-memory.ts'
import type { LastImage, LastImages } from '../memory/memory.ts'
import type { ImageParts } from '../memory/parts-memory.ts'
import { toBuildId } from '../plan/steps.ts'
import { formatBytes } from '../text/format.ts'
import { findGrown, type Grown, renderGrown, toGrownOutput, toImageParts } from './grown.ts'
import type { Growth, ImageReport } from './image-report.ts'
import { outcomesOf, type Report } from './report.ts'

export const runs: Readonly<Record<Growth['against'], string>> = {
  default: "the default branch's last run",
  branch: "this branch's last run",
}

/** What an image was in an earlier run, and what has grown since; undefined where nobody knows. */
type Since = {
  readonly before: (LastImage & { readonly against: Growth['against'] }) | undefined
  readonly grown?: Grown | undefined
}

/** An image of this run beside what it was. */
export type Compared = ImageReport &
  Since & {
    /** In this branch's own last run, where the other is the default branch's. */
    readonly ofBranch?: Since | undefined
  }

/** Less is what any rebuild makes: an image's clock, a package's patch. */
export const leastGrowthOf = ({ bytes }: Pick<ImageSize, 'bytes'>): number =>
  Math.max(1e6, 0.005 * bytes)

const toSince = (
  analysis: ImageAnalysis,
  last: LastImage | undefined,
  against: Growth['against'],
): Since | undefined =>
  last && {
    before: { ...last, against },
    grown: findGrown(analysis, last, leastGrowthOf(last)),
  }

/**
 * What was found out about the images of this run, each beside what it was.
 *
 * @param targets names of those whose sizes are kept, in the order of these
 */
export const compareImages = (
  report: Pick<Report, 'outcomes'>,
  targets: readonly string[],
  last: LastImages,
): readonly Compared[] =>
  outcomesOf(report, 'analyse').flatMap(({ step, result: analysis }) => {
    if (analysis === undefined) return []
    const { image, names } = step
    const at = targets.findIndex((name) => image.kind === 'built' && image.by === toBuildId(name))
    const ofDefault = toSince(analysis, last.ofDefaultBranch?.[at], 'default')
    const ofBranch = toSince(analysis, last.ofBranch?.[at], 'branch')
    const since = ofDefault ?? ofBranch ?? { before: undefined }
    return [{ name: names.join(', '), analysis, ...since, ofBranch: ofDefault && ofBranch }]
  })

/** What to keep of the images, in the order of the targets; undefined where not all are known. */
export const toImagesToKeep = (
  report: Pick<Report, 'outcomes'>,
  targets: readonly string[],
): readonly (ImageSize & { readonly parts: ImageParts })[] | undefined => {
  const all = outcomesOf(report, 'analyse')
  const images = targets.flatMap((name) => {
    // Of builds that make one image, one alone is where the report finds it.
    const found = all.find(({ step }) => step.needs.includes(toBuildId(name)))?.result
    if (found === undefined) return []
    const { totalBytes: bytes, packedBytes } = found
    return [{ bytes, packedBytes, parts: toImageParts(found) }]
  })
  return images.length === targets.length ? images : undefined
}

const toGrowth = (analysis: ImageAnalysis, { before, grown }: Since): Growth | undefined =>
  before && {
    bytes: analysis.totalBytes - before.bytes,
    against: before.against,
    ...(grown && toGrownOutput(analysis, grown)),
  }

/** How much each has grown, for the output; undefined where no earlier size is known. */
export const toGrowths = (reports: readonly Compared[]): readonly (Growth | undefined)[] =>
  reports.map(({ analysis, ofBranch, ...since }) => {
    const growth = toGrowth(analysis, since)
    return growth && { ...growth, ofBranch: ofBranch && toGrowth(analysis, ofBranch) }
  })

export const percentOf = (part: number, whole: number): string =>
  whole === 0 ? '' : ` (${((100 * part) / whole).toFixed(1)} %)`

/** `+12 MB (0.6 %) since ...`; undefined where no earlier size is known. */
export const renderChange = ({
  analysis,
  before,
}: Pick<Compared, 'analysis' | 'before'>): string | undefined => {
  if (before === undefined) return undefined
  const grown = analysis.totalBytes - before.bytes
  const sign = grown < 0 ? '-' : '+'
  const by = `${sign}${formatBytes(Math.abs(grown))}${percentOf(grown, before.bytes)}`
  return `${by} since ${runs[before.against]}`
}

/** What grew; empty where nobody knows. */
export const renderParts = ({ analysis, grown }: Pick<Compared, 'analysis' | 'grown'>): string =>
  grown === undefined ? '' : renderGrown(analysis, grown)

/** Whether it is worth a second look that an image is not what it was in the branch's last run. */
const hasChanged = ({ totalBytes }: ImageAnalysis, { before }: Since): boolean =>
  before !== undefined && Math.abs(totalBytes - before.bytes) >= leastGrowthOf(before)

/** `api:dev +12 MB (0.6 %) since ...: Dockerfile:7 ... +10 MB`, where an earlier size is known. */
export const renderGrowth = (reports: readonly Compared[]): string | undefined => {
  const each = reports.flatMap(({ name, analysis, ofBranch, ...since }) => {
    const isTold = ofBranch !== undefined && hasChanged(analysis, ofBranch)
    return [since, ...(isTold ? [ofBranch] : [])].flatMap((one) => {
      const change = renderChange({ analysis, ...one })
      const parts = renderParts({ analysis, ...one })
      return change === undefined ? [] : [`${name} ${change}${parts && `: ${parts}`}`]
    })
  })
  return each.length === 0 ? undefined : each.join(' · ')
}
