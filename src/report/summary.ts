import { renderError } from '../failure.ts'
import { escapeLine, escapeText, formatBytes, formatCount, formatDuration } from '../text/format.ts'
import { renderEndedToken } from '../token/ended-token.ts'
import { type Problem, renderUnloaded, toProblems } from './failures.ts'
import { renderGantt } from './gantt.ts'
import { freedOf, outcomesOf, type Report } from './report.ts'
import { type ImageRow, type Result, renderTable, resultOf, toImageRows } from './rows.ts'
import { toSections } from './tasks.ts'
import { renderTimeline } from './timeline.ts'

export type Told = {
  readonly report: Report
  readonly clusterName: string
  /** When the step began, by the clock that outcomes have. */
  readonly beganMs: number
  readonly durationMs: number
  /** What became of files for nodes, in a few words. */
  readonly files?: string | undefined
  /** How much larger the images are than before, where that is known. */
  readonly growth?: string | undefined
  /** What the builds took beside what is usual; undefined where nobody knows that. */
  readonly usual?: { readonly line: string; readonly isSlower: boolean } | undefined
  /** Why the step fails; undefined where it does not. */
  readonly failure: unknown
}

const findNodes = (rows: readonly ImageRow[]): number =>
  Math.max(0, ...rows.map(({ load }) => load?.step.into.length ?? 0))

/** `2 of 3 images reported`, where nothing else was asked for. */
const renderReported = (report: Report): string | undefined => {
  const all = outcomesOf(report, 'analyse')
  if (all.length === 0) return undefined
  const done = all.filter(({ state }) => state === 'done').length
  const of = done === all.length ? '' : `${done} of `
  return `${of}${formatCount(all.length, 'image')} reported`
}

/** `4 of 6 images in kind (2 nodes), 1 failed, 1 cancelled`. */
const renderVerdict = ({ report, clusterName, failure, files }: Told): string => {
  const rows = toImageRows(report)
  if (rows.length === 0)
    return renderReported(report) ?? (failure === undefined ? (files ?? 'nothing to do') : 'failed')
  const number = (result: Result): number => rows.filter((row) => resultOf(row) === result).length
  const loads = rows.filter(({ load }) => load !== undefined)
  const done = number('loaded')
  const all =
    done === rows.length
      ? formatCount(done, 'image')
      : `${done} of ${formatCount(rows.length, 'image')}`
  const where =
    loads.length === 0 ? '' : ` in ${clusterName} (${formatCount(findNodes(rows), 'node')})`
  const rest = (['built', 'failed', 'cancelled', 'skipped'] as const).flatMap((result) =>
    number(result) === 0 ? [] : [`${number(result)} ${result}`],
  )
  return [`${all}${where}`, ...rest, ...(files === undefined ? [] : [files])].join(', ')
}

/** Longer than any run of backquotes inside, so that nothing in it can end it. */
const renderCode = (text: string): string => {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${text}\n${fence}`
}

const quote = (text: string): string => `> ${text.replaceAll('\n', '\n> ')}`

const renderProblem = ({ name, error, location }: Problem): string => {
  const [first = '', ...rest] = renderError(error).split(/\r\n|\n|\r/)
  const what = first.startsWith(`${name}: `) ? first.slice(name.length + 2) : first
  const at = location && `${location.file}:${location.line}`
  const where = at === undefined || first.includes(at) ? '' : ` — ${escapeLine(at)}`
  const head = `**❌ ${escapeLine(name)}**${where} — ${escapeLine(what)}`
  return quote(rest.length === 0 ? head : `${head}\n${renderCode(rest.join('\n'))}`)
}

const renderFailure = ({ report, failure }: Told): readonly string[] => {
  if (failure === undefined) return []
  const problems = toProblems(report)
  if (problems.length > 0) return problems.map(renderProblem)
  return [quote(`**❌** ${escapeText(renderError(failure))}`)]
}

const renderFreed = (report: Report): readonly string[] => {
  const freed = freedOf(report)
  if (freed.length === 0) return []
  const bytes = freed.reduce((sum, each) => sum + each.bytes, 0)
  const each = freed.map((one) => `${one.name} (${one.path}) ${formatBytes(one.bytes)}`).join(', ')
  return [`**Freed**: ${formatBytes(bytes)}: ${escapeLine(each)}`]
}

/** Of all builds, the three instructions that took longest. */
const renderSlowest = (report: Report): readonly string[] => {
  const steps = outcomesOf(report, 'build').flatMap(({ step, result }) =>
    (result?.metadata.timings.slowest ?? []).map((slow) => ({ target: step.target.name, ...slow })),
  )
  const slowest = steps.toSorted((a, b) => b.ms - a.ms).slice(0, 3)
  if (slowest.length === 0) return []
  const each = slowest.map(({ target, name, ms }) => `${target}: ${name}, ${formatDuration(ms)}`)
  return [`**Slowest**: ${each.map(escapeLine).join(' · ')}`]
}

const renderTokens = (report: Report): readonly string[] =>
  outcomesOf(report, 'revoke-token')
    .flatMap(({ result }) => result ?? [])
    .map((token) => `**Token**: ${escapeLine(renderEndedToken(token))}`)

/** What the log ends with: what was done when, the verdict, and one row an image. */
export const renderResult = (told: Told): string => {
  const rows = toImageRows(told.report)
  const verdict = `${renderVerdict(told)}, ${formatDuration(told.durationMs)}`
  const timeline = renderTimeline(toSections(told.report, rows, told.beganMs))
  return [
    ...(timeline === undefined ? [] : [timeline, '']),
    `Slipway: ${verdict}`,
    ...(rows.length === 0 ? [] : [renderTable(rows, ' ')]),
    ...(told.growth === undefined ? [] : [`Growth: ${told.growth}`]),
    ...(told.usual?.isSlower === true ? [`Builds: ${told.usual.line}`] : []),
    ...renderUnloaded(told.report),
  ].join('\n')
}

/** The job summary, in Markdown: the answer first. */
export const renderSummary = (told: Told): string => {
  const rows = toImageRows(told.report)
  const gantt = renderGantt(toSections(told.report, rows, told.beganMs))
  const parts = [
    `### Slipway: ${escapeLine(renderVerdict(told))} &nbsp; ⏱ ${formatDuration(told.durationMs)}`,
    ...renderFailure(told),
    ...(rows.length === 0 ? [] : [renderTable(rows, '\u00a0')]),
    ...renderUnloaded(told.report).map(escapeLine),
    ...(told.usual === undefined ? [] : [`**Builds**: ${escapeLine(told.usual.line)}`]),
    ...(told.growth === undefined ? [] : [`**Growth**: ${escapeLine(told.growth)}`]),
    ...renderSlowest(told.report),
    ...renderTokens(told.report),
    ...renderFreed(told.report),
    ...(gantt === undefined ? [] : [gantt]),
  ]
  return `${parts.join('\n\n')}\n`
}
