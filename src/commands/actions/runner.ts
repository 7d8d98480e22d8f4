import * as core from '@actions/core'
import { renderError, type SourceLocation } from '../../failure.ts'
import { createFence, type Fence, toHarmless, type WriteLine } from '../../host/log-fence.ts'

/** What we tell the runner: log lines, annotations, masks, outputs, states and the summary. */
export type Runner = {
  /** Prints text of one line or more; nothing in it is a command. */
  readonly line: WriteLine
  readonly debug: WriteLine
  /** `place` is relative to the workspace. */
  readonly warning: (message: string, place?: SourceLocation) => void
  /** An error's annotation, which does not fail the step. */
  readonly error: (message: string, place?: SourceLocation) => void
  readonly fail: (message: string, place?: SourceLocation) => void
  /** Hides a value in all that is logged from now on. */
  readonly mask: (value: string) => void
  readonly output: (name: string, value: string) => void
  readonly saveState: (name: string, value: string) => void
  /** What is written down for people may fail; the step does not fail for that. */
  readonly summary: (markdown: string) => Promise<void>
  /** Runs what prints lines of others; ours are heard meanwhile all the same. */
  readonly fenced: Fence['within']
  /** Waits until all lines have left this process. */
  readonly flush: () => Promise<void>
}

const toProperties = (place: SourceLocation | undefined): core.AnnotationProperties =>
  place === undefined ? {} : { file: place.file, startLine: place.line }

export const createRunner = (): Runner => {
  const write: WriteLine = (text) => process.stdout.write(`${text}\n`)
  const { within, outside } = createFence(write)
  return {
    line: (text) => write(toHarmless(text)),
    debug: (text) => outside(() => core.debug(text)),
    warning: (message, place) => outside(() => core.warning(message, toProperties(place))),
    error: (message, place) => outside(() => core.error(message, toProperties(place))),
    fail: (message, place) =>
      outside(() => {
        process.exitCode = core.ExitCode.Failure
        core.error(message, toProperties(place))
      }),
    mask: (value) => outside(() => core.setSecret(value)),
    output: core.setOutput,
    saveState: core.saveState,
    summary: async (markdown) => {
      await core.summary
        .addRaw(markdown, true)
        .write()
        .catch((error: unknown) => {
          outside(() => core.debug(`The job summary could not be written: ${renderError(error)}`))
        })
    },
    fenced: within,
    flush: () => new Promise((resolve) => process.stdout.write('', () => resolve())),
  }
}
