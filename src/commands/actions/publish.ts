import { existsSync } from 'node:fs'
import type { Inputs } from '../../inputs/inputs.ts'
import { renderPlan, renderPlanSummary } from '../../plan/render.ts'
import { findOthers } from '../../report/failures.ts'
import { renderGrowth, toGrowths } from '../../report/image-growth.ts'
import {
  compareReports,
  type ImageReport,
  toAnnotations,
  toImageReportOutput,
  toImageReports,
} from '../../report/image-report.ts'
import { renderImageReports } from '../../report/image-report-summary.ts'
import { renderReportLines } from '../../report/image-report-text.ts'
import {
  renderFilesVerdict,
  renderLfsCharge,
  renderNodeFiles,
  renderPieces,
  toVolumes,
} from '../../report/node-files.ts'
import { emptyReport, outcomesOf, toOutputs } from '../../report/report.ts'
import { renderCommon } from '../../report/shared-base.ts'
import { renderResult, renderSummary } from '../../report/summary.ts'
import { compareWithUsual } from '../../report/usual.ts'
import { toLine } from '../../text/to-line.ts'
import type { Result } from '../run.ts'
import { findOtherExcesses } from '../run-in-place.ts'
import { toLists } from './lists.ts'
import type { Runner } from './runner.ts'

type Ended = {
  /** Undefined where they could not be read. */
  readonly inputs: Inputs | undefined
  /** Undefined where nothing could be begun. */
  readonly result: Result | undefined
  readonly failure: unknown
  readonly beganMs: number
}

/** At the Dockerfile's lines, and with all that is behind it in the log. */
const tellReports = async (
  runner: Runner,
  reports: readonly ImageReport[],
  compared: ReturnType<typeof compareReports>,
): Promise<void> => {
  for (const report of reports) {
    const { title, lines } = renderReportLines(report)
    runner.group(title, lines)
  }
  const common = renderCommon(reports, compared)
  if (common !== undefined) runner.line(`Image report: ${toLine(common, 2_000)}`)
  const annotations = reports.map(toAnnotations)
  for (const { message, location } of annotations.flatMap(({ errors }) => errors))
    runner.error(message, location)
  await runner.warnings(annotations.flatMap(({ warnings }) => warnings))
}

/** By what pods use the files, to be copied by people. */
const tellVolumes = (runner: Runner, volumes: ReturnType<typeof toVolumes>): void => {
  const lines = renderPieces(volumes).flatMap((piece) => [...piece.split('\n'), ''])
  runner.group('node-files: pieces of manifests for pods that use them', lines)
}

/** Later steps find the cluster, or what is left of one that could not be made. */
const tellCluster = (
  runner: Runner,
  { report, clusterLogs = '' }: Extract<Result, { kind: 'run' }>,
): void => {
  const [creation] = outcomesOf(report, 'create-cluster')
  if (creation === undefined) return
  if (existsSync(clusterLogs)) runner.output('cluster-logs', clusterLogs)
  const isMade = outcomesOf(report, 'await-cluster').some(({ result }) => result === true)
  const { kubeconfig } = creation.result ?? {}
  if (kubeconfig === undefined || !isMade) return
  runner.output('kubeconfig', kubeconfig)
  runner.exportVariable('KUBECONFIG', kubeconfig)
}

/** All but the one that the step fails with. */
const tellExcesses = async (
  runner: Runner,
  result: Extract<Result, { kind: 'run' }>,
  inputs: Inputs | undefined,
  failure: unknown,
): Promise<void> => {
  if (inputs?.imageLimits.isWarning === true) return runner.warnings(result.excesses)
  for (const { message, location } of findOtherExcesses(result, failure))
    runner.error(message, location)
}

/** Sets the outputs, and writes down what came of it: the end of the log, and the summary. */
export const publish = async (
  runner: Runner,
  { inputs, result, failure, beganMs }: Ended,
): Promise<void> => {
  const report = result?.kind === 'run' ? result.report : emptyReport
  const nodeFiles = result?.kind === 'run' ? result.nodeFiles : []
  const volumes = toVolumes(report, nodeFiles)
  const reports = toImageReports(report)
  const compared = compareReports(reports)
  const growths = result?.kind === 'run' ? toGrowths(result.compared) : []
  const outputs = {
    ...toOutputs(report, inputs?.bake?.isSingle === true),
    ...toLists(inputs, toImageReportOutput(reports, compared, growths), JSON.stringify(volumes)),
  }
  for (const [name, value] of Object.entries(outputs)) runner.output(name, value)
  if (result?.kind === 'planned') {
    runner.line(`The plan (dry-run: Slipway does none of it):\n${renderPlan(result.plan)}`)
    return runner.summary(renderPlanSummary(result.plan))
  }
  if (result?.kind === 'run') tellCluster(runner, result)
  // The first is the step's own error.
  for (const { message, location } of findOthers(report)) runner.error(message, location)
  const history = result?.kind === 'run' ? result.history : undefined
  const usual = history && compareWithUsual(report, history)
  const durationMs = performance.now() - beganMs
  const growth = result?.kind === 'run' ? renderGrowth(result.compared) : undefined
  const told = {
    files: renderFilesVerdict(report, nodeFiles),
    growth,
    beganMs,
    report,
    usual,
    clusterName: inputs?.clusterName ?? '',
    durationMs,
    failure,
  }
  const files = renderNodeFiles(report, nodeFiles)
  if (nodeFiles.length > 0) tellVolumes(runner, volumes)
  await tellReports(runner, reports, compared)
  if (result?.kind === 'run') await tellExcesses(runner, result, inputs, failure)
  if (report.outcomes.length + nodeFiles.length > 0) runner.line(`\n${renderResult(told)}`)
  if (files !== undefined) runner.line(`\n${files}`)
  const details = renderImageReports(reports, compared)
  const charge = inputs?.nodeFilesCacheBytes === undefined ? renderLfsCharge(report) : undefined
  if (charge !== undefined) runner.line(charge)
  const parts = [renderSummary(told), files, charge && `\n${charge}\n`, details].filter(
    (part) => part !== undefined && part !== '',
  )
  await runner.summary(parts.join('\n'))
}
