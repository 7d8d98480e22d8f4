import type { Session } from '../../host/session.ts'
import type { Section } from '../../report/table.ts'
import { toBarsSection, type Verdict } from '../../report/verdicts.ts'
import { type Measurements, runPlan } from '../run-plan.ts'
import { summarize, toSection } from '../summary.ts'
import { planBars } from './bars.ts'
import { judgeBars } from './judge.ts'
import { planSeries, planWeights } from './plan.ts'

export const barNames: readonly string[] = planBars(planWeights(100)).map(({ name }) => name)

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
    toBarsSection(verdicts, percent),
    ...series.map((one) => toSection(one, summaries.get(one.name) ?? [])),
  ]
  return { measurements, verdicts, sections }
}
