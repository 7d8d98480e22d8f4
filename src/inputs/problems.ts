import { Failure } from '../failure.ts'

/**
 * Takes what is wrong with one input.
 *
 * @param text why, and in a sentence of its own how to mend it
 * @param value what it got, never that of a secret
 */
export type ReportProblem = (input: string, text: string, value?: string) => void

/**
 * Runs a reader that may report any number of problems, and throws one error that holds them all.
 * Nobody should have to push five times to find five mistakes.
 *
 * @param what has them, with its verb
 */
export const collectProblems = <T>(
  read: (report: ReportProblem) => T,
  what = "The step's inputs have",
): T => {
  const problems: string[] = []
  const result = read((input, text, value) => {
    const given = value === undefined ? '' : ` (${JSON.stringify(value)})`
    problems.push(`- ${input}${given}: ${text}`)
  })
  if (problems.length === 0) return result
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`
  throw new Failure(`${what} ${count}; nothing was done.\n${problems.join('\n')}`)
}
