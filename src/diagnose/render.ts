import { escapeCell, escapeLine } from '../text/format.ts'
import { toLine } from '../text/to-line.ts'
import type { Finding, Told } from './finding/finding.ts'

const certainties: Readonly<Record<Finding['certainty'], string>> = {
  certain: '',
  likely: 'Likely: ',
  possible: 'Possible: ',
}

/** What explains most comes first: what is gone or dead, then what never began, then what is unsure. */
const order: readonly Finding['kind'][] = [
  'node-gone',
  'node-restarted',
  'oom-kill',
  'pull-policy',
  'image-collected',
  'image-pull',
  'eviction',
  'liveness',
  'disk-pressure',
  'memory-pressure',
  'pid-pressure',
  'pending',
  'killed',
  'clock-jump',
]

const toRank = ({ kind, certainty }: Finding): number =>
  order.indexOf(kind) + (certainty === 'possible' ? order.length : 0)

/** Sorts for people: GitHub shows ten annotations of a step, and nobody reads the twentieth line. */
export const sortFindings = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((a, b) => toRank(a) - toRank(b))

/**
 * What is one and the same finding for whoever looks a second time, when there may be more of it: whom
 * it hit, or what it says where that is not known.
 */
export const toKey = (finding: Finding): string => {
  const {
    kind,
    cause,
    node = '',
    namespace = '',
    pod = '',
    container = '',
    containerId = '',
  } = finding
  const whom = [node, namespace, pod, container, containerId]
  return toLine([kind, ...(whom.some((part) => part !== '') ? whom : [cause])].join(' '))
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

/** One line that says what was looked at, and what could not be. Some of it is what others said. */
export const renderLooked = ({ findings, looked }: Told): string => {
  const what = looked.map(toLine).join('; ')
  return findings.length === 0
    ? `Slipway found nothing that would explain a failure. It looked at: ${what}.`
    : `Slipway looked at: ${what}.`
}

/** A section of the job's summary. */
export const renderDiagnosis = (diagnosis: Told): string => {
  const { findings } = diagnosis
  const parts = findings.flatMap(({ certainty, cause, evidence, remedy }) => [
    `**${certainties[certainty]}${escapeCell(withEnd(cause))}**`,
    ...(evidence.length > 0 ? [evidence.map((line) => `- ${escapeLine(line)}`).join('\n')] : []),
    `What to change: ${escapeCell(remedy)}`,
  ])
  const all = ['### Slipway: what went wrong', ...parts, escapeCell(renderLooked(diagnosis))]
  return `${all.join('\n\n')}\n`
}
