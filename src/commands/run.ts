import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { beginNotes, type JobNotes } from '../diagnose/recording/job-recording.ts'
import type { SizeMemory } from '../disk/size-memory.ts'
import { createDocker } from '../docker/docker.ts'
import { settleDocker } from '../docker/prepare-config.ts'
import { executeStep } from '../execute.ts'
import { look } from '../facts/gather.ts'
import { Failure, renderError } from '../failure.ts'
import { kindOf } from '../host/access.ts'
import { forbidCoreDumps } from '../host/core-limit.ts'
import { makeTempDir } from '../host/temp-dir.ts'
import { importYaml } from '../inputs/read-builds.ts'
import { readInputs } from '../inputs/read-inputs.ts'
import { type Plan, planRun } from '../plan/plan.ts'
import { renderPlan } from '../plan/render.ts'
import { emptyReport, type Report, toLoaded, toOutputs } from '../report/report.ts'
import { renderSummary } from '../report/summary.ts'
import { createMoreRoom } from '../run/reclaim.ts'
import { escapeCell } from '../text/format.ts'
import { type BuildToken, createBuildToken } from '../token/build-token.ts'
import type { Workshop } from '../workshop.ts'
import type { Environment } from './actions/environment.ts'
import { tellManifests } from './actions/report-manifests.ts'
import type { Runner } from './actions/runner.ts'
import { leftoversOf, runIdState } from './cleanup.ts'
import { diagnoseNow } from './diagnose.ts'
import { maskInputs, refuseOrTell, tellPulls, tellWhatIsNot } from './remarks.ts'

/** Undefined where there is no Actions cache, or nobody says for which repository this is. */
const findMemory = (
  { repository, hasCacheService }: Environment,
  { debug }: Runner,
  signal: AbortSignal,
): SizeMemory | undefined =>
  repository !== undefined && hasCacheService ? { repository, debug, signal } : undefined

/** Read, look, plan, execute, report: one image's way through the action. */
export const runAction = async (
  environment: Environment,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> => {
  const runId = randomBytes(8).toString('hex')
  const { tempDir, notesFolder } = leftoversOf(environment, runId)
  let report: Report = emptyReport
  let token: BuildToken | undefined
  let notes: JobNotes | undefined
  const background: Promise<void>[] = []
  try {
    const parseYaml = await importYaml(environment.inputs)
    const inputs = readInputs(environment.inputs, { ...environment, parseYaml, kindOf })
    maskInputs(inputs, environment.inputs, runner)
    if (inputs.unused.length > 0) {
      runner.warning(`mode: ${inputs.mode} does not use ${inputs.unused.join(', ')}.`)
    }
    if (inputs.mode === 'diagnose')
      return await diagnoseNow(environment, runner, inputs.clusterName, signal)
    runner.saveState(runIdState, runId)
    makeTempDir(tempDir)
    const childEnv = settleDocker(environment.childEnv, tempDir, runner.line)
    const docker = createDocker(childEnv, signal)
    const isSecretive = inputs.credentials.kind !== 'none' || inputs.secrets.length > 0
    if (isSecretive) await forbidCoreDumps(childEnv)
    const memory = findMemory(environment, runner, signal)
    const facts = await look(docker, inputs, { ...environment, runId }, memory)
    tellWhatIsNot(inputs, facts, runner)
    await tellManifests(facts, runner)
    const plan = planRun(inputs, facts)
    if (inputs.isDryRun) return await publishPlan(runner, plan)
    refuseOrTell(plan, environment, runner)
    tellPulls(facts, runner)
    notes = beginNotes({
      docker: createDocker(environment.childEnv),
      clusterName: inputs.clusterName,
      folder: notesFolder,
      childEnv: environment.childEnv,
      line: runner.line,
    })
    token = createBuildToken({
      inputs,
      mask: runner.mask,
      log: runner.line,
      warn: runner.warning,
      saveState: runner.saveState,
      signal,
      childEnv,
    })
    const shop: Workshop = {
      docker,
      runner,
      token,
      inputs,
      facts,
      memory,
      runId,
      tempDir,
      tempRoot: environment.tempDir,
      moreRoom: createMoreRoom(inputs, facts, {
        docker,
        childEnv,
        line: runner.line,
        signal,
        background,
        freedBytes: () => report.freed.reduce((sum, { bytes }) => sum + bytes, 0),
        enter: (freed) => {
          report = { ...report, freed: [...report.freed, ...freed] }
        },
      }),
      workspace: environment.workspace,
      childEnv,
      // A fork's build would write into the cache that the default branch reads.
      cacheEnv: inputs.isTrusted ? environment.cacheEnv : {},
      signal,
      background,
      update: (change) => {
        report = change(report)
      },
    }
    for (const step of plan.steps) await executeStep(shop, step)
    await Promise.all(background)
    await notes.finish(toLoaded(report))
    await publish(runner, report)
  } catch (error) {
    await token?.close()
    await Promise.allSettled(background)
    // Who cancels gives us seconds.
    if (!signal.aborted) await notes?.finish(toLoaded(report))
    const failure = signal.aborted ? new Failure('The step was cancelled', { cause: error }) : error
    await publish(runner, report, renderError(failure))
    throw failure
  } finally {
    rmSync(tempDir, { recursive: true, force: true })
  }
}

const publishOutputs = ({ output }: Runner, report: Report): void => {
  for (const [name, value] of Object.entries(toOutputs(report))) output(name, value)
}

const publishPlan = async (runner: Runner, plan: Plan): Promise<void> => {
  const text = renderPlan(plan)
  runner.line(`The plan, of which nothing is done (dry-run):\n${text}`)
  publishOutputs(runner, emptyReport)
  const markdown = text.split('\n').map(escapeCell).join('\n')
  await runner.summary(`### Slipway's plan (dry run)\n\n${markdown}\n`)
}

const publish = async (runner: Runner, report: Report, failure?: string): Promise<void> => {
  publishOutputs(runner, report)
  const summary = renderSummary(report, failure)
  if (failure === undefined) runner.line(`\n${summary}`)
  await runner.summary(summary)
}
