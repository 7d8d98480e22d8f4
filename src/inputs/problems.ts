import { Failure } from '../failure.ts'

/** What is wrong with one input: what it got and how to mend it. Values of secrets stay out. */
type Problem = {
  readonly input: string
  readonly value?: string
  readonly reason: string
  readonly remedy: string
}

export type ReportProblem = (problem: Problem) => void

const render = ({ input, value, reason, remedy }: Problem): string =>
  `${input}${value === undefined ? '' : ` (${JSON.stringify(value)})`}: ${reason}. ${remedy}`

/**
 * Runs a reader that may report any number of problems, and throws one error that holds them all.
 * Nobody should have to push five times to find five mistakes.
 */
export const collectProblems = <T>(read: (report: ReportProblem) => T): T => {
  const problems: Problem[] = []
  const result = read((problem) => problems.push(problem))
  if (problems.length === 0) return result
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`
  throw new Failure(
    `The step's inputs have ${count}; nothing was done.\n${problems.map((problem) => `- ${render(problem)}`).join('\n')}`,
  )
}
