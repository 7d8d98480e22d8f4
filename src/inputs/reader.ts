import { grammar } from './grammar.ts'
import type { ParseYaml } from './parse-yaml.ts'
import type { ReportProblem } from './problems.ts'
import type { InputName, RawInputs } from './raw-inputs.ts'
import type { Trigger } from './trigger.ts'

/** Empty and blank inputs are the same as none: the runner passes a missing input as ''. */
export const toOptional = (raw: string | undefined): string | undefined => raw?.trim() || undefined

const toWords = (raw: string | undefined, separator: string | RegExp): readonly string[] =>
  (raw ?? '')
    .split(separator)
    .map((word) => word.trim())
    .filter((word) => word !== '')

/** Comma- or newline-separated words. */
export const toList = (raw: string | undefined): readonly string[] => toWords(raw, /[\n,]/)

/** One entry a line: values may contain commas. */
export const toLines = (raw: string | undefined): readonly string[] => toWords(raw, '\n')

/** Said of what is there and says nothing: it must not become "all of them". */
export const namesNothing = 'it names nothing. Leave it out, or name at least one.'

/** Reads inputs, and reports what is wrong with them. */
export type Reader = ReturnType<typeof createReader>

/** What is known of the run besides its inputs. */
export type Run = {
  /** `owner/name` of the repository that the workflow runs in. */
  readonly repository: string | undefined
  readonly trigger: Trigger
  /** What has the inputs, with its verb, where it is no step. */
  readonly whose?: string
  /** Where relative paths start. */
  readonly workspace: string
  /** What there is at a path, links followed. */
  readonly kindOf: (path: string) => 'folder' | 'file' | 'nothing'
  readonly env: Readonly<Record<string, string | undefined>>
  /** What child processes inherit: nothing that is secret. */
  readonly childEnv: Readonly<Record<string, string>>
  /** A YAML parser: a library that other steps start without. */
  readonly parseYaml: ParseYaml
}

/** @returns methods that give a value of the right kind in any case, so that reading goes on */
export const createReader = (raw: RawInputs, report: ReportProblem, run: Run) => {
  const text = (input: InputName): string | undefined => toOptional(raw[input])

  /** Values as they are, once what the grammar says of them is checked. */
  const check = <T extends readonly string[]>(input: keyof typeof grammar, values: T): T => {
    const [pattern, wrong] = grammar[input]
    for (const value of values) if (!pattern.test(value)) report(input, wrong, value)
    return values
  }

  /** A word that follows the grammar; undefined for none. */
  const word = (input: keyof typeof grammar): string | undefined => {
    const given = text(input)
    return given && check(input, [given])[0]
  }

  /** What is there and says nothing, such as `,` or `{}`. */
  const reportNothing = (input: InputName): void => {
    const given = text(input)
    if (given === undefined) return
    report(input, namesNothing, given)
  }

  /**
   * Words that name something where they are given at all: a `,` that a template left over must not
   * become "all of them".
   */
  const list = (input: InputName, separate = toList): readonly string[] => {
    const words = separate(raw[input])
    if (words.length === 0) reportNothing(input)
    return words
  }

  /** YAML 1.2's booleans, the ones that @actions/core takes; a typo is not `false`. */
  const isTrue = (input: InputName, usual = 'false'): boolean => {
    const given = text(input) ?? usual
    if (/^(true|True|TRUE)$/.test(given)) return true
    if (!/^(false|False|FALSE)$/.test(given)) {
      report(input, 'not a boolean. Write true or false.', given)
    }
    return false
  }

  /** One of a few words, of which the first is the usual one. */
  const choice = <T extends string>(input: InputName, choices: readonly [T, ...T[]]): T => {
    const given = text(input) ?? choices[0]
    const found = choices.find((each) => each === given)
    if (found === undefined) {
      report(input, `unknown. Write one of ${choices.join(', ')}.`, given)
    }
    return found ?? choices[0]
  }

  return { raw, report, run, text, check, word, list, isTrue, choice }
}
