import { Failure, renderError, type SourceLocation } from '../failure.ts'
import type { Warning } from '../host/log.ts'
import type { StepOutcome } from '../run/run-plan.ts'
import { outcomesOf, type Report } from './report.ts'

/** What went wrong with one step, and what it was about. */
export type Problem = {
  readonly name: string
  readonly error: unknown
  readonly place: SourceLocation | undefined
}

const nameOf = ({ step }: StepOutcome): string => {
  if (step.kind === 'build') return step.target.name
  return step.kind === 'load' ? step.names.join(', ') : step.id
}

const toProblem = (name: string, error: unknown): Problem => ({
  name,
  error,
  place: error instanceof Failure ? error.place : undefined,
})

export const toProblems = ({ outcomes }: Report): readonly Problem[] =>
  outcomes.flatMap((outcome) =>
    outcome.state === 'failed' ? [toProblem(nameOf(outcome), outcome.error)] : [],
  )

/** A build that failed begins with its own name. */
const renderProblem = ({ name, error }: Problem): string => {
  const text = renderError(error)
  return text.startsWith(`${name}: `) ? text : `${name}: ${text}`
}

/** All but the first, whose place is that of the step's own error, as far as they have one. */
export const findOthers = (report: Report): readonly Warning[] =>
  toProblems(report)
    .slice(1)
    .map((problem) => ({ message: renderProblem(problem), place: problem.place }))
    .filter(({ place }) => place !== undefined)

/** One sentence for images that were built here and no node got, one for the others. */
export const renderUnloaded = (report: Report): readonly string[] => {
  const made = new Set(
    outcomesOf(report, 'build').flatMap(({ step, state }) => (state === 'done' ? [step.id] : [])),
  )
  const unloaded = outcomesOf(report, 'load').filter(({ state }) => state !== 'done')
  const list = (kind: 'built' | 'given'): string =>
    unloaded
      .filter(({ step: { image } }) =>
        kind === 'built' ? image.kind === 'built' && made.has(image.by) : image.kind !== 'built',
      )
      .map(({ step }) => step.names.join(', '))
      .join(', ')
  const [built, given] = [list('built'), list('given')]
  return [
    ...(built === '' ? [] : [`Built, not loaded: ${built}.`]),
    ...(given === '' ? [] : [`Not loaded: ${given}.`]),
  ]
}

/** What others' failures left undone. */
const renderUndone = (report: Report): readonly string[] => {
  const builds = outcomesOf(report, 'build')
  const nameOfStep = (id: string | undefined): string | undefined =>
    builds.find(({ step }) => step.id === id)?.step.target.name
  const skipped = builds.flatMap(({ step, state, because }) => {
    if (state !== 'skipped') return []
    const needed = nameOfStep(because)
    return [step.target.name + (needed === undefined ? '' : ` (needs ${needed})`)]
  })
  const cancelled = builds.flatMap(({ step, state }) =>
    state === 'cancelled' ? [step.target.name] : [],
  )
  return [
    ...(skipped.length > 0 ? [`Not built: ${skipped.join(', ')}.`] : []),
    ...(cancelled.length > 0 ? [`Cancelled: ${cancelled.join(', ')}.`] : []),
    ...renderUnloaded(report),
  ]
}

/** How many images the step was about. */
export const countImages = (report: Report): number =>
  outcomesOf(report, 'build').length +
  outcomesOf(report, 'load').filter(({ step }) => step.image.kind !== 'built').length

/**
 * One error for all that went wrong, the causes first, then what came of them; the only one is told
 * as it is. Undefined where nothing went wrong.
 */
export const toFailure = (report: Report): unknown => {
  const problems = toProblems(report)
  const among = countImages(report)
  const [first] = problems
  if (first === undefined || among === 1) return first?.error
  const mark = problems.length === 1 ? '' : '- '
  const causes = problems.map((problem) => `${mark}${renderProblem(problem)}`)
  const count = `${problems.length} of ${among} images failed.`
  const rest = [count, ...renderUndone(report)].join(' ')
  return new Failure([...causes, rest].join('\n'), { place: first.place })
}
