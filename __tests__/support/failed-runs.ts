import { afterEach } from 'vitest'
import { takeRuns } from './noted-runs.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** The ends of the logs of the steps that the test ran. */
    logs?: readonly string[]
  }
}

/** So much that the reason is in it, and that of an hour's output nothing else is pushed out. */
const shownLines = 60

/** The setup file of scenarios: what fails there by chance is seldom seen twice, so its steps' logs are shown. */
afterEach(({ task }) => {
  const runs = takeRuns()
  if (task.result?.state !== 'fail') return
  task.meta.logs = runs.slice(-2).map(({ log, exitCode }) => {
    const lines = log.trimEnd().split('\n')
    return [...lines.slice(-shownLines), `(exit code ${exitCode})`].join('\n')
  })
})
