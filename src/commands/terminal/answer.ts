import type { Diagnosis } from '../../diagnose/finding/diagnosis.ts'
import { renderChecks, renderFinding } from '../../diagnose/finding/render.ts'
import { attempt } from '../../failure.ts'
import type { Inputs } from '../../inputs/inputs.ts'
import type { Plan } from '../../plan/plan.ts'
import { renderPlan } from '../../plan/render.ts'
import { findOthers } from '../../report/failures.ts'
import { compareReports, toImageReportOutput, toImageReports } from '../../report/image-report.ts'
import { renderReportLines } from '../../report/image-report-text.ts'
import {
  renderFilesVerdict,
  renderNodeFiles,
  renderPieces,
  toVolumes,
} from '../../report/node-files.ts'
import { type emptyReport, toOutputs } from '../../report/report.ts'
import { renderCommon } from '../../report/shared-base.ts'
import { renderResult } from '../../report/summary.ts'
import type { Result } from '../run.ts'
import { findOtherExcesses } from '../run-in-place.ts'
import type { Screen } from './screen.ts'

/** What `--json` prints. */
export type Answer = { readonly json: Readonly<Record<string, unknown>> }

type Ended = {
  readonly inputs: Inputs
  /** Undefined where nothing could be begun. */
  readonly result: Result | undefined
  readonly failure: unknown
  readonly beganMs: number
}

/** Outputs of the action are texts, some of them JSON. */
const toValue = (text: string): unknown => attempt(() => JSON.parse(text) as unknown) ?? text

const toPlanJson = ({ steps, disk }: Plan): Answer['json'] => ({
  steps: steps.map(({ id, kind, needs, after }) => ({ id, kind, needs, after })),
  disk: disk.sums,
})

/** For people, what a report says goes to standard output; the rest tells what happened. */
const tellReports = (screen: Screen, report: typeof emptyReport) => {
  const reports = toImageReports(report)
  if (reports.length === 0) return {}
  const compared = compareReports(reports)
  const common = renderCommon(reports, compared)
  for (const each of reports) {
    const { title, lines } = renderReportLines(each)
    screen.out([title, ...lines.map((line) => `  ${line}`)].join('\n'))
  }
  if (common !== undefined) screen.out(common)
  return { 'image-report': toValue(toImageReportOutput(reports, compared, [])) }
}

/** Prints what came of a run, and gives it to programs. */
export const answerResult = (
  screen: Screen,
  { inputs, result, failure, beganMs }: Ended,
): Answer => {
  if (result?.kind === 'planned') {
    screen.out(renderPlan(result.plan))
    return { json: toPlanJson(result.plan) }
  }
  if (result === undefined) return { json: {} }
  const { report, nodeFiles, excesses } = result
  for (const { message, location } of findOthers(report)) screen.error(message, location)
  const { isWarning } = inputs.imageLimits
  const beyond = isWarning ? excesses : findOtherExcesses(result, failure)
  for (const { message, location } of beyond)
    screen[isWarning ? 'warning' : 'error'](message, location)
  const { clusterName } = inputs
  const durationMs = performance.now() - beganMs
  const files = renderFilesVerdict(report, nodeFiles)
  const told = { files, beganMs, report, clusterName, durationMs, failure }
  const reports = tellReports(screen, report)
  if (report.outcomes.length + nodeFiles.length > 0) screen.line(renderResult(told))
  const table = renderNodeFiles(report, nodeFiles)
  if (table !== undefined) screen.line(table)
  const volumes = toVolumes(report, nodeFiles)
  if (nodeFiles.length > 0) screen.out(renderPieces(volumes).join('\n'))
  const outputs = Object.entries(toOutputs(report, inputs.bake?.isSingle === true))
  return {
    json: {
      ...Object.fromEntries(outputs.map(([name, text]) => [name, toValue(text)])),
      ...(nodeFiles.length > 0 && { volumes }),
      ...reports,
    },
  }
}

/** The same of a diagnosis. */
export const answerDiagnosis = (screen: Screen, diagnosis: Diagnosis): Answer => {
  const { findings, checked, unchecked, remarks } = diagnosis
  for (const finding of findings) screen.out(`${renderFinding(finding)}\n`)
  screen.out(renderChecks(diagnosis))
  return { json: { findings, checked, unchecked, remarks } }
}
