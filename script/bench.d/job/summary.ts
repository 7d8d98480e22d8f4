import { type Spread, spreadOf } from '../measure/statistics.ts'
import { type Column, type Section, toTable } from '../report/table.ts'
import { formatBytes, formatCount, formatSeconds } from '../report/units.ts'
import type { Phase, Sample } from './run-rounds.ts'
import { type Platform, sumOf } from './services.ts'
import type { Way } from './way.ts'
import { actionWay } from './ways/action.ts'
import { aloneWay } from './ways/alone.ts'
import { scriptWay } from './ways/script.ts'

/** One way's one job over all rounds. */
export type JobSummary = {
  readonly way: Way['name']
  readonly phase: Phase
  readonly title: string
  readonly runs: number
  readonly wallMs: Spread | undefined
  readonly buildMs: Spread | undefined
  readonly loadMs: Spread | undefined
  readonly deleteMs: Spread | undefined
  readonly restMs: Spread | undefined
  readonly besideMs: Spread | undefined
  /** Of the wall time, what no build runs in. */
  readonly notBuilding: Spread | undefined
  readonly peakBytes: Spread | undefined
  readonly afterBytes: Spread | undefined
  readonly errors: readonly string[]
}

const rows = [
  { way: aloneWay, phase: 'cold' },
  { way: scriptWay, phase: 'cold' },
  { way: actionWay, phase: 'cold' },
  { way: scriptWay, phase: 'changed' },
  { way: actionWay, phase: 'changed' },
] as const

const phaseWords: Readonly<Record<Phase, string>> = {
  cold: 'cold',
  changed: 'one service changed',
}

const notBuilding = ({ wallMs, buildMs }: Sample): number | undefined =>
  wallMs === undefined || buildMs === undefined ? undefined : (wallMs - buildMs) / wallMs

export const summarize = (samples: readonly Sample[]): readonly JobSummary[] =>
  rows.map(({ way, phase }) => {
    const own = samples.filter((sample) => sample.way === way.name && sample.phase === phase)
    const spread = (value: (sample: Sample) => number | undefined) =>
      spreadOf(own.map(value).filter((known) => known !== undefined))
    return {
      way: way.name,
      phase,
      title: `${way.title}, ${phaseWords[phase]}`,
      runs: own.length,
      wallMs: spread(({ wallMs }) => wallMs),
      buildMs: spread(({ buildMs }) => buildMs),
      loadMs: spread(({ loadMs }) => loadMs),
      deleteMs: spread(({ deleteMs }) => deleteMs),
      restMs: spread(({ restMs }) => restMs),
      besideMs: spread(({ besideMs }) => besideMs),
      notBuilding: spread(notBuilding),
      peakBytes: spread(({ peakBytes }) => peakBytes),
      afterBytes: spread(({ afterBytes }) => afterBytes),
      errors: [...new Set(own.flatMap(({ error }) => error ?? []))],
    }
  })

const cell =
  (spreadIn: (summary: JobSummary) => Spread | undefined, format: (value: number) => string) =>
  (summary: JobSummary): string => {
    const spread = spreadIn(summary)
    return spread === undefined ? '-' : format(spread.median)
  }

const seconds = (ms: number): string => `${formatSeconds(ms)} s`

export const formatShare = (share: number): string => `${(100 * share).toFixed(1)}%`

const right = (title: string, text: (summary: JobSummary) => string): Column<JobSummary> => ({
  title,
  align: 'right',
  cell: text,
})

const columns: readonly Column<JobSummary>[] = [
  { title: 'job', align: 'left', cell: ({ title }) => title },
  right('runs', ({ runs }) => String(runs)),
  right(
    'wall',
    cell(({ wallMs }) => wallMs, seconds),
  ),
  right(
    'build',
    cell(({ buildMs }) => buildMs, seconds),
  ),
  right(
    'load',
    cell(({ loadMs }) => loadMs, seconds),
  ),
  right(
    'delete',
    cell(({ deleteMs }) => deleteMs, seconds),
  ),
  right(
    'rest',
    cell(({ restMs }) => restMs, seconds),
  ),
  right(
    'not building',
    cell(({ notBuilding: share }) => share, formatShare),
  ),
  right(
    'loads beside builds',
    cell(({ besideMs }) => besideMs, seconds),
  ),
  right(
    'disk at peak',
    cell(({ peakBytes }) => peakBytes, formatBytes),
  ),
  right(
    'disk after',
    cell(({ afterBytes }) => afterBytes, formatBytes),
  ),
]

/** The table of all jobs, with what failed below it. */
export const toSection = (
  summaries: readonly JobSummary[],
  platform: Platform,
  nodes: number,
): Section => {
  const { bytes, files } = sumOf(platform)
  const images = formatCount(platform.services.length, 'image')
  return {
    title: [
      `${images} of ${formatBytes(bytes)} in all`,
      formatCount(files, 'file'),
      formatCount(nodes, 'fresh node'),
      'medians',
    ].join(', '),
    table: toTable(columns, summaries),
    notes: summaries.flatMap(({ title, errors }) =>
      errors.map((error) => `failed: ${title}: ${error}`),
    ),
  }
}
