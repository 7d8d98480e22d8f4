import { markdownTable } from 'markdown-table'
import { Failure } from '../failure.ts'
import { escapeCell, formatCount, formatDuration } from '../text/format.ts'
import { toLine } from '../text/to-line.ts'
import type { Check } from './check.ts'

const longest = 1_000

const remedyOf = (check: Check): string | undefined =>
  check.state === 'no' ? toLine(check.remedy, longest) : undefined

const marks = { ok: 'ok', no: 'NO', unknown: '?' } as const

/** For a log or a terminal: a line for each check, and below a "no" the line that mends it. */
export const renderChecks = (checks: readonly Check[]): readonly string[] => {
  const width = Math.max(...checks.map(({ name }) => name.length))
  return checks.flatMap((check) => {
    const remedy = remedyOf(check)
    const line = `${marks[check.state].padEnd(2)}  ${check.name.padEnd(width)}  ${toLine(check.found, longest)}`
    return remedy === undefined ? [line] : [line, `${' '.repeat(width + 6)}-> ${remedy}`]
  })
}

/** What a step fails without. */
const findNeeded = (checks: readonly Check[]): readonly Check[] =>
  checks.filter((check) => check.state === 'no' && check.isNeeded)

export const renderVerdict = (checks: readonly Check[], durationMs: number): string => {
  const count = (state: Check['state']): number =>
    checks.filter((check) => check.state === state).length
  const took = formatDuration(durationMs)
  const counts = `${count('ok')} ok, ${count('no')} no, ${count('unknown')} unknown, ${took}`
  const lacking = findNeeded(checks).map(({ name }) => name)
  return lacking.length === 0
    ? `nothing that a step needs is missing (${counts})`
    : `a step would fail: ${lacking.join(', ')} (${counts})`
}

const icons = { ok: '✅', no: '⚠️', unknown: '❔' } as const

/** A section of the job's summary: what is wrong first. */
export const renderDoctorSummary = (checks: readonly Check[], durationMs: number): string => {
  const order = (check: Check): number =>
    check.state === 'no' ? (check.isNeeded ? 0 : 1) : check.state === 'unknown' ? 2 : 3
  const rows = checks
    .toSorted((one, other) => order(one) - order(other))
    .map((check) => [
      `${order(check) === 0 ? '❌' : icons[check.state]} ${check.name}`,
      escapeCell(toLine(check.found, longest)),
      escapeCell(remedyOf(check) ?? ''),
    ])
  const table = markdownTable([['What', 'Found', 'What mends it'], ...rows])
  return `### Slipway: ${escapeCell(renderVerdict(checks, durationMs))}\n\n${table}\n`
}

/** Why a step that examines fails: something is missing that every step needs. */
export const toFailure = (checks: readonly Check[]): Failure | undefined => {
  const [first, ...others] = findNeeded(checks)
  if (first === undefined) return undefined
  const more = others.length === 0 ? '' : `, and ${formatCount(others.length, 'thing')} more`
  const what = `${first.name}: ${toLine(first.found, longest)}${more}`
  return new Failure(what, { remedy: remedyOf(first) ?? '' })
}
