import { createHash } from 'node:crypto'
import { type BuildFiles, readDockerfile } from '../dockerfile/find.ts'
import { type Instruction, parseInstructions, toQuotedWords } from '../dockerfile/instructions.ts'
import { findContextSources } from '../dockerfile/sources.ts'
import type { BuildWords } from '../dockerfile/stages.ts'
import { createMarks, type FileMarks } from './file-marks.ts'

/** An instruction, so that one can tell whether it is still the same. */
export type MadeStep = {
  /** Counted from 1; what comes before the first FROM is in stage 0. */
  readonly line: number
  /** Of its text. */
  readonly mark: string
  /** In lower case. */
  readonly keyword: string
  /** What its build arguments are called, with a space between two. */
  readonly argument?: string
  /** What it takes of the context; undefined where that is too much, or cannot be known. */
  readonly files?: FileMarks | undefined
}

/** What a build was made of: the next one compares its own with it, to say why the cache missed. */
export type MadeOf = {
  readonly steps: readonly MadeStep[]
  /** Marks of build arguments' values. */
  readonly args: Readonly<Record<string, string>>
  /** Digests of base images by the names that the build gave them. */
  readonly bases: Readonly<Record<string, string>>
}

const toMark = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length)

/** Tells texts of one Dockerfile apart. */
const textMark = 16

/** A value may be a secret, so that its mark must not be enough to guess it: 12 bits fit most wrong guesses, too. */
const valueMark = 3

/** A heredoc's text follows its instruction. */
const toText = (
  { keyword, flags, rest, line }: Instruction,
  lines: readonly string[],
  nextLine: number,
): string => {
  const own = [keyword, ...flags, rest].join(' ')
  return rest.includes('<<') ? [own, ...lines.slice(line, nextLine - 1)].join('\n') : own
}

const toArgumentNames = (text: string, escapeSign: string): string =>
  toQuotedWords(text, escapeSign)
    .flatMap((word) => (word.split('=', 1)[0] ?? '').split(/\s+/))
    .filter((name) => name !== '')
    .join(' ')

/**
 * Describes what a target is about to be built of.
 *
 * @returns undefined where its Dockerfile is not on this machine
 */
export const describeMadeOf = async (
  files: BuildFiles,
  words: BuildWords,
): Promise<Omit<MadeOf, 'bases'> | undefined> => {
  const dockerfile = readDockerfile(files)
  if (dockerfile === '') return undefined
  const lines = dockerfile.split('\n')
  const { escapeSign, instructions } = parseInstructions(dockerfile)
  const sources = Map.groupBy(findContextSources(dockerfile, words) ?? [], ({ line }) => line)
  const marks = await createMarks(files)
  const steps: MadeStep[] = []
  for (const [at, instruction] of instructions.entries()) {
    const { keyword, line, rest } = instruction
    const next = instructions[at + 1]?.line ?? lines.length + 1
    const taken = sources.get(line)
    steps.push({
      ...{ line, keyword, mark: toMark(toText(instruction, lines, next), textMark) },
      ...(keyword === 'arg' && { argument: toArgumentNames(rest, escapeSign) }),
      ...(taken !== undefined && { files: await marks?.markFiles(taken) }),
    })
  }
  const args = Object.entries(words.args).map(([name, value]) => [name, toMark(value, valueMark)])
  return { steps, args: Object.fromEntries(args) }
}
