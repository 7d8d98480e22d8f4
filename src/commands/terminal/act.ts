import { Failure, renderError } from '../../failure.ts'
import { formatCount } from '../../text/format.ts'
import { forgetSecrets } from '../actions/environment.ts'
import { maskInputs } from '../actions/mask-inputs.ts'
import type { Result } from '../run.ts'
import { runInPlace, toExcessFailure, withPlace } from '../run-in-place.ts'
import type { Answer } from './answer.ts'
import type { Command } from './commands.ts'
import {
  gatherInputs,
  readTerminalInputs,
  type TerminalEnvironment,
  toEnvironment,
} from './environment.ts'
import { beginRun, clean } from './left-runs.ts'
import type { Asked } from './parse-argv.ts'
import { createScreen, type Screen } from './screen.ts'

const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const

/** Ends a command by the signals that end programs; a second one does not wait for it. */
const watchSignals = () => {
  const ended = new AbortController()
  let code: number | undefined
  for (const [name, number] of Object.entries(signals)) {
    process.on(name, () => {
      if (ended.signal.aborted) process.exit(128 + number)
      code = 128 + number
      ended.abort(new Failure('Interrupted'))
    })
  }
  return { signal: ended.signal, codeOf: (otherwise: number): number => code ?? otherwise }
}

type Done = Answer & { readonly failure: unknown }

const runCommand = async (
  environment: TerminalEnvironment,
  screen: Screen,
  signal: AbortSignal,
): Promise<Done> => {
  const beganMs = performance.now()
  const inputs = await readTerminalInputs(environment)
  maskInputs(inputs, environment.inputs, screen)
  const state = await beginRun(environment, screen)
  let result: Result | undefined
  let failure: unknown
  try {
    result = await runInPlace(inputs, environment, {
      ...state,
      log: screen,
      mask: screen.mask,
      signal,
    })
    failure =
      result.kind === 'run' ? (result.failure ?? toExcessFailure(inputs, result)) : undefined
  } catch (error) {
    failure = error
  } finally {
    await state.end(failure !== undefined)
  }
  if (signal.aborted) failure = signal.reason
  // Here and below: a start reads no more than it needs.
  const { answerResult } = await import('./answer.ts')
  return { ...answerResult(screen, { inputs, result, failure, beganMs }), failure }
}

const diagnose = async (
  environment: TerminalEnvironment,
  screen: Screen,
  signal: AbortSignal,
): Promise<Done> => {
  const { clusterName } = await readTerminalInputs(environment)
  const { diagnoseNow } = await import('../diagnose.ts')
  const { answerDiagnosis } = await import('./answer.ts')
  const diagnosis = await diagnoseNow(environment, signal, clusterName)
  return { ...answerDiagnosis(screen, diagnosis), failure: undefined }
}

const examine = async (
  environment: TerminalEnvironment,
  screen: Screen,
  signal: AbortSignal,
): Promise<Done> => {
  const beganMs = performance.now()
  const inputs = await readTerminalInputs(environment)
  maskInputs(inputs, environment.inputs, screen)
  const [{ doctor }, { renderChecks, renderVerdict, toFailure }] = await Promise.all([
    import('../doctor.ts'),
    import('../../doctor/render.ts'),
  ])
  const state = await beginRun(environment, screen)
  let hasFailed = true
  try {
    const front = { ...state, log: screen, mask: screen.mask, signal }
    const checks = await withPlace(inputs, environment, front, ({ place }) =>
      doctor(inputs, place, front),
    )
    hasFailed = false
    for (const line of renderChecks(checks)) screen.line(line)
    screen.line(renderVerdict(checks, performance.now() - beganMs))
    return { json: { checks }, failure: signal.aborted ? signal.reason : toFailure(checks) }
  } finally {
    await state.end(hasFailed)
  }
}

const cleanAll = async (environment: TerminalEnvironment, screen: Screen): Promise<Done> => {
  const { cleaned, left } = await clean(environment, screen)
  if (cleaned > 0) screen.line(`Cleaned up after ${formatCount(cleaned, 'killed run')}.`)
  if (left > 0)
    screen.warning(
      `Slipway could not clean up after ${formatCount(left, 'killed run')}. See whether Docker answers (\`slipway doctor\`), and try again.`,
    )
  if (cleaned + left === 0) screen.line('Nothing to clean.')
  return { json: { cleaned, left }, failure: undefined }
}

const acts = { run: runCommand, diagnose, doctor: examine, clean: cleanAll } as const

/** Does a command, and sets the exit code: 0, or 1 for a failure, or 128 and the signal's number. */
export const act = async (command: Command, asked: Asked): Promise<void> => {
  const { env, stdout: out, stderr: err } = process
  const screen = createScreen({ out, err, env: { ...env }, ...asked })
  // Node would print it as it is, with what is hidden elsewhere.
  process.on('uncaughtException', (error) => {
    screen.fail(renderError(error))
    process.exit(1)
  })
  const { signal, codeOf } = watchSignals()
  let answer: Done
  try {
    const environment = toEnvironment(await gatherInputs(command, asked, env))
    forgetSecrets(environment)
    answer = await acts[command.act](environment, screen, signal)
  } catch (error) {
    answer = { json: {}, failure: error }
  }
  const { json, failure } = answer
  const text = failure === undefined ? undefined : renderError(failure)
  screen.json({ ...json, ...(text !== undefined && { error: text }) })
  if (text !== undefined) screen.fail(text)
  const code = codeOf(failure === undefined ? 0 : 1)
  // Pooled connections would otherwise keep the process for some seconds more.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
}
