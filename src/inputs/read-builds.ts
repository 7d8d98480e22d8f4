import type { Allowances } from './allow.ts'
import type { BakeDefinition, BakeFile } from './inputs.ts'
import type { ParsedYaml, ParseYaml } from './parse-yaml.ts'
import type { ReportProblem } from './problems.ts'
import { buildWords, type RawInputs } from './raw-inputs.ts'
import { isMapWord, readBuild } from './read-build.ts'
import { createReader, type Reader, toOptional } from './reader.ts'
import { isMap, type ReportAt, toAssignments, toWordText } from './yaml-words.ts'

/** The YAML parser where these inputs need one. */
export const importYaml = async (raw: RawInputs): Promise<ParseYaml> =>
  [raw['builds'], raw['append']].every((text) => toOptional(text) === undefined)
    ? () => ({ value: undefined, lineOf: () => 1 })
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
const readWords = (item: Readonly<Record<string, unknown>>, index: number, report: ReportAt) => {
  const raw: Record<string, string> = {}
  const lists: Record<string, readonly string[]> = {}
  for (const [key, value] of Object.entries(item)) {
    const path = [index, key]
    const other = otherWords[key]
    if (!knownWords.includes(key)) {
      const how = other === undefined ? `It may have: ${knownWords.join(', ')}.` : `Write ${other}.`
      report(path, `unknown. ${how}`, key)
    } else if (isMapWord(key) && typeof value !== 'string') {
      lists[key] = toAssignments(value, path, report)
    } else raw[key] = toWordText(value, path, report)
  }
  return { raw, lists }
}

const readEntry = (
  { run, report }: Reader,
  allow: Allowances,
  item: unknown,
  index: number,
  { lineOf }: ParsedYaml,
): readonly Entry[] => {
  const line = lineOf([index])
  const input = `builds, line ${line}`
  if (!isMap(item)) {
    report(input, 'the entry is not a map. Write its words as `context: ...`, `tags: ...`.')
    return []
  }
  const { raw, lists } = readWords(item, index, (path, text, value) => {
    // Of a word that nobody knows, the value is its name.
    const word = knownWords.includes(String(path[1])) ? `, ${path[1]}` : ''
    report(`builds, line ${lineOf(path)}${word}`, text, value)
  })
  const reportWord: ReportProblem = (word, text, value) =>
    report(`builds, line ${lineOf([index, word])}, ${word}`, text, value)
  const reader = createReader(raw, reportWord, run)
  const target = readBuild(reader, allow, lists)
  if (reader.text('context') === undefined) {
    report(input, 'it has no context. Name the folder to build.')
  }
  const given = toOptional(raw['name'])
  return [{ name: readName(given ?? shortName(target.tags[0]), input, report), line, target }]
}

/** Reads the list of builds in the step, as a file of Bake would have it. */
export const readBuilds = (reader: Reader, text: string, allow: Allowances): BakeFile => {
  const { report } = reader
  const parsed = reader.run.parseYaml(text)
  const { value, problem } = parsed
  const items: readonly unknown[] = Array.isArray(value) ? value : []
  if (items.length === 0) {
    const at = problem === undefined ? '' : `, line ${problem.line}`
    const how = 'Write `- context: api`, newline, `  tags: api:dev`, and so on for each image.'
    report(`builds${at}`, `${problem?.reason ?? 'not a YAML list'}. ${how}`)
  }
  const entries = items.flatMap((item, index) => readEntry(reader, allow, item, index, parsed))
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
