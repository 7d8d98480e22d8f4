import { escapeCell, escapeLine } from '../../text/format.ts'
import { toLine } from '../../text/to-line.ts'
import type { Diagnosis } from './diagnosis.ts'
import type { Finding } from './finding.ts'

const certainties: Readonly<Record<Finding['certainty'], string>> = {
  certain: '',
  likely: 'Likely: ',
  possible: 'Possible: ',
}

const withEnd = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

/** For an annotation: what happened and what to change. The evidence is in the log. */
export const renderAnnotation = ({ certainty, cause, remedy }: Finding): string =>
  `${certainties[certainty]}${withEnd(cause)} ${remedy}`

/** For the log: cause first, evidence below, then what to change. */
export const renderFinding = ({ certainty, cause, evidence, remedy }: Finding): string =>
  [
    `${certainties[certainty]}${cause}`,
    ...evidence.map((line) => `    ${line}`),
    `  What to change: ${remedy}`,
  ].join('\n')

/** One line that says what was checked, and what could not be. Some of it is what others said. */
export const renderChecks = ({ findings, checked, unchecked, remarks }: Diagnosis): string => {
  const list = (title: string, pieces: readonly string[]): readonly string[] =>
    pieces.length === 0 ? [] : [`${title}: ${pieces.map((piece) => toLine(piece)).join(', ')}.`]
  return [
    ...(findings.length === 0 ? ['No cause found.'] : []),
    ...list('Checked', checked),
    ...list('Not checked', unchecked),
    ...remarks.map((remark) => withEnd(toLine(remark))),
  ].join(' ')
}

/** A section of the job's summary. */
export const renderDiagnosis = (diagnosis: Diagnosis): string => {
  const parts = diagnosis.findings.flatMap(({ certainty, cause, evidence, remedy }) => [
    `**${certainties[certainty]}${escapeCell(withEnd(cause))}**`,
    ...(evidence.length > 0 ? [evidence.map((line) => `- ${escapeLine(line)}`).join('\n')] : []),
    `What to change: ${escapeCell(remedy)}`,
  ])
  const all = ['### Slipway: what went wrong', ...parts, escapeCell(renderChecks(diagnosis))]
  return `${all.join('\n\n')}\n`
}
