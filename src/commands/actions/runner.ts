import * as core from '@actions/core'
import { Failure, renderError, type SourceLocation } from '../../failure.ts'
import type { Log, Warning } from '../../host/log.ts'
import { createFence, toHarmless, type WriteLine } from '../../host/log-fence.ts'
import { createLenient } from '../lenient.ts'

/** What we tell the runner: log lines, annotations, masks, outputs, states and the summary. */
export type Runner = Log & {
  readonly fail: (message: string, location?: SourceLocation) => void
  /** Hides a value in all that is logged from now on. */
  readonly mask: (value: string) => void
  /** The runner reads this and the following from files: what a full disk does not take is a warning. */
  readonly output: (name: string, value: string) => void
  readonly saveState: (name: string, value: string) => void
  /** A state without which post would leave behind what is about to be made. */
  readonly announce: (name: string, value: string) => void
  /** Sets a variable for the job's later steps. */
  readonly exportVariable: (name: string, value: string) => void
  /** What is written down for people may fail; the step does not fail for that. */
  readonly summary: (markdown: string) => Promise<void>
  /** Waits until all lines have left this process. */
  readonly flush: () => Promise<void>
}

/** GitHub shows ten annotations of a step; the tenth tells of those that it would leave out. */
const mostShown = 9

/** The runner cuts a longer annotation, and its line in the log, too (`ExecutionContext.AddIssue`). */
const longestMessage = 4_096

const renderLine = ({ message, location }: Warning): string =>
  location ? `${location.file}:${location.line}: ${message}` : message

const toProperties = (location: SourceLocation | undefined): core.AnnotationProperties =>
  location === undefined ? {} : { file: location.file, startLine: location.line }

const announce: Runner['announce'] = (name, value) => {
  try {
    core.saveState(name, value)
  } catch (cause) {
    const what = `The state ${name} could not be written, by which post knows what this step makes`
    throw new Failure(what, { cause })
  }
}

export const createRunner = (): Runner => {
  const write: WriteLine = (text) => process.stdout.write(`${text}\n`)
  const { within, outside, block } = createFence(write)
  const group: Log['group'] = (title, lines) => {
    outside(() => core.startGroup(title))
    block(lines)
    outside(() => core.endGroup())
  }
  const annotate =
    (say: typeof core.error): Log['warning'] =>
    (message, location) => {
      outside(() => say(message, toProperties(location)))
      if (message.length > longestMessage) group('All of this message', message.split(/\r\n|\n|\r/))
    }
  const warning = annotate(core.warning)
  const error = annotate(core.error)
  const line: Log['line'] = (text) => void write(toHarmless(text))
  const lenient = createLenient({ line, warning })
  return {
    line,
    debug: (text) => outside(() => core.debug(text)),
    warning,
    warnings: async (all) => {
      for (const { message, location } of all.slice(0, mostShown)) warning(message, location)
      const rest = all.slice(mostShown)
      if (rest.length === 0) return
      const are = rest.length === 1 ? 'warning is' : 'warnings are'
      warning(`${rest.length} more ${are} in the step's log: GitHub shows ten per step.`)
      // Names of files and containers could hold commands.
      await within(async (writeUntrusted) => {
        for (const each of rest) writeUntrusted(renderLine(each))
      })
    },
    error,
    fail: (message, location) => {
      process.exitCode = core.ExitCode.Failure
      error(message, location)
    },
    mask: (value) => outside(() => core.setSecret(value)),
    output: lenient('output', core.setOutput),
    saveState: lenient('state', core.saveState),
    announce,
    exportVariable: lenient('variable', core.exportVariable),
    summary: async (markdown) => {
      await core.summary
        .addRaw(markdown, true)
        .write()
        .catch((error: unknown) => {
          outside(() => core.debug(`Could not write the job summary: ${renderError(error)}`))
        })
    },
    fenced: within,
    group,
    flush: () => new Promise((resolve) => process.stdout.write('', () => resolve())),
  }
}
