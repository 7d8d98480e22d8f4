import type { Outcome } from '../build/schedule.ts'
import { Failure, renderError } from '../failure.ts'
import { renderUnloaded, type Unloaded } from '../report/unloaded.ts'

/** What went wrong with one image. */
export type Problem = { readonly name: string; readonly error: unknown }

export const toProblems = (outcomes: readonly Outcome[]): readonly Problem[] =>
  outcomes.flatMap(({ name, state, error }) => (state === 'failed' ? [{ name, error }] : []))

/** What others' failures left undone. */
const renderUndone = (
  outcomes: readonly Outcome[],
  unloaded: readonly Unloaded[],
): readonly string[] => {
  const skipped = outcomes.flatMap(({ name, state, because }) =>
    state === 'skipped' ? [because === undefined ? name : `${name} (needs ${because})`] : [],
  )
  const cancelled = outcomes.flatMap(({ name, state }) => (state === 'cancelled' ? [name] : []))
  return [
    ...(skipped.length > 0 ? [`Not built: ${skipped.join(', ')}.`] : []),
    ...(cancelled.length > 0 ? [`Cancelled: ${cancelled.join(', ')}.`] : []),
    ...renderUnloaded(unloaded),
  ]
}

/**
 * One error for all that went wrong, the causes first, then what came of them; the only one is told
 * as it is.
 *
 * @param problems of builds and loads
 * @param among how many images it was about
 */
export const toFailure = (
  problems: readonly Problem[],
  among: number,
  outcomes: readonly Outcome[],
  unloaded: readonly Unloaded[],
): unknown => {
  const [first] = problems
  if (first === undefined || among === 1) return first?.error
  const mark = problems.length === 1 ? '' : '- '
  const causes = problems.map(({ name, error }) => `${mark}${name}: ${renderError(error)}`)
  const count = `${problems.length} of ${among} images failed.`
  const rest = [count, ...renderUndone(outcomes, unloaded)].join(' ')
  return new Failure([...causes, rest].join('\n'))
}
