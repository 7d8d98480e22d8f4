import type { ImageAnalysis, LayerAnalysis } from '../analysis/analyse.ts'
import { type Comparison, compareContents } from '../analysis/common-files.ts'
import type { Match } from '../analysis/findings/finding.ts'
import type { Warning } from '../host/log.ts'
import { formatBytes } from '../text/format.ts'
import { toLine } from '../text/to-line.ts'
import { type ToldProof, toProofOutput } from './image-proof.ts'
import { outcomesOf, type Report } from './report.ts'
import { toSharedOutput } from './shared-output.ts'

/** How much larger an image is than in a run before, or smaller. */
export type Growth = {
  /** Of the files of all its layers. */
  readonly bytes: number
  /** Whose last run it is compared with. */
  readonly against: 'default' | 'branch'
  /** What grew, where it is known what the image was made of. */
  readonly baseBytes?: number
  readonly layers?: readonly (Pick<LayerAnalysis, 'location' | 'instruction'> & {
    readonly bytes: number
  })[]
  readonly paths?: ImageAnalysis['folders']
  /** The same since this branch's own last run, where the other is the default branch's. */
  readonly ofBranch?: Growth | undefined
}

/** What was found out about one image. */
export type ImageReport = {
  readonly name: string
  readonly analysis: ImageAnalysis
  /** Undefined where no test ran. */
  readonly proof?: ToldProof | undefined
}

export const toImageReports = (report: Pick<Report, 'outcomes'>): readonly ImageReport[] => {
  const proofs = new Map(
    outcomesOf(report, 'prove').map(({ step: { report: id, command }, result: proof }) => [
      id,
      proof && { command, proof },
    ]),
  )
  return outcomesOf(report, 'analyse').flatMap(({ step, result: analysis }) =>
    analysis === undefined
      ? []
      : [{ name: step.names.join(', '), analysis, proof: proofs.get(step.id) }],
  )
}

/** What the images have in common; all of their files are gone through, so once is enough. */
export const compareReports = (reports: readonly ImageReport[]): Comparison =>
  compareContents(reports.map(({ analysis }) => analysis))

/** A path in an image, of which names are bytes, as one line of text. */
export const renderPath = (path: string): string =>
  toLine(`/${Buffer.from(path, 'latin1').toString('utf8')}`, 160)

/** Where a layer comes from, in a word: its line, else its number. */
export const renderPlace = ({ location, isBase }: LayerAnalysis, index: number): string => {
  if (location !== undefined) return `${location.file}:${location.line}`
  return isBase ? 'base' : `layer ${index + 1}`
}

/** Where to change something for a finding. */
export const renderMatchPlace = (
  { location, layer: index }: Match,
  layers: ImageAnalysis['layers'],
): string => {
  if (location !== undefined) return `${location.file}:${location.line}`
  const layer = layers[index]
  return layer === undefined ? '' : renderPlace(layer, index)
}

const pathsShown = 3

const renderPaths = (paths: readonly string[]): string => {
  const shown = paths.slice(0, pathsShown).map(renderPath)
  const rest = paths.length - shown.length
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

/** What a finding is about: bytes, paths and what else shows it. */
export const renderEvidence = ({ bytes, paths, evidence }: Match): string =>
  [bytes > 0 ? formatBytes(bytes) : '', renderPaths(paths), toLine(evidence ?? '')]
    .filter(Boolean)
    .join('; ')

/** What to do about it. */
export const fixOf = ({ rule, fix }: Match): string => fix ?? rule.fix

/** A finding in one line, as an annotation has it. */
export const renderFinding = (match: Match): string => {
  const { what, doubt } = match.rule
  const why = doubt === undefined ? '' : ` (Unless ${doubt}.)`
  return `${what}: ${renderEvidence(match)}. ${fixOf(match)}${why}`
}

/** What is to be told at the Dockerfile's lines; what only may be better is in the report alone. */
export const toAnnotations = ({ name, analysis }: ImageReport) => {
  const { findings, layers } = analysis
  const toWarning = (match: Match): Warning => ({
    message: `${name}: ${renderFinding(match)}`,
    location: match.location ?? layers[match.layer]?.location,
  })
  const ofLevel = (level: Match['rule']['level']): readonly Warning[] =>
    findings.filter(({ rule }) => rule.level === level).map(toWarning)
  return { errors: ofLevel('error'), warnings: ofLevel('warning') }
}

const mostParts = 20
const mostFindings = 50
const mostPaths = 5

const toFindingOutput = (match: Match, all: ImageAnalysis) => {
  const { rule, layer, location, bytes, paths, evidence } = match
  return {
    rule: rule.id,
    level: rule.level,
    what: rule.what,
    fix: fixOf(match),
    doubt: rule.doubt,
    layer,
    isQuestion: rule.isQuestion,
    location: location ?? all.layers[layer]?.location,
    bytes,
    pathCount: paths.length,
    paths: paths.slice(0, mostPaths).map(renderPath),
    evidence: evidence === undefined ? undefined : toLine(evidence),
  }
}

const toOutput = ({ name, analysis, proof }: ImageReport, growth: Growth | undefined) => {
  const { waste, folders, files, findings, removal, fingerprint: _, ...more } = analysis
  const { folderSizes: __, ...rest } = more
  const toLarge = ({ path, bytes }: ImageAnalysis['folders'][number]) => ({
    path: renderPath(path),
    bytes,
  })
  const parts = waste.parts.slice(0, mostParts)
  return {
    image: name,
    growth,
    ...rest,
    waste: {
      ...waste,
      parts: parts.map((part) => ({ ...part, paths: part.paths.map(renderPath) })),
    },
    folders: folders.map(toLarge),
    files: files.map(toLarge),
    findings: findings.slice(0, mostFindings).map((match) => toFindingOutput(match, analysis)),
    proof: toProofOutput({ removal }, proof),
  }
}

/** GitHub takes a megabyte of a job's outputs. */
const mostCharacters = 500_000

/**
 * The output `image-report`; of very many layers, no list.
 *
 * @param compared of all of them
 * @param growths of each, in their order
 */
export const toImageReportOutput = (
  reports: readonly ImageReport[],
  compared: Comparison,
  growths: readonly (Growth | undefined)[] = [],
): string => {
  const names = reports.map(({ name }) => name)
  const all = reports.map((report, at) => ({
    ...toOutput(report, growths[at]),
    ...toSharedOutput(names, at, compared),
  }))
  const json = JSON.stringify(all)
  if (json.length <= mostCharacters) return json
  return JSON.stringify(all.map(({ layers: _, ...rest }) => rest))
}
