import { parseV1, parseV2 } from './parse-command.ts'
import { type StepRecord, setIgnoringCase } from './step-record.ts'
import type { Command, Phase, StreamName } from './types.ts'

/**
 * What the runner does with each command, after ActionCommandManager.cs of
 * https://github.com/actions/runner.
 */
interface Extension {
  /** Commands that are never echoed by `::echo::on`. */
  readonly omitEcho?: true
  readonly act: (step: Step, command: Command) => void
}

interface Step {
  readonly record: StepRecord
  readonly phase: Phase
  readonly allowUnsecure: boolean
  echo: boolean
}

const DISABLED =
  'Please upgrade to using Environment Files or opt into unsecure command execution by setting the `ACTIONS_ALLOW_UNSECURE_COMMANDS` environment variable to `true`. For more information see: https://github.blog/changelog/2020-10-01-github-actions-deprecating-set-env-and-add-path-commands/'
const DEPRECATED =
  'is deprecated and will be disabled soon. Please upgrade to using Environment Files. For more information see: https://github.blog/changelog/2022-10-11-github-actions-deprecating-save-state-and-set-output-commands/'
const BAD_STOP_TOKEN =
  "You cannot use a endToken that is an empty string, the string 'pause-logging', or another workflow command. For more information see: https://docs.github.com/actions/learn-github-actions/workflow-commands-for-github-actions#example-stopping-and-starting-workflow-commands or opt into insecure command execution by setting the `ACTIONS_ALLOW_UNSECURE_STOPCOMMAND_TOKENS` environment variable to `true`."

function requireName(command: Command): string {
  const entry = Object.entries(command.props).find(([key]) => key.toLowerCase() === 'name')
  if (entry !== undefined) return entry[1]
  throw new Error(`Required field 'name' is missing in ##[${command.name.toLowerCase()}] command.`)
}

function refuseUnlessAllowed(step: Step, name: string): void {
  if (!step.allowUnsecure) throw new Error(`The \`${name}\` command is disabled. ${DISABLED}`)
}

function warnDeprecated(step: Step, name: string): void {
  step.record.annotate('warning', `The \`${name}\` command ${DEPRECATED}`, step.phase)
}

function addMask(step: Step, { data }: Command): void {
  if (data.trim() === '') {
    const message = "Can't add secret mask for empty string in ##[add-mask] command."
    step.record.annotate('warning', message, step.phase)
    return
  }
  if (step.echo) step.record.write('::add-mask::***')
  step.record.masker.addWithLines(data)
}

function setEcho(step: Step, { data }: Command): void {
  const value = data.trim().toUpperCase()
  if (value !== 'ON' && value !== 'OFF') {
    throw new Error(
      `Invalid echo command value. Possible values can be: 'on', 'off'. Current value is: '${data}'.`,
    )
  }
  step.echo = value === 'ON'
}

function annotation(level: 'notice' | 'warning' | 'error'): Extension {
  return {
    omitEcho: true,
    act: ({ record, phase }, { data, props }) => record.annotate(level, data, phase, props),
  }
}

const EXTENSIONS: Readonly<Record<string, Extension>> = {
  'set-env': {
    act: (step, command) => {
      refuseUnlessAllowed(step, 'set-env')
      const name = requireName(command)
      if (name.toUpperCase() === 'NODE_OPTIONS') {
        const message = "Can't update NODE_OPTIONS environment variable using ::set-env:: command."
        step.record.annotate('error', message, step.phase)
        return
      }
      step.record.env.set(name, command.data)
    },
  },
  'add-path': {
    act: (step, { data }) => {
      refuseUnlessAllowed(step, 'add-path')
      if (data === '') throw new Error("Value cannot be null. (Parameter 'path')")
      step.record.path.push(data)
    },
  },
  'set-output': {
    act: (step, command) => {
      warnDeprecated(step, 'set-output')
      setIgnoringCase(step.record.outputs, requireName(command), command.data)
    },
  },
  'save-state': {
    act: (step, command) => {
      warnDeprecated(step, 'save-state')
      setIgnoringCase(step.record.state, requireName(command), command.data)
    },
  },
  'add-mask': { omitEcho: true, act: addMask },
  // Matchers are noted in `commands` but not applied: the action under test uses none.
  'add-matcher': { act: () => undefined },
  'remove-matcher': { act: () => undefined },
  notice: annotation('notice'),
  warning: annotation('warning'),
  error: annotation('error'),
  debug: { omitEcho: true, act: ({ record }, { data }) => record.debug(data) },
  group: { act: ({ record }, { data }) => record.write(`##[group]${data}`) },
  endgroup: { act: ({ record }) => record.write('##[endgroup]') },
  echo: { act: setEcho },
}

const STOP = 'stop-commands'

/** Reads the lines of one phase; both streams share it, as in the runner. */
export interface CommandReader {
  readonly read: (line: string, stream: StreamName) => void
}

function isBadStopToken(token: string): boolean {
  const lower = token.toLowerCase()
  return ['', 'pause-logging', STOP].includes(lower) || Object.hasOwn(EXTENSIONS, lower)
}

function perform(step: Step, command: Command, line: string): void {
  const extension = EXTENSIONS[command.name.toLowerCase()]
  if (extension === undefined) return
  if (step.echo && extension.omitEcho !== true) step.record.write(line)
  try {
    extension.act(step, command)
  } catch (error) {
    const shown = extension.omitEcho === true ? command.name.toLowerCase() : line
    fail(step, `Unable to process command '${shown}' successfully.`, error)
  }
}

function fail(step: Step, message: string, error: unknown): void {
  step.record.annotate('error', message, step.phase)
  step.record.annotate('error', error instanceof Error ? error.message : `${error}`, step.phase)
  step.record.failed = true
}

/** A fresh reader for one phase. */
export function createCommandReader(
  record: StepRecord,
  phase: Phase,
  allowUnsecure: boolean,
): CommandReader {
  const step: Step = { record, phase, allowUnsecure, echo: false }
  let stopToken: string | undefined
  const isRegistered = (name: string): boolean => {
    const lower = name.toLowerCase()
    return lower === STOP || Object.hasOwn(EXTENSIONS, lower) || lower === stopToken?.toLowerCase()
  }

  const tryCommand = (line: string, stream: StreamName): boolean => {
    const parsed = parseV2(line, isRegistered) ?? parseV1(line, isRegistered)
    if (parsed === undefined) return false
    const command: Command = { ...parsed, stream, phase }
    if (stopToken !== undefined) {
      const resumes = parsed.name.toLowerCase() === stopToken.toLowerCase()
      if (!resumes) {
        record.stoppedCommands.push(command)
        return false
      }
      record.commands.push(command)
      record.write(line)
      stopToken = undefined
      return true
    }
    record.commands.push(command)
    if (parsed.name.toLowerCase() !== STOP) {
      perform(step, command, line)
      return true
    }
    // The runner lets this exception end the step; here it fails it as well.
    if (isBadStopToken(parsed.data)) {
      record.annotate('error', BAD_STOP_TOKEN, phase)
      record.failed = true
      return true
    }
    stopToken = parsed.data
    if (stopToken.length > 6) record.masker.add(stopToken)
    record.write(line)
    return true
  }

  return {
    read: (line, stream) => {
      if (tryCommand(line, stream)) return
      record.write(line.replaceAll(/##\[(start|end)-action/g, '##[\\$1-action'))
    },
  }
}
