import * as core from '@actions/core'
import type { WriteLine } from './log-fence.ts'

/** A line of a file, counted from 1. */
export type Place = { readonly file: string; readonly line: number }

/** What we tell the runner: log lines, annotations, masks, outputs, states and the summary. */
export type Runner = {
  readonly line: WriteLine
  readonly debug: WriteLine
  /** `place` is relative to the workspace. */
  readonly warning: (message: string, place?: Place) => void
  readonly fail: (message: string) => void
  /** Hides a value in all that is logged from now on. */
  readonly mask: (value: string) => void
  readonly output: (name: string, value: string) => void
  readonly saveState: (name: string, value: string) => void
  readonly summary: (markdown: string) => Promise<void>
  /** Waits until all lines have left this process. */
  readonly flush: () => Promise<void>
}

export const createRunner = (): Runner => ({
  line: (line) => process.stdout.write(`${line}\n`),
  debug: core.debug,
  warning: (message, place) =>
    core.warning(message, place && { file: place.file, startLine: place.line }),
  fail: core.setFailed,
  mask: core.setSecret,
  output: core.setOutput,
  saveState: core.saveState,
  summary: async (markdown) => {
    await core.summary.addRaw(markdown, true).write()
  },
  flush: () => new Promise((resolve) => process.stdout.write('', () => resolve())),
})
