import { toLine } from '../../text/to-line.ts'
import { countedKeywords } from '../dockerfile/step-line.ts'
import type { FileMarks } from './file-marks.ts'
import type { MadeOf, MadeStep } from './made-of.ts'

/** More names are no help. */
const mostNames = 3
const longestName = 80

const show = (name: string): string => toLine(name, longestName)

/** What changed of the files that an instruction takes; empty where nothing did. */
const findChangedFiles = (before: FileMarks, now: FileMarks): readonly string[] => {
  if (Object.hasOwn(before, '') || Object.hasOwn(now, ''))
    return before[''] === now[''] ? [] : ['files that it takes']
  const paths = [...new Set([...Object.keys(before), ...Object.keys(now)])]
  return paths.filter((path) => before[path] !== now[path])
}

const renderChanged = (before: FileMarks, now: FileMarks): string | undefined => {
  const changed = findChangedFiles(before, now)
  const [first] = changed
  if (first === undefined) return undefined
  if (!(Object.hasOwn(now, first) || Object.hasOwn(before, first))) return `${first} changed`
  const toWord = (path: string): string => {
    if (!Object.hasOwn(now, path)) return `${show(path)} is gone`
    return Object.hasOwn(before, path) ? `${show(path)} changed` : `${show(path)} is new`
  }
  const more = changed.length - mostNames
  const words = changed.slice(0, mostNames).map(toWord)
  return [...words, ...(more > 0 ? [`${more} more`] : [])].join(', ')
}

/** The steps of a stage up to one of them, its FROM first. */
const toStage = (steps: readonly MadeStep[], at: number): readonly MadeStep[] => {
  const from = steps.slice(0, at + 1).findLastIndex(({ keyword }) => keyword === 'from')
  return steps.slice(Math.max(0, from), at + 1)
}

const countStages = (steps: readonly MadeStep[]): number =>
  steps.filter(({ keyword }) => keyword === 'from').length

/** The same stage, by its FROM, else by its place. */
const findStage = (steps: readonly MadeStep[], stage: readonly MadeStep[], number: number) => {
  const froms = steps.flatMap(({ keyword }, at) => (keyword === 'from' ? [at] : []))
  const at = froms.find((each) => steps[each]?.mark === stage[0]?.mark) ?? froms[number - 1]
  return at === undefined ? undefined : steps.slice(at)
}

const explainArguments = (
  { args: before }: MadeOf,
  { args: now }: MadeOf,
  steps: readonly MadeStep[],
): string | undefined => {
  const names = steps.flatMap(({ argument }) => argument?.split(' ') ?? [])
  const changed = names.find((name) => before[name] !== now[name])
  return changed === undefined ? undefined : `the build argument ${show(changed)} changed`
}

/** Only the first step that stands on a base misses for its sake. */
const explainBases = (
  { bases: before }: MadeOf,
  { bases: now }: MadeOf,
  stage: readonly MadeStep[],
): string | undefined => {
  if (stage.slice(1, -1).some(({ keyword }) => countedKeywords.includes(keyword))) return undefined
  const moved = Object.keys(now).find(
    (name) => before[name] !== undefined && before[name] !== now[name],
  )
  return moved === undefined ? undefined : `${show(moved)} is another image than before`
}

/**
 * Says why the cache did not have an instruction that an earlier build had made: what of it, or of what it
 * stands on, is not as it was then.
 *
 * @param line of the first instruction that the cache did not have
 * @returns a clause; undefined where the two builds do not tell
 */
export const explainMiss = (before: MadeOf, now: MadeOf, line: number): string | undefined => {
  const at = now.steps.findIndex((step) => step.line === line)
  const step = now.steps[at]
  if (step === undefined) return undefined
  const stage = toStage(now.steps, at)
  const old = findStage(before.steps, stage, countStages(now.steps.slice(0, at + 1)))
  if (old === undefined) return 'its stage is new'
  const changed = stage.find(({ mark }, place) => mark !== old[place]?.mark)
  if (changed === step) return 'the instruction is new or was changed'
  if (changed !== undefined) return `line ${changed.line} is new or was changed`
  const { files } = step
  const oldFiles = old[stage.length - 1]?.files
  const isKnown = files !== undefined && oldFiles !== undefined
  return (
    explainBases(before, now, stage) ??
    (isKnown ? renderChanged(oldFiles, files) : undefined) ??
    explainArguments(before, now, [
      ...now.steps.slice(
        0,
        now.steps.findIndex(({ keyword }) => keyword === 'from'),
      ),
      ...stage,
    ]) ??
    (isKnown || step.keyword === 'run' || step.keyword === 'workdir'
      ? 'nothing of it changed: the cache no longer had it'
      : undefined)
  )
}
