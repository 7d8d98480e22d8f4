import type { ImageAnalysis } from '../analysis/analyse.ts'
import type { Proof } from '../analysis/proof.ts'
import type { Removable, Removal } from '../analysis/removal.ts'
import { formatBytes, formatCount, formatDuration } from '../text/format.ts'
import { toLine } from '../text/to-line.ts'

/** A proof, and the test that it is by. */
export type ToldProof = { readonly command: string; readonly proof: Proof }

const idsOf = (parts: readonly Removable[]): readonly string[] => [
  ...new Set(parts.map(({ match }) => match.rule.id)),
]

const renderRuns = ({ runs, durationMs }: Proof): string =>
  `${formatCount(runs, 'run')}, ${formatDuration(durationMs)}`

const renderSize = (before: number, after: number): string =>
  `${formatBytes(before)} → ${formatBytes(after)}`

/** With the lines of what people have to look at. */
const renderNeeded = (parts: readonly Removable[], layers: ImageAnalysis['layers']): string =>
  parts
    .map(({ match: { rule, layer } }) => {
      const { location } = layers[layer] ?? {}
      return location === undefined ? rule.id : `${rule.id} (${location.file}:${location.line})`
    })
    .join(', ')

const renderTried = (
  proof: Extract<Proof, { kind: 'tried' }>,
  { parts, packedBytes }: Removal,
  { totalBytes, layers }: ImageAnalysis,
): string => {
  const { removed, brokenBy, isComplete, bytes } = proof
  const isWhole = removed.length === parts.length
  const packed = isWhole ? `, about ${formatBytes(packedBytes)} in a registry` : ''
  const what = formatCount(removed.length, 'finding')
  const size = renderSize(totalBytes, bytes)
  const sentences = [
    ...(removed.length === 0
      ? []
      : [`Without ${what} (${idsOf(removed).join(', ')}): ${size}${packed}; your test passes`]),
    ...(brokenBy.length === 0
      ? []
      : [`Your test fails without what ${renderNeeded(brokenBy, layers)} found`]),
    ...(isComplete ? [] : ['Other findings are not known, as runs or time were over']),
  ]
  return `${sentences.join('. ')} (${renderRuns(proof)})`
}

/** What the image would be without its findings, and whether it still worked, as a line; empty for no such finding. */
export const renderProof = (analysis: ImageAnalysis, told: ToldProof | undefined): string => {
  const { removal, totalBytes } = analysis
  if (removal === undefined) return ''
  const { parts, bytes, packedBytes } = removal
  if (told === undefined)
    return `Without ${formatCount(parts.length, 'finding')} whose fix only removes something (${idsOf(parts).join(', ')}): ${renderSize(totalBytes, bytes)}, about ${formatBytes(packedBytes)} in a registry`
  const { proof } = told
  if (proof.kind === 'tried') return renderTried(proof, removal, analysis)
  return `Without ${formatCount(parts.length, 'finding')}: ${renderSize(totalBytes, bytes)}. Your test proves nothing, as it does not pass in the image as it is: ${toLine(proof.how)}`
}

/** What the test said where it failed, for the log alone: its output may hold what only the log masks. */
export const renderSaid = (told: ToldProof | undefined): readonly string[] => {
  if (told === undefined) return []
  const { proof, command } = told
  const failed = proof.kind === 'tried' ? proof.failed : proof
  if (failed === undefined) return []
  const how = `The test \`${toLine(command, 200)}\` failed: ${toLine(failed.how)}`
  return [how, ...failed.said.map((line) => `  ${toLine(line)}`)]
}

/** The same for programs; undefined where nothing can only be removed. */
export const toProofOutput = (
  { removal }: Pick<ImageAnalysis, 'removal'>,
  told: ToldProof | undefined,
) => {
  if (removal === undefined) return undefined
  const { parts, bytes, packedBytes } = removal
  const whole = { bytes, packedBytes, removed: idsOf(parts) }
  if (told === undefined) return whole
  const { command, proof } = told
  const { runs } = proof
  if (proof.kind === 'useless') return { ...whole, command, runs, passed: false, brokenBy: [] }
  const { removed, brokenBy, isComplete } = proof
  const isWhole = removed.length === parts.length
  return {
    bytes: proof.bytes,
    packedBytes: isWhole ? packedBytes : undefined,
    ...{ removed: idsOf(removed), command, runs, passed: removed.length > 0 },
    ...{ brokenBy: idsOf(brokenBy), isComplete },
  }
}
