import { type Instruction, parseInstructions } from './instructions.ts'

type Stage = { readonly name: string | undefined; readonly from: string; own: Instruction[] }

const readStages = (dockerfile: string): readonly Stage[] => {
  const stages: Stage[] = []
  for (const instruction of parseInstructions(dockerfile).instructions) {
    const { keyword, rest } = instruction
    if (keyword === 'from') {
      const [from = '', as = '', name] = rest.split(/[\t\v\f\r ]+/)
      const alias = as.toLowerCase() === 'as' ? name?.toLowerCase() : undefined
      stages.push({ name: alias, from: from.toLowerCase(), own: [] })
    } else stages.at(-1)?.own.push(instruction)
  }
  return stages
}

/** All that is done upon the image that the stage to build begins with, stages that it builds upon first. */
const findOwn = (dockerfile: string, target: string | undefined): readonly Instruction[] => {
  const stages = readStages(dockerfile)
  const isTarget = ({ name }: Stage): boolean => name === target?.toLowerCase()
  let at = target === undefined ? stages.length - 1 : stages.findLastIndex(isTarget)
  const chain: Instruction[][] = []
  while (at >= 0) {
    const stage: Stage | undefined = stages[at]
    if (stage === undefined) break
    chain.unshift(stage.own)
    // A stage names one before it.
    at = stages.slice(0, at).findLastIndex(({ name }) => name === stage.from)
  }
  return chain.flat()
}

const keywordOf = (createdBy: string): string => {
  const [, old] = /^\/bin\/sh -c #\(nop\)\s+([A-Z]+)\b/.exec(createdBy) ?? []
  const [, word] = /^([A-Z]+)\s/.exec(createdBy) ?? []
  // The builder before BuildKit wrote of RUN nothing but its command.
  return (old ?? word ?? 'RUN').toLowerCase()
}

/** So much of a command tells it from others. */
const comparedCharacters = 30

/** A command is in the history as it is written, unless it is a list or reads on in further lines. */
const isSame = ({ keyword, rest }: Instruction, createdBy: string): boolean => {
  if (keywordOf(createdBy) !== keyword) return false
  const isPlain = keyword === 'run' && !rest.startsWith('[') && !rest.includes('<<')
  return !isPlain || createdBy.includes(rest.slice(0, comparedCharacters).trim())
}

/**
 * Finds the lines that an image's history is of, counted from 1, where BuildKit has no record of the build:
 * each instruction of the stage has one entry, so they are matched from the end. An entry of the image that it
 * is built upon has none.
 *
 * @param history what made each entry, oldest first, entries without a layer among them
 * @returns undefined where the two do not agree, as nothing is certain then
 */
export const findHistoryLines = (
  dockerfile: string,
  target: string | undefined,
  history: readonly string[],
): readonly (number | undefined)[] | undefined => {
  const own = findOwn(dockerfile, target)
  const base = history.length - own.length
  if (own.length === 0 || base < 0) return undefined
  if (!own.every((instruction, at) => isSame(instruction, history[base + at] ?? '')))
    return undefined
  return history.map((_, at) => own[at - base]?.line)
}
