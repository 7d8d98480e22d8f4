import { posix } from 'node:path'
import { attempt } from '../../failure.ts'
import { toFields } from '../../inputs/entries.ts'
import {
  type Instruction,
  parseInstructions,
  toInstruction,
  toQuotedWords,
} from './instructions.ts'
import type { BuildWords } from './stages.ts'
import { expand, type Lookup } from './words.ts'

/** What a Dockerfile takes of its build context. */
export type ContextSource = {
  /** Relative to the context; `.` for all of it. */
  readonly path: string
  /** Of the instruction, counted from 1. */
  readonly line: number
}

const isList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')

const toWords = (rest: string, escapeSign: string): readonly string[] => {
  const list = rest.startsWith('[') ? attempt((): unknown => JSON.parse(rest)) : undefined
  return isList(list) ? list : toQuotedWords(rest, escapeSign)
}

const isElsewhere = (source: string): boolean =>
  source.startsWith('<<') || /^(?:https?|git|ssh):\/\/|^git@/i.test(source)

/** As written, variables and all. */
const toWritten = (
  { keyword, flags, rest }: Instruction,
  escapeSign: string,
): readonly string[] => {
  if (keyword === 'copy' || keyword === 'add')
    return flags.some((flag) => flag.startsWith('--from='))
      ? []
      : toWords(rest, escapeSign)
          .slice(0, -1)
          .filter((source) => !isElsewhere(source))
  if (keyword !== 'run') return []
  return flags.flatMap((flag) => {
    const options = flag.startsWith('--mount=')
      ? toFields(flag.slice('--mount='.length))
      : undefined
    if (options === undefined || options.has('from') || (options.get('type') ?? 'bind') !== 'bind')
      return []
    return [options.get('source') ?? options.get('src') ?? '.']
  })
}

/** Paths of a context begin at its top, also with `/` or `../` before them. */
const tidy = (path: string): string => {
  const tidied = posix.normalize(`/${path}`).slice(1).replace(/\/$/, '')
  return tidied === '' ? '.' : tidied
}

const setVariables = (
  { rest }: Instruction,
  escapeSign: string,
  given: BuildWords['args'],
  variables: Map<string, string>,
): void => {
  for (const word of toQuotedWords(rest, escapeSign)) {
    const [, name = '', sign = '', text = ''] = /^([^=]*)(=?)(.*)$/s.exec(word) ?? []
    const value =
      given[name] ??
      (sign === '' ? undefined : expand(text, escapeSign, (key) => variables.get(key)))
    if (value !== undefined) variables.set(name, value)
  }
}

/**
 * What all stages take of the build context, needed or not.
 *
 * @returns undefined where a name cannot be known
 */
export const findContextSources = (
  dockerfile: string,
  { args }: Pick<BuildWords, 'args'>,
): readonly ContextSource[] | undefined => {
  const { escapeSign, instructions } = parseInstructions(dockerfile)
  const variables = new Map(Object.entries(args))
  const sources: ContextSource[] = []
  for (const given of instructions) {
    const instruction =
      given.keyword === 'onbuild' ? toInstruction(given.rest, escapeSign, given.line) : given
    const { keyword, line } = instruction
    if (keyword === 'arg' || keyword === 'env')
      setVariables(instruction, escapeSign, keyword === 'arg' ? args : {}, variables)
    for (const written of toWritten(instruction, escapeSign)) {
      let isKnown = true
      const lookup: Lookup = (name) => {
        isKnown &&= variables.has(name)
        return variables.get(name)
      }
      const path = expand(written, escapeSign, lookup)
      if (path === undefined || !isKnown) return undefined
      sources.push({ path: tidy(path), line })
    }
  }
  return sources
}
