import type { Session } from '../../host/session.ts'
import { type Column, type Section, toTable } from '../../report/table.ts'
import { formatCount } from '../../report/units.ts'
import { type Measurements, runPlan } from '../run-plan.ts'
import { summarize, toSection } from '../summary.ts'
import { planBars } from './bars.ts'
import { judgeBars, type Verdict } from './judge.ts'
import { planSeries, planWeights } from './plan.ts'

export const barNames: readonly string[] = planBars(planWeights(100)).map(({ name }) => name)

const columns: readonly Column<Verdict>[] = [
  { title: 'bar', align: 'left', cell: ({ name }) => name },
  { title: 'measure', align: 'left', cell: ({ measure }) => measure },
  { title: 'shall be', align: 'left', cell: ({ bar }) => bar },
  { title: 'measured: median (min-max)', align: 'left', cell: ({ measured }) => measured },
  { title: 'verdict', align: 'left', cell: ({ isMet }) => (isMet ? 'met' : 'NOT MET') },
]

export type BarsOrder = {
  readonly runs: number
  /** Names; all when it is all of them. */
  readonly only: readonly string[]
  /** Of the sizes. */
  readonly percent: number
}

export type BarsResult = {
  readonly measurements: Measurements
  readonly verdicts: readonly Verdict[]
  readonly sections: readonly Section[]
}

const toTitle = (verdicts: readonly Verdict[], percent: number): string => {
  const missed = verdicts.filter(({ isMet }) => !isMet).length
  const outcome = missed === 0 ? 'all met' : `${missed} NOT MET`
  const size = percent === 100 ? '' : `, at ${percent}% of the sizes they are meant for`
  return `${formatCount(verdicts.length, 'bar')}: ${outcome}${size}`
}

/** Measures all that the bars are about, side by side, and says of each whether it is met. */
export const runBars = async (
  session: Session,
  { runs, only, percent }: BarsOrder,
): Promise<BarsResult> => {
  const weights = planWeights(percent)
  const bars = planBars(weights).filter(({ name }) => only.includes(name))
  const isAll = bars.length === barNames.length
  const measurements = await runPlan(session, planSeries(weights, runs, isAll ? undefined : bars))
  const { series, samples } = measurements
  const summaries = new Map(series.map((one) => [one.name, summarize(one, samples)]))
  const verdicts = judgeBars(bars, summaries)
  const sections = [
    { title: toTitle(verdicts, percent), table: toTable(columns, verdicts), notes: [] },
    ...series.map((one) => toSection(one, summaries.get(one.name) ?? [])),
  ]
  return { measurements, verdicts, sections }
}
