import type { Inputs } from '../../inputs/inputs.ts'
import { renderPlan, renderPlanSummary } from '../../plan/render.ts'
import { findOthers } from '../../report/failures.ts'
import { emptyReport, toOutputs } from '../../report/report.ts'
import { renderResult, renderSummary } from '../../report/summary.ts'
import { compareWithUsual } from '../../report/usual.ts'
import type { Result } from '../run.ts'
import type { Runner } from './runner.ts'

type Ended = {
  /** Undefined where they could not be read. */
  readonly inputs: Inputs | undefined
  /** Undefined where nothing could be begun. */
  readonly result: Result | undefined
  readonly failure: unknown
  readonly beganMs: number
}

/** Sets the outputs, and writes down what came of it: the end of the log, and the summary. */
export const publish = async (
  runner: Runner,
  { inputs, result, failure, beganMs }: Ended,
): Promise<void> => {
  const report = result?.kind === 'run' ? result.report : emptyReport
  const outputs = toOutputs(report, inputs?.bake?.isSingle === true)
  for (const [name, value] of Object.entries(outputs)) runner.output(name, value)
  if (result?.kind === 'planned') {
    runner.line(`The plan (dry-run: Slipway does none of it):\n${renderPlan(result.plan)}`)
    return runner.summary(renderPlanSummary(result.plan))
  }
  // The first is the step's own error.
  for (const { message, location } of findOthers(report)) runner.error(message, location)
  const history = result?.kind === 'run' ? result.history : undefined
  const usual = history && compareWithUsual(report, history)
  const durationMs = performance.now() - beganMs
  const told = {
    beganMs,
    report,
    usual,
    clusterName: inputs?.clusterName ?? '',
    durationMs,
    failure,
  }
  if (report.outcomes.length > 0) runner.line(`\n${renderResult(told)}`)
  await runner.summary(renderSummary(told))
}
