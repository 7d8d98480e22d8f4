import { type Instruction, parseInstructions } from './instructions.ts'

/** What BuildKit counts as steps of a stage, beside what the stage begins with. */
export const countedKeywords: readonly string[] = ['add', 'copy', 'run', 'workdir']

/** `[3/7] RUN make`, `[build 3/7] RUN make`, `[linux/arm64 build 3/7] RUN make`. */
const stepPattern = /^\[(?:([^\]]*) )?(\d{1,5})\/(\d{1,5})\] (\w+)/

type StageSteps = { readonly names: readonly string[]; readonly steps: Instruction[] }

const readStages = (dockerfile: string): readonly StageSteps[] => {
  const stages: StageSteps[] = []
  for (const instruction of parseInstructions(dockerfile).instructions) {
    const { keyword, rest } = instruction
    if (keyword === 'from') {
      const [, name] = /\sas\s+(\S+)\s*$/i.exec(rest) ?? []
      const names = [`stage-${stages.length}`, ...(name === undefined ? [] : [name.toLowerCase()])]
      stages.push({ names, steps: [] })
    } else if (countedKeywords.includes(keyword)) stages.at(-1)?.steps.push(instruction)
  }
  return stages
}

/**
 * The line, counted from 1, of the instruction that BuildKit calls by that name; undefined where the
 * Dockerfile does not say so for certain.
 */
export const findStepLine = (dockerfile: string, name: string): number | undefined => {
  const [, words = '', number, total, keyword = ''] = stepPattern.exec(name) ?? []
  const stageName = words.split(' ').at(-1)?.toLowerCase() ?? ''
  const stages = readStages(dockerfile)
  const named = stages.find(({ names }) => names.includes(stageName))
  // A Dockerfile of one stage has its steps without a name.
  const stage = named ?? (stages.length === 1 ? stages[0] : undefined)
  // From the end: before the stage's own there may be a base, or what that does ONBUILD.
  const found = stage?.steps.at(Number(number) - Number(total) - 1)
  return found?.keyword === keyword.toLowerCase() ? found.line : undefined
}
