import type { Diagnosis } from '../../diagnose/finding/diagnosis.ts'
import {
  renderAnnotation,
  renderChecks,
  renderDiagnosis,
  renderFinding,
} from '../../diagnose/finding/render.ts'
import type { Runner } from './runner.ts'

/** GitHub keeps ten of a level; one is for how many more there are. */
const shownAnnotations = 9

const reportFindings = async (
  { line, debug, fenced, output, warning, error, summary }: Runner,
  diagnosis: Diagnosis,
  isAsked: boolean,
): Promise<void> => {
  const { findings } = diagnosis
  if (isAsked) output('findings', JSON.stringify(findings))
  const checks = renderChecks(diagnosis)
  if (findings.length === 0 && !isAsked) return debug(checks)
  for (const finding of findings.slice(0, shownAnnotations)) {
    const isSure = isAsked && finding.certainty === 'certain'
    const annotate = isSure ? error : warning
    annotate(renderAnnotation(finding))
  }
  const more = findings.length - shownAnnotations
  if (more > 0) warning(`${more} more: see the job's summary, or the log of this step.`)
  if (findings.length > 0) {
    const lines = findings.flatMap((finding) => ['', ...renderFinding(finding).split('\n')])
    await fenced(async (write) => lines.forEach(write))
  }
  line(checks)
  await summary(renderDiagnosis(diagnosis))
}

/**
 * Reports to people: annotations, the log, a section of the summary. All of it is data: names and
 * messages are not ours.
 *
 * @param isAsked whether somebody asked; who did not reads of findings alone, and in warnings
 */
export const reportDiagnosis = async (
  runner: Runner,
  diagnosis: Diagnosis,
  isAsked: boolean,
): Promise<void> => {
  await reportFindings(runner, diagnosis, isAsked)
  const { pulled } = diagnosis
  if (pulled.length === 0) return
  // Post mostly has nothing to tell, and starts without this.
  const { renderPulled, renderPulledSummary } = await import(
    '../../diagnose/finding/render-pulled.ts'
  )
  await runner.fenced(async (write) => renderPulled(pulled).forEach(write))
  await runner.summary(renderPulledSummary(pulled))
}
