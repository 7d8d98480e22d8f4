import type { Told } from '../../diagnose/diagnose.ts'
import {
  renderAnnotation,
  renderDiagnosis,
  renderFinding,
  renderLooked,
  toKey,
} from '../../diagnose/render.ts'
import type { Runner } from './runner.ts'

/** What others of the job have told already is not told again. */
export const withoutTold = <T extends Told>(diagnosis: T, told: ReadonlySet<string>): T => ({
  ...diagnosis,
  findings: diagnosis.findings.filter((finding) => !told.has(toKey(finding))),
})

/** GitHub keeps ten of a level; one is for how many more there are. */
const shownAnnotations = 9

/**
 * Tells people: annotations, the log, a section of the summary. All of it is data: names and messages
 * are not ours.
 *
 * @param isAsked whether somebody asked; who did not is told of findings alone, and by warnings
 */
export const tellDiagnosis = async (
  { line, fenced, warning, error, summary }: Runner,
  diagnosis: Told,
  isAsked: boolean,
): Promise<void> => {
  const { findings } = diagnosis
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
  line(renderLooked(diagnosis))
  if (findings.length > 0 || isAsked) await summary(renderDiagnosis(diagnosis))
}
