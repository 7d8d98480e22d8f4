import type { Run } from './runner/types.ts'

const runs: Run[] = []

/** Keeps a step's run for a test that fails after it. */
export const noteRun = (run: Run): void => {
  runs.push(run)
}

/** The runs since this was last called, in order. */
export const takeRuns = (): readonly Run[] => runs.splice(0)
