import type { ReportProblem } from './problems.ts'
import type { InputName, RawInputs } from './raw-inputs.ts'

/** Empty and blank inputs are the same as none: the runner passes a missing input as ''. */
export const toOptional = (raw: string | undefined): string | undefined => {
  const text = raw?.trim()
  return text === undefined || text === '' ? undefined : text
}

/** Comma- or newline-separated words. */
export const toList = (raw: string | undefined): readonly string[] =>
  (raw ?? '')
    .split(/[\n,]/)
    .map((word) => word.trim())
    .filter((word) => word !== '')

/**
 * A list that names something where it is given at all: a `,` that a template left over must not
 * become "all of them".
 */
export const parseList = (
  input: InputName,
  raw: RawInputs,
  report: ReportProblem,
): readonly string[] => {
  const words = toList(raw[input])
  if (words.length === 0) reportNothing(input, raw, report)
  return words
}

/** An input that is there and says nothing, such as `,` or `{}`. */
export const reportNothing = (input: InputName, raw: RawInputs, report: ReportProblem): void => {
  const value = toOptional(raw[input])
  if (value === undefined) return
  const remedy = 'Leave it out, or name at least one.'
  report({ input, value, reason: 'it names nothing', remedy })
}

/** One entry a line: values may contain commas. */
export const toLines = (raw: string | undefined): readonly string[] =>
  (raw ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** YAML 1.2's booleans, the ones that @actions/core takes; a typo is not `false`. */
export const parseBoolean = (
  input: string,
  raw: string | undefined,
  report: ReportProblem,
): boolean => {
  const text = toOptional(raw) ?? 'false'
  if (/^(true|True|TRUE)$/.test(text)) return true
  if (/^(false|False|FALSE)$/.test(text)) return false
  report({ input, value: text, reason: 'not a boolean', remedy: 'Write true or false.' })
  return false
}

/** One of a few words. */
export const parseChoice = <T extends string>(
  input: string,
  raw: string | undefined,
  choices: readonly [T, ...T[]],
  report: ReportProblem,
): T => {
  const text = toOptional(raw) ?? choices[0]
  const choice = choices.find((word) => word === text)
  if (choice !== undefined) return choice
  report({ input, value: text, reason: 'unknown', remedy: `Write one of ${choices.join(', ')}.` })
  return choices[0]
}

/** What may stand in front of the sign; `isBare` where it may stand alone. */
const assigned = {
  // A variable of a shell, or one with dots: another name has no effect at all.
  argument: { pattern: /^[a-z_][\w.-]*$/i, isBare: true },
  label: { pattern: /^[^\s"'`#-][^\s"'`]*$/, isBare: true },
  context: { pattern: /^[^\s"'`#-][^\s"'`]*$/, isBare: false },
} as const

const whyNoName = (name: string): string => {
  if (/^["'`]/.test(name)) return 'the quotes would be part of the name'
  return name.startsWith('#') ? 'a comment is none here' : 'not name=value'
}

/**
 * Entries of `name=value`, whose values may have any text. Where a name alone is fine, Docker takes the
 * value from the environment (build arguments) or leaves it empty (labels).
 */
export const checkAssignments = (
  input: string,
  entries: readonly string[],
  kind: keyof typeof assigned,
  report: ReportProblem,
): readonly string[] => {
  const { pattern, isBare } = assigned[kind]
  for (const entry of entries) {
    const at = entry.indexOf('=')
    const name = at < 0 ? entry : entry.slice(0, at)
    if (pattern.test(name) && (isBare || (at >= 0 && at + 1 < entry.length))) continue
    const remedy =
      'Write one name=value a line, without quotes; builds takes values of several lines.'
    report({ input, value: entry, reason: whyNoName(name), remedy })
  }
  return entries
}

/** A word that must match a pattern, if it is given at all. */
export const parseWord = (
  input: string,
  raw: string | undefined,
  pattern: RegExp,
  remedy: string,
  report: ReportProblem,
): string | undefined => {
  const text = toOptional(raw)
  if (text === undefined || pattern.test(text)) return text
  report({ input, value: text, reason: 'not a valid value', remedy })
  return undefined
}
