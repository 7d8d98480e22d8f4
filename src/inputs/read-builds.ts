import type { Allowances } from './allow.ts'
import type { BakeDefinition, BakeFile } from './inputs.ts'
import type { ParseYaml, YamlEntry, YamlValue } from './parse-yaml.ts'
import type { ReportProblem } from './problems.ts'
import { buildWords, type RawInputs } from './raw-inputs.ts'
import { type BuildPlaces, isMapWord, readBuild, type WordLists } from './read-build.ts'
import { createReader, toOptional } from './reader.ts'
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

const knownWords: readonly string[] = ['name', ...buildWords]

const nameRemedy = 'Give it a name of letters, digits, dashes and underscores.'

const readName = (name: string | undefined, input: string, report: ReportProblem): string => {
  if (name === undefined) report(input, `it has no name. ${nameRemedy} Or give it tags.`)
  else if (!/^[a-zA-Z0-9_-]+$/.test(name)) {
    report(input, `not the name of a target. ${nameRemedy}`, name)
  }
  return name ?? ''
}

/** The words of an entry as the inputs of a single build. */
const readWords = (
  entries: readonly YamlEntry[],
  report: ReportProblem,
): { readonly raw: RawInputs; readonly lists: WordLists } => {
  const raw: Record<string, string> = {}
  const lists: Record<string, readonly string[]> = {}
  for (const { key, line, value } of entries) {
    const other = otherWords[key]
    if (!knownWords.includes(key)) {
      const how = other === undefined ? `It may have: ${knownWords.join(', ')}.` : `Write ${other}.`
      report(`builds, line ${line}`, `unknown. ${how}`, key)
    } else if (isMapWord(key) && value.kind !== 'text') {
      lists[key] = toAssignments(key, value, report)
    } else raw[key] = toWordText(key, value, report)
  }
  return { raw, lists }
}

const readEntry = (
  item: YamlValue,
  allow: Allowances,
  places: ListPlaces,
  report: ReportProblem,
): readonly Entry[] => {
  const input = `builds, line ${item.line}`
  if (item.kind !== 'map') {
    report(input, 'the entry is not a map. Write its words as `context: ...`, `tags: ...`.')
    return []
  }
  const { raw, lists } = readWords(item.entries, report)
  const lines = new Map(item.entries.map(({ key, line }) => [key, line]))
  const reader = createReader(raw, (word, text, value) =>
    report(`builds, line ${lines.get(word) ?? item.line}, ${word}`, text, value),
  )
  const target = readBuild(reader, allow, places, lists)
  if (reader.text('context') === undefined) {
    report(input, 'it has no context. Name the folder to build.')
  }
  const given = toOptional((raw as { readonly name?: string }).name)
  const name = readName(given ?? shortName(target.tags[0]), input, report)
  return [{ name, line: item.line, target }]
}

const parseItems = (
  text: string,
  { parseYaml }: ListPlaces,
  report: ReportProblem,
): readonly YamlValue[] => {
  const { value, problem } = parseYaml(text)
  if (value?.kind === 'list' && value.items.length > 0) return value.items
  const how = 'Write `- context: api`, newline, `  tags: api:dev`, and so on for each image.'
  if (problem === undefined) report('builds', `not a YAML list. ${how}`)
  else report(`builds, line ${problem.line}`, `${problem.reason}. ${how}`)
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
    if (other === undefined || name === '') continue
    const what = `the entry of line ${other} has this name, too`
    report(`builds, line ${line}`, `${what}. Give each a name of its own.`, name)
  }
  return {
    group: { default: { targets: entries.map(({ name }) => name) } },
    target: Object.fromEntries(entries.map(({ name, target }) => [name, target])),
  }
}
