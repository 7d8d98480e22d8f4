import { createHash } from 'node:crypto'
import { markdownTable } from 'markdown-table'
import type { Level } from '../analysis/findings/finding.ts'
import { escapeCell, formatBytes, formatCount } from '../text/format.ts'
import { toLine } from '../text/to-line.ts'
import { type Compared, renderChange, renderParts } from './image-growth.ts'
import { type Excess, findLargest, withoutTag } from './image-limits.ts'
import { renderMatchPlace, renderPath, renderPlace } from './image-report.ts'
import { marks } from './image-report-summary.ts'
import { renderWaste } from './image-report-text.ts'
import { outcomesOf, type Report } from './report.ts'

/** Which job writes a comment, and for which commit. */
export type CommentOrigin = {
  readonly workflow: string
  readonly job: string
  /** Where the run's summary is; undefined where the runner does not say. */
  readonly runUrl: string | undefined
  readonly commit: string | undefined
  /** Numbers and commits of the run, which names often have in them. */
  readonly ofRun: readonly string[]
}

/** Commits may be cut to seven digits; what is short counts as a word of its own alone. */
const toPattern = (own: string): string => {
  if (own.length < 7) return `(?<![0-9a-z.])${own}(?![0-9a-z.])`
  return own.length < 40 ? `${own}(?!\\d)` : `${own.slice(0, 7)}[0-9a-f]*`
}

/** The same in every run, also of `e2e-${{ github.run_id }}`. */
const withoutRun = (name: string, ofRun: readonly string[]): string =>
  name.replace(new RegExp(ofRun.map(toPattern).join('|'), 'g'), '')

/**
 * How a comment begins, by which a later run finds it. Steps with other images or for another cluster have
 * another one. Names count without tags, and the cluster's without the run's numbers: each run would write
 * a comment of its own.
 */
export const toCommentMarker = (
  { workflow, job, ofRun }: CommentOrigin,
  clusterName: string,
  report: Pick<Report, 'outcomes'>,
): string => {
  // Also those that could not be read this time.
  const names = outcomesOf(report, 'analyse').flatMap(({ step }) => step.names.map(withoutTag))
  const cluster = withoutRun(clusterName, ofRun)
  const parts = [workflow, job, cluster, ...new Set(names.toSorted())]
  const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
  return `<!-- slipway:images:${key} -->`
}

/** GitHub links names of people and issues in comments, and tells those people. */
const unlink = (text: string): string =>
  escapeCell(text).replace(/[@#]|:(?=\/\/)|\bwww(?=\.)|\bGH(?=-\d)/gi, '$&&#8203;')

const longestName = 120
const longestList = 600

/** What others wrote, as text that is nothing else. */
const toCode = (text: string, longest = longestName): string =>
  `<code>${unlink(toLine(text, longest))}</code>`

const toCell = (bytes: number): string =>
  bytes > 0 ? formatBytes(bytes).replace(' ', '\u00a0') : ''

/** So many rows of each make forty lines with all that is around them. */
const most = { images: 6, excesses: 3, findings: 7, details: 5 } as const

const renderRest = (all: number, shown: number, what: string): readonly string[] =>
  all > shown ? [`${formatCount(all - shown, `more ${what}`)} in the summary of the job.`] : []

const renderTable = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] => markdownTable([head, ...rows], { alignDelimiters: false }).split('\n')

const renderImages = (images: readonly Compared[]): readonly string[] => {
  const rows = images.slice(0, most.images).map((image) => {
    const { totalBytes, packedBytes, isPackedExact } = image.analysis
    const packed = `${isPackedExact ? '' : 'about '}${formatBytes(packedBytes)}`
    return [toCode(image.name), formatBytes(totalBytes), packed, renderChange(image) ?? 'unknown']
  })
  return [
    ...renderTable(['Image', 'Files of all layers', 'In a registry', 'Change'], rows),
    '',
    ...renderRest(images.length, most.images, 'image'),
  ]
}

const ranks: Readonly<Record<Level, number>> = { error: 0, warning: 1, info: 2 }

const renderFindings = (images: readonly Compared[]): readonly string[] => {
  const all = images
    .flatMap(({ name, analysis: { findings, layers } }) =>
      findings.map((match) => ({ name, layers, match })),
    )
    .toSorted(
      ({ match: a }, { match: b }) =>
        ranks[a.rule.level] - ranks[b.rule.level] || b.bytes - a.bytes,
    )
  if (all.length === 0) return ['No findings.', '']
  const rows = all.slice(0, most.findings).map(({ name, layers, match }) => [
    // Rules' own texts are Markdown.
    `${marks[match.rule.level]} ${match.rule.what}`,
    toCell(match.bytes),
    toCode(renderMatchPlace(match, layers)),
    match.paths[0] === undefined ? '' : toCode(renderPath(match.paths[0])),
    toCode(name),
  ])
  return [
    ...renderTable(['Finding', 'Bytes', 'Line', 'Where', 'Image'], rows),
    '',
    ...renderRest(all.length, most.findings, 'finding'),
  ]
}

const renderDetail = ({ name, analysis, grown }: Compared): string => {
  const largest = findLargest(analysis, false)
  const [folder] = analysis.folders
  const instruction = largest?.layer.instruction
  const grew = renderParts({ analysis, grown })
  const parts = [
    `${toCode(name)}: ${formatCount(analysis.layers.length, 'layer')}`,
    grew && `grown: ${toCode(grew, longestList)}`,
    `waste ${renderWaste(analysis)}`,
    largest &&
      `largest layer ${toCode(renderPlace(largest.layer, largest.index))}${instruction === undefined ? '' : ` ${toCode(instruction)}`} ${formatBytes(largest.bytes)}`,
    folder && `largest folder ${toCode(renderPath(folder.path))} ${formatBytes(folder.bytes)}`,
  ]
  return `- ${parts.filter(Boolean).join('; ')}`
}

const renderOrigin = ({ runUrl, commit }: CommentOrigin): string => {
  const summary =
    runUrl === undefined ? 'the summary of the job' : `[the summary of the job](${runUrl})`
  return `All of it is in ${summary}${commit === undefined ? '' : `; of commit ${commit}`}.`
}

/** A comment of at most forty lines: sizes and the worst first, the rest folded. */
export const renderImageComment = (
  marker: string,
  images: readonly Compared[],
  excesses: readonly Excess[],
  origin: CommentOrigin,
): string => {
  const beyond = excesses.slice(0, most.excesses)
  return [
    marker,
    '### Image report',
    ...beyond.map(({ message }) => `- ❌ ${unlink(toLine(message))}`),
    '',
    ...renderImages(images),
    ...renderFindings(images),
    '<details><summary>Details</summary>',
    '',
    ...images.slice(0, most.details).map(renderDetail),
    '',
    '</details>',
    '',
    renderOrigin(origin),
  ].join('\n')
}
