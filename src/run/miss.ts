import { relative } from 'node:path'
import { readDockerfile, toBakeFiles, toBakeWords } from '../build/dockerfile/find.ts'
import { findStepLine } from '../build/dockerfile/step-line.ts'
import { explainMiss } from '../build/missed/explain-miss.ts'
import { parseBases } from '../build/missed/kept.ts'
import { describeMadeOf, type MadeOf } from '../build/missed/made-of.ts'
import { shortenInstruction } from '../build/render-event.ts'
import type { Target } from '../build/target.ts'
import { attempt } from '../failure.ts'
import { toLine } from '../text/to-line.ts'

/** Describes what a target is made of, before it is built; never fails. */
export const describeTarget = async ({ bake }: Target, workspace: string) => {
  try {
    const files = toBakeFiles(bake.definition, workspace)
    return await describeMadeOf(files, toBakeWords(bake.definition))
  } catch {
    return undefined
  }
}

export type Described = Awaited<ReturnType<typeof describeTarget>>

/** @param json what buildx wrote of the build */
export const withBases = (described: Described, json: string): MadeOf | undefined =>
  described && { ...described, bases: parseBases(attempt((): unknown => JSON.parse(json))) }

/**
 * The first instruction that the cache did not have, with its line and why not, as far as that is known.
 *
 * @param step BuildKit's name of it
 */
export const renderMiss = (
  { bake }: Target,
  workspace: string,
  step: string,
  before: MadeOf | undefined,
  now: MadeOf | undefined,
): string => {
  const files = toBakeFiles(bake.definition, workspace)
  const line = findStepLine(readDockerfile(files), step)
  const instruction = shortenInstruction(toLine(step).replace(/^\[[^\]]*\] /, ''))
  const file = files.dockerfile && toLine(relative(workspace, files.dockerfile))
  const place = line === undefined || file === undefined ? '' : ` (line ${line} of ${file})`
  const because = before && now && line !== undefined ? explainMiss(before, now, line) : undefined
  return `${instruction}${place}${because === undefined ? '' : `: ${because}`}`
}
