import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { prepareConfig } from '../../docker/prepare-config.ts'
import { Failure, renderError } from '../../failure.ts'
import { kindOf } from '../../host/access.ts'
import { forbidCoreDumps } from '../../host/core-limit.ts'
import { makeTempDir } from '../../host/temp-dir.ts'
import type { Inputs } from '../../inputs/inputs.ts'
import { importYaml } from '../../inputs/read-builds.ts'
import { readInputs } from '../../inputs/read-inputs.ts'
import { leftoversOf, runIdState } from '../cleanup.ts'
import { diagnoseNow } from '../diagnose.ts'
import { type Result, run } from '../run.ts'
import { prepareComment, type WriteComment } from './comment.ts'
import { type Environment, forgetSecrets, readEnvironment } from './environment.ts'
import { maskInputs } from './mask-inputs.ts'
import { publish } from './publish.ts'
import { reportDiagnosis } from './report-diagnosis.ts'
import { createRunner, type Runner } from './runner.ts'

const readAndMask = async (environment: Environment, runner: Runner): Promise<Inputs> => {
  const parseYaml = await importYaml(environment.inputs)
  const inputs = readInputs(environment.inputs, { ...environment, parseYaml, kindOf })
  maskInputs(inputs, environment.inputs, runner)
  if (inputs.unused.length > 0) {
    runner.warning(`mode: ${inputs.mode} does not use ${inputs.unused.join(', ')}.`)
  }
  return inputs
}

/** Gives the command a place of its own, which goes with it. */
const runInPlace = async (
  inputs: Inputs,
  environment: Environment,
  runner: Runner,
  signal: AbortSignal,
): Promise<Result> => {
  const runId = randomBytes(8).toString('hex')
  const { tempDir, layoutDir, recordingFolder, clusterLogs } = leftoversOf(environment, runId)
  runner.saveState(runIdState, runId)
  try {
    makeTempDir(tempDir)
    makeTempDir(layoutDir)
    const env = prepareConfig(environment.childEnv, tempDir, runner.line)
    const { credentials, secrets, comment } = inputs
    const isSecretive =
      credentials.kind !== 'none' || secrets.length > 0 || comment?.token !== undefined
    if (isSecretive) await forbidCoreDumps(env)
    const { tempDir: tempRoot } = environment
    const folders = { tempDir, layoutDir, tempRoot, recordingFolder, clusterLogs }
    const place = { ...environment, ...folders, runId, env }
    const front = { ...runner, log: runner, signal }
    if (inputs.mode !== 'report') return await run(inputs, place, front)
    // Other steps start without what registries are asked with.
    const { report } = await import('../report.ts')
    return await report(inputs, place, front)
  } finally {
    for (const folder of [tempDir, layoutDir]) rmSync(folder, { recursive: true, force: true })
  }
}

/** The step fails for the first image that is beyond its limit, unless that is to be a warning. */
const toExcessFailure = (
  { imageLimits }: Inputs,
  { excesses }: Extract<Result, { kind: 'run' }>,
): Failure | undefined => {
  const [first] = imageLimits.isWarning ? [] : excesses
  return first && new Failure(first.message, { location: first.location })
}

const runStep = async (
  environment: Environment,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> => {
  const beganMs = performance.now()
  let inputs: Inputs | undefined
  let result: Result | undefined
  let failure: unknown
  let comment: WriteComment | undefined
  try {
    inputs = await readAndMask(environment, runner)
    if (inputs.mode === 'diagnose') {
      const diagnosis = await diagnoseNow(environment, signal, inputs.clusterName)
      return await reportDiagnosis(runner, diagnosis, true)
    }
    comment = await prepareComment(inputs, environment, runner, signal)
    result = await runInPlace(inputs, environment, runner, signal)
    failure =
      result.kind === 'run' ? (result.failure ?? toExcessFailure(inputs, result)) : undefined
  } catch (error) {
    failure = error
  }
  // Whose signal it was says nothing to anybody.
  const cause = failure === signal.reason ? undefined : failure
  if (signal.aborted) failure = new Failure('The step was cancelled', { cause })
  await publish(runner, { inputs, result, failure, beganMs })
  // Who cancels gives us seconds.
  if (!signal.aborted && result?.kind === 'run') await comment?.(result)
  if (failure !== undefined) throw failure
}

const runner = createRunner()
// Node would print it as it is, and the runner read commands from it.
process.on('uncaughtException', (error) => {
  runner.fail(renderError(error))
  process.exit()
})
const cancelled = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => cancelled.abort(new Error(signal)))
}

try {
  const environment = await readEnvironment()
  const why = forgetSecrets(environment)
  if (why !== undefined) {
    runner.line(`This user's other processes can read the step's inputs while it runs: ${why}`)
  }
  await runStep(environment, runner, cancelled.signal)
} catch (error) {
  runner.debug(error instanceof Error ? (error.stack ?? error.message) : String(error))
  runner.fail(renderError(error), error instanceof Failure ? error.location : undefined)
}
await runner.flush()
// Pooled connections would otherwise keep the process for some seconds more.
process.exit()
