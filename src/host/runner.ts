import * as core from '@actions/core'
import type { WriteLine } from './log-fence.ts'

/** What we tell the runner: log lines, annotations, masks, outputs, states and the summary. */
export type Runner = {
  readonly line: WriteLine
  readonly debug: WriteLine
  readonly warning: (message: string, file?: string) => void
  readonly fail: (message: string) => void
  /** Hides a value in all that is logged from now on. */
  readonly mask: (value: string) => void
  readonly output: (name: string, value: string) => void
  readonly saveState: (name: string, value: string) => void
  readonly summary: (markdown: string) => Promise<void>
}

export const createRunner = (): Runner => ({
  line: (line) => process.stdout.write(`${line}\n`),
  debug: core.debug,
  warning: (message, file) => core.warning(message, file === undefined ? {} : { file }),
  fail: core.setFailed,
  mask: core.setSecret,
  output: core.setOutput,
  saveState: core.saveState,
  summary: async (markdown) => {
    await core.summary.addRaw(markdown, true).write()
  },
})
