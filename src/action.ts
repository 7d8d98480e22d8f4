import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { executeStep, type Workshop } from './execute.ts'
import { look } from './facts/look.ts'
import { Failure, renderError } from './failure.ts'
import { createDocker } from './host/docker.ts'
import type { Environment } from './host/environment.ts'
import type { Runner } from './host/runner.ts'
import type { Inputs } from './inputs/inputs.ts'
import { readInputs } from './inputs/read-inputs.ts'
import { planSteps } from './plan/plan.ts'
import { emptyReport, type Report, toOutputs } from './report/report.ts'
import { renderSummary } from './report/summary.ts'
import { leftoversOf, runIdState } from './sweep.ts'
import { maskPrivateKey, maskToken } from './token/masks.ts'

/** Nothing may print before the secrets that came as inputs are hidden. */
const maskInputs = ({ credentials }: Inputs, runner: Runner): void => {
  if (credentials.kind === 'given') maskToken(credentials.token.expose(), runner.mask)
  if (credentials.kind === 'app') maskPrivateKey(credentials.privateKey.expose(), runner.mask)
}

/** Read, look, plan, execute, report: one image's way through the action. */
export const runAction = async (
  environment: Environment,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> => {
  const runId = randomBytes(8).toString('hex')
  const tempDir = leftoversOf(environment, runId).tempDir
  let report: Report = emptyReport
  try {
    const inputs = readInputs(environment.inputs, environment.repository)
    maskInputs(inputs, runner)
    runner.saveState(runIdState, runId)
    const docker = createDocker(environment.childEnv, signal)
    const facts = await look(docker, inputs, environment.isHostedRunner)
    const steps = planSteps(inputs, facts)
    mkdirSync(tempDir, { recursive: true, mode: 0o700 })
    const shop: Workshop = {
      docker,
      runner,
      inputs,
      facts,
      runId,
      tempDir,
      workspace: environment.workspace,
      signal,
      update: (change) => {
        report = change(report)
      },
    }
    for (const step of steps) await executeStep(shop, step)
    await publish(runner, report)
  } catch (error) {
    const failure = signal.aborted ? new Failure('The step was cancelled', { cause: error }) : error
    await publish(runner, report, renderError(failure))
    throw failure
  } finally {
    rmSync(tempDir, { recursive: true, force: true })
  }
}

/** Tells what was done, and keeps an unwritable summary from failing the step. */
const publish = async (runner: Runner, report: Report, failure?: string): Promise<void> => {
  for (const [name, value] of Object.entries(toOutputs(report))) runner.output(name, value)
  const summary = renderSummary(report, failure)
  if (failure === undefined) runner.line(`\n${summary}`)
  await runner.summary(summary).catch((error: unknown) => {
    runner.debug(`The job summary could not be written: ${renderError(error)}`)
  })
}
