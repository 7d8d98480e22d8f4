import type { Check } from '../../doctor/check.ts'
import { renderChecks, renderDoctorSummary, renderVerdict, toFailure } from '../../doctor/render.ts'
import type { Failure } from '../../failure.ts'
import type { Runner } from './runner.ts'

/**
 * Reports an examination: the log, a section of the summary, and the output for programs.
 *
 * @returns why the step fails, if it does
 */
export const reportDoctor = async (
  { line, output, fenced, summary }: Pick<Runner, 'line' | 'output' | 'fenced' | 'summary'>,
  checks: readonly Check[],
  durationMs: number,
): Promise<Failure | undefined> => {
  output('checks', JSON.stringify(checks))
  // Some of it is what others said.
  await fenced(async (write) => renderChecks(checks).forEach(write))
  line(`Slipway: ${renderVerdict(checks, durationMs)}`)
  await summary(renderDoctorSummary(checks, durationMs))
  return toFailure(checks)
}
