import type { Outcome } from '../build/schedule.ts'
import { Failure, renderError } from '../failure.ts'

/** What went wrong with one image. */
export type Problem = { readonly name: string; readonly error: unknown }

export const toProblems = (outcomes: readonly Outcome[]): readonly Problem[] =>
  outcomes.flatMap(({ name, state, error, because }) => {
    if (state === 'failed') return [{ name, error }]
    if (state !== 'skipped' || because === undefined) return []
    return [{ name, error: new Failure(`Not built, as ${because} was not`) }]
  })

/** One error for all that went wrong; the only one is told as it is. */
export const toFailure = (problems: readonly Problem[], among: number): unknown => {
  const [first] = problems
  if (among === 1 || first === undefined) return first?.error
  const lines = problems.map(({ name, error }) => `- ${name}: ${renderError(error)}`)
  return new Failure(`${problems.length} of ${among} images failed.\n${lines.join('\n')}`)
}
