import { markdownTable } from 'markdown-table'
import { renderBecause } from '../load/because.ts'
import type { NodeLoad } from '../load/task.ts'
import type { StepOutcome } from '../run/run-plan.ts'
import { escapeCell, formatBytes, formatDuration } from '../text/format.ts'
import { type OutcomeOf, outcomesOf, type Report } from './report.ts'

/** One image on its way: its build, its load, or both. */
export type ImageRow = {
  readonly name: string
  readonly build: OutcomeOf<'build'> | undefined
  readonly load: OutcomeOf<'load'> | undefined
  readonly pull?: OutcomeOf<'pull'> | undefined
}

/** Every image that the nodes were to get, and every other build that failed. */
export const toImageRows = (report: Report): readonly ImageRow[] => {
  const builds = outcomesOf(report, 'build')
  const loads = outcomesOf(report, 'load')
  const given = loads.filter(({ step }) => step.image.kind !== 'built')
  return [
    ...given.map((load) => ({
      name: load.step.names.join(', '),
      build: undefined,
      load,
      pull: outcomesOf(report, 'pull').find(({ step }) => load.step.needs.includes(step.id)),
    })),
    ...builds.flatMap((build): readonly ImageRow[] => {
      const { target } = build.step
      const load = loads.find(({ step }) => step.needs.includes(build.step.id))
      if (!target.isWanted && build.state === 'done') return []
      const tags = target.tags.map(({ given: tag }) => tag).join(', ')
      return [{ name: tags === '' ? target.name : tags, build, load }]
    }),
  ]
}

/** `loaded` and `built` are what was asked for. */
export type Result = 'loaded' | 'built' | 'failed' | 'cancelled' | 'skipped'

export const resultOf = ({ build, load, pull }: ImageRow): Result => {
  const states = [build?.state, load?.state, pull?.state]
  if (states.includes('failed')) return 'failed'
  // Built, too, where there is no cluster to load into.
  if (states.includes('skipped')) return 'skipped'
  if (states.includes('cancelled')) return 'cancelled'
  if (load?.state === 'skipped') return 'skipped'
  return load === undefined ? 'built' : 'loaded'
}

const marks: Readonly<Record<Result, string>> = {
  loaded: '✅',
  built: '✅',
  failed: '❌',
  cancelled: '⏹',
  skipped: '⏹',
}

const methods = {
  reflink: 'reflinked',
  link: 'linked',
  copy: 'copied',
  stream: 'streamed',
  kind: 'loaded by kind',
  present: 'unchanged',
} as const

const renderMethod = (nodes: readonly NodeLoad[], isAll: boolean): string => {
  const [{ way, because } = { way: 'present' as const, because: undefined }] = nodes
  const copied = nodes.reduce((sum, { copiedBytes }) => sum + copiedBytes, 0)
  const bytes = way === 'present' ? '' : `, ${formatBytes(copied)} copied`
  const where = isAll ? '' : ` in ${nodes.map(({ name }) => name).join(', ')}`
  const why = because === undefined ? '' : `: ${renderBecause(because)}`
  return `${because === undefined ? '' : '⚠️ '}${methods[way]}${where}${bytes}${why}`
}

/** How it came into the nodes, which are named only where they differ; else what it lacked. */
const renderHow = ({ build, load }: ImageRow): string => {
  if (build?.because !== undefined) return `${build.because.replace(/^build /, '')} was not built`
  const nodes = load?.result?.nodes ?? []
  const keyOf = ({ way, because }: NodeLoad) => `${way} ${because && renderBecause(because)}`
  const groups = [...Map.groupBy(nodes, keyOf).values()]
  return groups.map((group) => renderMethod(group, groups.length === 1)).join('; ')
}

const renderTime = (outcome: Pick<StepOutcome, 'time'> | undefined): string =>
  outcome?.time === undefined ? '' : formatDuration(outcome.time.endedMs - outcome.time.startedMs)

/** With how many of the Dockerfile's steps the cache had. */
const renderBuild = (build: OutcomeOf<'build'> | undefined): string => {
  const time = renderTime(build)
  const { steps = 0, cachedSteps = 0 } = build?.result?.metadata ?? {}
  return time === '' || steps === 0 ? time : `${time} (${cachedSteps}/${steps})`
}

/** A column, and whether its cells are short words or numbers that should stay on one line. */
type Column = readonly [title: string, of: (row: ImageRow) => string, kind?: 'word' | 'number']

const renderSize = ({ build, load }: ImageRow): string => {
  const image = load?.result?.image ?? build?.result?.image
  return image === undefined ? '' : formatBytes(image.sizeBytes)
}

const columns: readonly Column[] = [
  ['Image', ({ name }) => escapeCell(name)],
  ['Result', (row) => `${marks[resultOf(row)]} ${resultOf(row)}`, 'word'],
  ['Size', renderSize, 'number'],
  ['Build (cached)', ({ build }) => renderBuild(build), 'number'],
  ['Pull', ({ pull }) => renderTime(pull), 'number'],
  ['Load', ({ load }) => renderTime(load), 'number'],
  ['How', (row) => escapeCell(renderHow(row))],
]

/**
 * A table in Markdown with one row an image, without the columns that no image has anything for.
 *
 * @param space between the words of short cells: one that does not break where a page is narrow
 */
export const renderTable = (rows: readonly ImageRow[], space: ' ' | '\u00a0'): string => {
  const used = columns.filter(([, of]) => rows.some((row) => of(row) !== ''))
  const cells = rows.map((row) =>
    used.map(([, of, kind]) => (kind === undefined ? of(row) : of(row).replaceAll(' ', space))),
  )
  const align = used.map(([, , kind]) => (kind === 'number' ? 'r' : 'l'))
  return markdownTable([used.map(([title]) => title), ...cells], { align })
}
