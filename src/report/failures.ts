import { Failure, renderError } from '../failure.ts'
import type { Warning } from '../host/log.ts'
import type { StepOutcome } from '../run/run-plan.ts'
import { outcomesOf, type Report } from './report.ts'

const nameOf = ({ step }: Pick<StepOutcome, 'step'>): string => {
  if (step.kind === 'build') return step.target.name
  return step.kind === 'load' || step.kind === 'analyse' ? step.names.join(', ') : step.id
}

/** When one of these fails, an image does not become what was asked for. */
const ofImages = /^(?:build|pull|unpack-archive|hold-image|load|analyse)$/

export const toProblems = ({ outcomes }: Report) =>
  outcomes
    .filter(({ state }) => state === 'failed')
    .map((outcome) => {
      const { error } = outcome
      const location = error instanceof Failure ? error.location : undefined
      const { kind } = outcome.step
      const isClusters = /^(?:create|await)-cluster$/.test(kind)
      return { name: nameOf(outcome), error, location, isClusters, isImages: ofImages.test(kind) }
    })

/** What went wrong with one step, and what it was about. */
export type Problem = Readonly<ReturnType<typeof toProblems>[number]>

/** A build that failed begins with its own name, and a cluster has it in its sentence. */
const renderProblem = ({ name, error, isClusters }: Problem): string => {
  const text = renderError(error)
  return isClusters || text.startsWith(`${name}: `) ? text : `${name}: ${text}`
}

/** All but the first, whose location is that of the step's own error, as far as they have one. */
export const findOthers = (report: Report): readonly Warning[] =>
  toProblems(report)
    .slice(1)
    .map((problem) => ({ message: renderProblem(problem), location: problem.location }))
    .filter(({ location }) => location !== undefined)

/** Nothing where there is nothing to list. */
const list = (title: string, names: readonly string[]): readonly string[] =>
  names.length === 0 ? [] : [`${title}: ${names.join(', ')}.`]

/** One sentence for images that were built here and no node got, one for the others. */
export const renderUnloaded = (report: Report): readonly string[] => {
  const made = outcomesOf(report, 'build').filter(({ state }) => state === 'done')
  const unloaded = outcomesOf(report, 'load').filter(({ state }) => state !== 'done')
  const built = unloaded.filter(({ step: { image } }) =>
    made.some(({ step }) => image.kind === 'built' && image.by === step.id),
  )
  const given = unloaded.filter(({ step }) => step.image.kind !== 'built')
  return [...list('Built, not loaded', built.map(nameOf)), ...list('Not loaded', given.map(nameOf))]
}

/** What others' failures left undone. */
const renderUndone = (report: Report): readonly string[] => {
  const builds = outcomesOf(report, 'build')
  const skipped = builds.filter(({ state }) => state === 'skipped')
  const cancelled = builds.filter(({ state }) => state === 'cancelled')
  const withReason = (build: (typeof builds)[number]): string => {
    const needed = builds.find(({ step }) => step.id === build.because)
    return nameOf(build) + (needed === undefined ? '' : ` (needs ${nameOf(needed)})`)
  }
  return [
    ...list('Not built', skipped.map(withReason)),
    ...list('Cancelled', cancelled.map(nameOf)),
    ...renderUnloaded(report),
  ]
}

/** How many images the step was about. */
const countImages = (report: Report): number =>
  outcomesOf(report, 'build').length +
  outcomesOf(report, 'load').filter(({ step }) => step.image.kind !== 'built').length +
  outcomesOf(report, 'analyse').filter(({ step }) => step.image.kind === 'elsewhere').length

/**
 * One error for all that went wrong, the causes first, then what came of them; the only one is told
 * as it is. Undefined where nothing went wrong.
 */
export const toFailure = (report: Report): unknown => {
  const problems = toProblems(report)
  const among = countImages(report)
  const [first] = problems
  const ofFiles = [...outcomesOf(report, 'sync-files'), ...outcomesOf(report, 'image-volumes')]
  const isAllThereIs = among === 1 ? !first?.isClusters : among === 0 && ofFiles.length > 0
  const isOnlyOne = problems.length === 1
  if (first === undefined || (isOnlyOne && isAllThereIs)) return first?.error
  const mark = isOnlyOne ? '' : '- '
  const causes = problems.map((problem) => `${mark}${renderProblem(problem)}`)
  const failed = problems.filter(({ isImages }) => isImages).length
  const count = failed === 0 ? [] : [`${failed} of ${among} images failed.`]
  const rest = [...count, ...renderUndone(report)].join(' ')
  if (isOnlyOne && rest === '') return first.error
  const lines = [...causes, ...(rest === '' ? [] : [rest])]
  return new Failure(lines.join('\n'), { location: first.location })
}
