import type { RecipeOrder } from '../../image/background.ts'
import { type Instruction, parseInstructions } from './instructions.ts'

/**
 * What installs what a list says, and nothing of the program: it depends on files that change seldom.
 * Commands that also build or install the program itself are none.
 */
const installs =
  /\b(?:pip3? install\b[^&|;]*\s(?:-r|--requirement)[\s=]|uv pip (?:install|sync)\b[^&|;]*\s(?:-r\s|\S*requirements)|uv sync\b[^&|;]*--no-install-project|poetry install\b[^&|;]*--no-root|npm (?:ci|install)\s*(?:$|[&|;]|--)|yarn install\b|pnpm (?:i|install)\s*(?:$|[&|;]|--)|bundle install\b|composer install\b|go mod download\b|cargo fetch\b)/

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
    else if (keyword === 'run' && copied !== undefined && installs.test(rest))
      early.push({ copyLine: copied, installLine: line })
  }
  return { early, unlinked }
}
