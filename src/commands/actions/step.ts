import { Failure, renderError } from '../../failure.ts'
import { kindOf } from '../../host/access.ts'
import type { Inputs } from '../../inputs/inputs.ts'
import { importYaml } from '../../inputs/read-builds.ts'
import { readInputs } from '../../inputs/read-inputs.ts'
import type { Result } from '../run.ts'
import { runInPlace, toExcessFailure, withPlace } from '../run-in-place.ts'
import { prepareComment, type WriteComment } from './comment.ts'
import { type Environment, forgetSecrets, readEnvironment } from './environment.ts'
import { beginLists } from './lists.ts'
import { maskInputs } from './mask-inputs.ts'
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

/** @throws {Failure} when something is missing that every step needs */
const examine = async (
  inputs: Inputs,
  environment: Environment,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> => {
  const beganMs = performance.now()
  // Other steps start without it.
  const [{ doctor }, { reportDoctor }] = await Promise.all([
    import('../doctor.ts'),
    import('./report-doctor.ts'),
  ])
  const front = { ...runner, log: runner, signal }
  const checks = await withPlace(inputs, environment, front, ({ place }) =>
    doctor(inputs, place, front),
  )
  const failure = await reportDoctor(runner, checks, performance.now() - beganMs)
  if (signal.aborted) throw new Failure('The step was cancelled')
  if (failure !== undefined) throw failure
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
    beginLists(environment.inputs, runner)
    inputs = await readAndMask(environment, runner)
    if (inputs.mode === 'diagnose') {
      // Here and below: a start reads no more than it needs.
      const { diagnoseNow } = await import('../diagnose.ts')
      const { reportDiagnosis } = await import('./report-diagnosis.ts')
      const diagnosis = await diagnoseNow(environment, signal, inputs.clusterName)
      return await reportDiagnosis(runner, diagnosis, true)
    }
    if (inputs.mode === 'doctor') return await examine(inputs, environment, runner, signal)
    comment = await prepareComment(inputs, environment, runner, signal)
    const front = { ...runner, log: runner, signal }
    result = await runInPlace(inputs, environment, front)
    failure =
      result.kind === 'run' ? (result.failure ?? toExcessFailure(inputs, result)) : undefined
  } catch (error) {
    failure = error
  }
  // Whose signal it was says nothing to anybody.
  const cause = failure === signal.reason ? undefined : failure
  if (signal.aborted) failure = new Failure('The step was cancelled', { cause })
  const { publish } = await import('./publish.ts')
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
