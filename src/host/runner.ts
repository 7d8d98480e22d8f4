import * as core from '@actions/core'
import { renderError } from '../failure.ts'
import { createFence, type Fence, toHarmless, type WriteLine } from './log-fence.ts'

/** A line of a file, counted from 1. */
export type Place = { readonly file: string; readonly line: number }

/** What we tell the runner: log lines, annotations, masks, outputs, states and the summary. */
export type Runner = {
  /** Prints text of one line or more; nothing in it is a command. */
  readonly line: WriteLine
  readonly debug: WriteLine
  /** `place` is relative to the workspace. */
  readonly warning: (message: string, place?: Place) => void
  /** An error's annotation, which does not fail the step. */
  readonly error: (message: string) => void
  readonly fail: (message: string) => void
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

export const createRunner = (): Runner => {
  const write: WriteLine = (text) => process.stdout.write(`${text}\n`)
  const { within, outside } = createFence(write)
  return {
    line: (text) => write(toHarmless(text)),
    debug: (text) => outside(() => core.debug(text)),
    warning: (message, place) =>
      outside(() => core.warning(message, place && { file: place.file, startLine: place.line })),
    error: (message) => outside(() => core.error(message)),
    fail: (message) => outside(() => core.setFailed(message)),
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
