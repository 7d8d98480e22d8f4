import type { Runner } from '../commands/actions/runner.ts'
import { Failure, renderError, type SourceLocation } from '../failure.ts'
import type { Outcome } from '../run/scheduler.ts'
import { renderUnloaded, type Unloaded } from './unloaded.ts'

/** What went wrong with one image. */
export type Problem = { readonly name: string; readonly error: unknown }

export const toProblems = (outcomes: readonly Outcome[]): readonly Problem[] =>
  outcomes.flatMap(({ name, state, error }) => (state === 'failed' ? [{ name, error }] : []))

const placeOf = ({ error }: Problem): SourceLocation | undefined =>
  error instanceof Failure ? error.place : undefined

/** A build that failed begins with its own name. */
const renderProblem = ({ name, error }: Problem): string => {
  const text = renderError(error)
  return text.startsWith(`${name}: `) ? text : `${name}: ${text}`
}

/** Annotates all but the first, whose place is that of the step's own error. */
export const annotateOthers = (problems: readonly Problem[], { error }: Runner): void => {
  for (const problem of problems.slice(1)) {
    const place = placeOf(problem)
    if (place !== undefined) error(renderProblem(problem), place)
  }
}

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
  const causes = problems.map((problem) => `${mark}${renderProblem(problem)}`)
  const count = `${problems.length} of ${among} images failed.`
  const rest = [count, ...renderUndone(outcomes, unloaded)].join(' ')
  return new Failure([...causes, rest].join('\n'), { place: placeOf(first) })
}
