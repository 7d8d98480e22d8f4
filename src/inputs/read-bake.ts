import type { Allowances } from './allow.ts'
import type { BakeInputs } from './inputs.ts'
import { parseList, toLines, toOptional } from './parsers.ts'
import type { ReportProblem } from './problems.ts'
import { buildWords, type RawInputs } from './raw-inputs.ts'
import { readBuild } from './read-build.ts'
import { type ListPlaces, readBuilds } from './read-builds.ts'
import { reportMissingFile } from './report-missing.ts'
import { reportOutside } from './report-outside.ts'

/** Words that say what is built, of which one step takes one. */
const ways = ['context', 'bake-files', 'builds'] as const

const reportMixture = (raw: RawInputs, report: ReportProblem): void => {
  const given = ways.filter((name) => toOptional(raw[name]) !== undefined)
  if (given.length > 1) {
    const remedy = `Keep one of ${given.join(', ')}; a build of its own can be an entry or a target.`
    report({ input: given[1] ?? 'builds', reason: `given together with ${given[0]}`, remedy })
  }
  if (given.length === 0 || given[0] === 'context') return
  for (const word of buildWords) {
    const value = toOptional(raw[word])
    if (word === 'context' || value === undefined || value === 'false') continue
    const remedy = `Write it into ${given[0] === 'builds' ? 'the entries' : 'the file, or bake-set'}.`
    report({ input: word, reason: `for a single build, not for ${given[0]}`, remedy })
  }
}

/** The step's own build, as a Bake file with the target that Bake takes where it is told none. */
const readSingle = (
  raw: RawInputs,
  allow: Allowances,
  places: ListPlaces,
  report: ReportProblem,
): BakeInputs => {
  if (toOptional(raw['tags']) === undefined) {
    const reason = 'empty, and a pod could not name the image that is built'
    report({ input: 'tags', reason, remedy: 'Give the image a name, such as my-api:dev.' })
  }
  const definition = { target: { default: readBuild({ raw }, allow, places, report) } }
  return { isSingle: true, files: [], definition, targets: [], sets: [] }
}

/** Reads what is to be built: the step's own build, a list of builds, or Bake files. */
export const readBake = (
  raw: RawInputs,
  allow: Allowances,
  places: ListPlaces,
  report: ReportProblem,
): BakeInputs | undefined => {
  reportMixture(raw, report)
  const [files, targets, sets] = [
    parseList('bake-files', raw, report),
    parseList('targets', raw, report),
    toLines(raw['bake-set']),
  ]
  const text = toOptional(raw['builds'])
  for (const value of sets.filter((line) => !/^[^\s.=]+\.[^\s=]+=/.test(line))) {
    const remedy = 'Write TARGET.KEY=VALUE, as for `docker buildx bake --set`.'
    report({ input: 'bake-set', value, reason: 'not a change to a target', remedy })
  }
  for (const value of targets.filter(
    (name) => !/^[a-zA-Z0-9_.-]+$/.test(name) || /^[.-]/.test(name),
  )) {
    const remedy = 'Write names of targets or groups, as the Bake file has them.'
    report({ input: 'targets', value, reason: 'not the name of a target', remedy })
  }
  if (files.length === 0 && text === undefined) {
    for (const input of ['targets', 'bake-set'] as const) {
      if (toOptional(raw[input]) === undefined) continue
      const remedy = 'Name the Bake files in bake-files, or leave it out.'
      report({ input, reason: 'given without bake-files or builds', remedy })
    }
    const isSingle = toOptional(raw['context']) !== undefined
    return isSingle ? readSingle(raw, allow, places, report) : undefined
  }
  for (const file of files) {
    reportOutside('bake-files', file, places.workspace, report)
    reportMissingFile(file, places, report)
  }
  const definition = text === undefined ? undefined : readBuilds(text, allow, places, report)
  return { isSingle: false, files, definition, targets, sets }
}

/** How many builds may run at once; undefined leaves it to the machine. */
export const readParallel = (raw: RawInputs, report: ReportProblem): number | undefined => {
  const text = toOptional(raw['parallel'])
  if (text === undefined) return undefined
  if (!/^[1-9][0-9]?$/.test(text)) {
    report({
      input: 'parallel',
      value: text,
      reason: 'not a number of builds',
      remedy: 'Write 1 to 99.',
    })
  }
  return Number(text)
}
