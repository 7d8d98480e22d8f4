import type { Allowances } from './allow.ts'
import type { BakeDefinition, BakeFile } from './inputs.ts'
import type { ParseYaml, YamlEntry, YamlValue } from './parse-yaml.ts'
import { toOptional } from './parsers.ts'
import type { ReportProblem } from './problems.ts'
import { buildWords, type RawInputs } from './raw-inputs.ts'
import { type BuildPlaces, mapWords, readBuild } from './read-build.ts'
import { toAssignments, toWordText } from './yaml-words.ts'

/** What the list in the step needs beside its text. */
export type ListPlaces = BuildPlaces & {
  /** A YAML parser: a library that other steps start without. */
  readonly parseYaml: ParseYaml
}

/** The YAML parser where these inputs need one. */
export const importYaml = async (raw: RawInputs): Promise<ParseYaml> =>
  toOptional(raw['builds']) === undefined
    ? () => ({ value: undefined, problem: undefined })
    : (await import('./parse-yaml.ts')).parseYaml

/** The last part of a name, without its tag: `api` of `ghcr.io/acme/api:dev`. */
const shortName = (reference: string | undefined): string | undefined =>
  reference
    ?.replace(/@.*$/, '')
    .replace(/:[^:/]*$/, '')
    .split('/')
    .at(-1)
    ?.replace(/[^\w-]/g, '-')

type Entry = {
  readonly name: string
  readonly line: number
  readonly target: BakeDefinition
}

/** Words that others have for the same thing. */
const otherWords: Readonly<Record<string, string>> = {
  dockerfile: 'file',
  args: 'build-args',
  contexts: 'build-contexts',
  image: 'tags',
  tag: 'tags',
}

const reportUnknown = (
  { key, line }: YamlEntry,
  known: readonly string[],
  report: ReportProblem,
) => {
  const other = otherWords[key]
  const remedy = other === undefined ? `It may have: ${known.join(', ')}.` : `Write ${other}.`
  report({ input: `builds, line ${line}`, value: key, reason: 'unknown', remedy })
}

const isMapWord = (word: string): word is keyof typeof mapWords => word in mapWords

const nameRemedy = 'Give it a name of letters, digits, dashes and underscores.'

const readName = (
  given: string | undefined,
  tag: string | undefined,
  input: string,
  report: ReportProblem,
): string | undefined => {
  const name = given ?? shortName(tag)
  if (name === undefined) {
    report({ input, reason: 'it has no name', remedy: `${nameRemedy} Or give it tags.` })
  } else if (!/^[a-zA-Z0-9_-]+$/.test(name)) {
    report({ input, value: name, reason: 'not the name of a target', remedy: nameRemedy })
  } else return name
  return undefined
}

const readEntry = (
  item: YamlValue,
  allow: Allowances,
  places: ListPlaces,
  report: ReportProblem,
): readonly Entry[] => {
  const input = `builds, line ${item.line}`
  if (item.kind !== 'map') {
    const remedy = 'Write its words as `context: ...`, `tags: ...`.'
    report({ input, reason: 'the entry is not a map', remedy })
    return []
  }
  const known: readonly string[] = ['name', ...buildWords]
  const raw: Record<string, string> = {}
  const lists: Partial<Record<keyof typeof mapWords, readonly string[]>> = {}
  const lines = new Map(item.entries.map(({ key, line }) => [key, line]))
  const reportAt: ReportProblem = (problem) => {
    const line = lines.get(problem.input) ?? item.line
    report({ ...problem, input: `builds, line ${line}, ${problem.input}` })
  }
  for (const entry of item.entries) {
    const { key, value } = entry
    if (!known.includes(key)) reportUnknown(entry, known, report)
    else if (isMapWord(key) && value.kind !== 'text') lists[key] = toAssignments(key, value, report)
    else raw[key] = toWordText(key, value, report)
  }
  const target = readBuild({ raw, lists }, allow, places, reportAt)
  if (toOptional(raw['context']) === undefined) {
    report({ input, reason: 'it has no context', remedy: 'Name the folder to build.' })
  }
  const name = readName(toOptional(raw['name']), target.tags[0], input, report)
  return name === undefined ? [] : [{ name, line: item.line, target }]
}

const parseItems = (
  text: string,
  { parseYaml }: ListPlaces,
  report: ReportProblem,
): readonly YamlValue[] => {
  const { value, problem } = parseYaml(text)
  if (value?.kind === 'list' && value.items.length > 0) return value.items
  const place = problem && { input: `builds, line ${problem.line}`, reason: problem.reason }
  report({
    input: 'builds',
    reason: 'not a YAML list',
    ...place,
    remedy: 'Write `- context: api`, newline, `  tags: api:dev`, and so on for each image.',
  })
  return []
}

/** Reads the list of builds in the step, as a file of Bake would have it. */
export const readBuilds = (
  text: string,
  allow: Allowances,
  places: ListPlaces,
  report: ReportProblem,
): BakeFile => {
  const entries = parseItems(text, places, report).flatMap((item) =>
    readEntry(item, allow, places, report),
  )
  const first = new Map<string, number>()
  for (const { name, line } of entries) {
    const other = first.get(name)
    first.set(name, other ?? line)
    if (other === undefined) continue
    const reason = `the entry of line ${other} has this name, too`
    const remedy = 'Give each a name of its own.'
    report({ input: `builds, line ${line}`, value: name, reason, remedy })
  }
  return {
    group: { default: { targets: entries.map(({ name }) => name) } },
    target: Object.fromEntries(entries.map(({ name, target }) => [name, target])),
  }
}
