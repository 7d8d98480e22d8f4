import type { RecipeOrder } from '../../image/background.ts'
import { type Instruction, parseInstructions } from './instructions.ts'

type Option = (word: string) => boolean

const has =
  (...wanted: readonly Option[]) =>
  (words: readonly string[]): boolean =>
    words.some((word) => wanted.some((isIt) => isIt(word)))
const is =
  (text: string): Option =>
  (word) =>
    word === text
const begins =
  (text: string): Option =>
  (word) =>
    word.startsWith(text)

/** Without the name of a package. */
const namesNothing = (words: readonly string[]): boolean => words.every(begins('-'))
const anything = (): boolean => true

/**
 * Commands that install what a list says, and nothing of the program, by what follows them: they depend on
 * files that change seldom. Those that also build or install the program itself are none.
 */
const installers: readonly (readonly [string, (words: readonly string[]) => boolean])[] = [
  ['pip install', has(begins('-r'), begins('--requirement'))],
  ['pip3 install', has(begins('-r'), begins('--requirement'))],
  ['uv pip sync', anything],
  ['uv sync', has(is('--no-install-project'))],
  ['poetry install', has(is('--no-root'))],
  ...['npm ci', 'npm install', 'pnpm i', 'pnpm install'].map(
    (command) => [command, namesNothing] as const,
  ),
  ...['yarn install', 'bundle install', 'composer install', 'go mod download', 'cargo fetch'].map(
    (command) => [command, anything] as const,
  ),
]

/** Words, not patterns: a pull request may bring a line of a megabyte. */
const installs = (script: string): boolean =>
  script.split(/[&|;]+/).some((command) => {
    const words = command.trim().split(/\s+/)
    return installers.some(([name, fits]) => {
      const named = name.split(' ')
      const at = words.findIndex((_, from) =>
        named.every((word, step) => words[from + step] === word),
      )
      return at >= 0 && fits(words.slice(at + named.length))
    })
  })

/** `.` and the like: all of the context. */
const takesAll = ({ keyword, flags, rest }: Instruction): boolean =>
  (keyword === 'copy' || keyword === 'add') &&
  !flags.some((flag) => flag.startsWith('--from=')) &&
  /^(?:\[\s*"\.{1,2}\/?"\s*,|\.\/?\s)/.test(rest)

/** Whether a COPY makes a layer that stands on its own, or could: upon what is below it, it does nothing. */
const isUnlinked = ({ keyword, flags }: Instruction): boolean =>
  (keyword === 'copy' || keyword === 'add') &&
  !flags.some((flag) => /^--link(?:=true)?$/.test(flag) || flag.startsWith('--parents'))

/** With `--link`, BuildKit cannot know a folder that only a lower layer leads to. */
const canBeLinked = ({ rest }: Instruction): boolean => /\s"?\/[^\s"]*"?\]?$/.test(rest)

/** Reads which lines have the cache miss, or a cold builder fetch, more than they need. */
export const readOrder = (dockerfile: string): RecipeOrder => {
  const early: { copyLine: number; installLine: number }[] = []
  let copied: number | undefined
  let unlinked: number[] = []
  for (const instruction of parseInstructions(dockerfile).instructions) {
    const { keyword, line, rest } = instruction
    if (keyword === 'from') [copied, unlinked] = [undefined, []]
    // What runs upon a layer needs all that is below it, with a link or without.
    if (keyword === 'run') unlinked = []
    if (isUnlinked(instruction) && canBeLinked(instruction)) unlinked.push(line)
    if (takesAll(instruction)) copied ??= line
    else if (keyword === 'run' && copied !== undefined && installs(rest))
      early.push({ copyLine: copied, installLine: line })
  }
  return { early, unlinked }
}
