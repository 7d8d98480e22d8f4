import type { SourceLocation } from '../failure.ts'
import type { Bar } from '../text/progress.ts'
import type { Fence, WriteLine } from './log-fence.ts'

/** Something to be told at the line that it is about. */
export type Warning = {
  readonly message: string
  /** The file is relative to the workspace; undefined where it is about no line of a file. */
  readonly location: SourceLocation | undefined
}

/** What people read while we work, whoever shows it: a runner's log or a terminal. */
export type Log = {
  /** Prints text of one line or more; nothing in it is a command. */
  readonly line: WriteLine
  readonly debug: WriteLine
  readonly warning: (message: string, location?: SourceLocation) => void
  /** Many at once, of which a front end may show the first ones more plainly. */
  readonly warnings: (all: readonly Warning[]) => Promise<void>
  /** An error that does not end the step. */
  readonly error: (message: string, location?: SourceLocation) => void
  /** Runs what prints lines of others; ours are heard meanwhile all the same. */
  readonly fenced: Fence['within']
  /** Prints lines of others that can be folded up under a title. */
  readonly group: (title: string, lines: readonly string[]) => void
  /** Undefined where nobody watches. */
  readonly bar?: Bar
}
