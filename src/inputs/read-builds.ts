import { resolve } from 'node:path'
import type { Allowances } from './allow.ts'
import type { BakeFile, BuildInputs } from './inputs.ts'
import { toOptional } from './parsers.ts'
import type { ReportProblem } from './problems.ts'
import { buildWords, type RawInputs } from './raw-inputs.ts'
import { readBuildWords, toEntitlements } from './read-build.ts'
import { reportOutsideBuild } from './report-outside.ts'

type Env = Readonly<Record<string, string | undefined>>

/** What the list in the step needs beside its text. */
export type ListPlaces = {
  readonly env: Env
  readonly workspace: string
  /** A YAML parser: a library that other steps start without. */
  readonly parseYaml: (text: string) => unknown
}

/** The YAML parser where these inputs need one. */
export const importYaml = async (raw: RawInputs): Promise<ListPlaces['parseYaml']> =>
  toOptional(raw['builds']) === undefined ? () => undefined : (await import('yaml')).parse

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One line of a map: a name without a value takes it from the environment. */
const toLine = ([key, value]: readonly [string, unknown]): string =>
  value === null ? key : `${key}=${value}`

/** A value as the input of that name has it: lists and maps are what they would be in lines. */
const toText = (value: unknown): string => {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.map(String).join('\n')
  return isMap(value) ? Object.entries(value).map(toLine).join('\n') : String(value)
}

/** The last part of a name, without its tag: `api` of `ghcr.io/acme/api:dev`. */
const shortName = (reference: string | undefined): string | undefined =>
  reference
    ?.replace(/@.*$/, '')
    .replace(/:[^:/]*$/, '')
    .split('/')
    .at(-1)
    ?.replace(/[^\w-]/g, '-')

/** `NAME=value` as a map; a name alone takes its value from the environment, as in a build. */
const toMap = (lines: readonly string[], env: Env): Readonly<Record<string, string>> =>
  Object.fromEntries(
    lines.flatMap((line) => {
      const at = line.indexOf('=')
      const name = at < 0 ? line : line.slice(0, at)
      const value = at < 0 ? env[name] : line.slice(at + 1)
      return value === undefined ? [] : [[name, value]]
    }),
  )

/** Bake looks for a Dockerfile in the context, a build where it was started. */
const toTarget = (
  build: BuildInputs,
  { env, workspace }: ListPlaces,
): Readonly<Record<string, unknown>> => ({
  context: build.context,
  ...(build.file !== undefined && { dockerfile: resolve(workspace, build.file) }),
  ...(build.target !== undefined && { target: build.target }),
  ...(build.network !== undefined && { network: build.network }),
  ...(build.noCache && { 'no-cache': true }),
  ...(build.pull && { pull: true }),
  tags: build.tags.map(({ given }) => given),
  args: toMap(build.buildArgs, env),
  labels: toMap(build.labels, {}),
  contexts: toMap(build.buildContexts, {}),
  ssh: build.ssh,
  ...(build.allow.length > 0 && { entitlements: build.allow }),
})

type Entry = { readonly name: string; readonly target: Readonly<Record<string, unknown>> }

const readEntry = (
  value: unknown,
  index: number,
  allow: Allowances,
  places: ListPlaces,
  report: ReportProblem,
): readonly Entry[] => {
  const input = `builds, entry ${index + 1}`
  if (!isMap(value)) {
    report({
      input,
      reason: 'not a map',
      remedy: 'Write its words as `context: ...`, `tags: ...`.',
    })
    return []
  }
  const known: readonly string[] = ['name', ...buildWords]
  for (const word of Object.keys(value).filter((key) => !known.includes(key))) {
    report({ input, value: word, reason: 'unknown', remedy: `It may have: ${known.join(', ')}.` })
  }
  const raw: RawInputs = Object.fromEntries(buildWords.map((word) => [word, toText(value[word])]))
  const reportWord: ReportProblem = (problem) =>
    report({ ...problem, input: `${input}, ${problem.input}` })
  const { context, ...rest } = readBuildWords(raw, reportWord)
  reportOutsideBuild({ context: context ?? '.', ...rest }, places.workspace, reportWord)
  if (context === undefined) {
    report({ input, reason: 'it has no context', remedy: 'Name the folder to build.' })
  }
  const name = toOptional(toText(value['name'])) ?? shortName(rest.tags[0]?.given)
  if (name === undefined || !/^[a-zA-Z0-9_-]+$/.test(name)) {
    const remedy = 'Give it a name of letters, digits, dashes and underscores, or tags.'
    report({ input, ...(name !== undefined && { value: name }), reason: 'it has no name', remedy })
    return []
  }
  return [
    {
      name,
      target: toTarget({ context: context ?? '.', ...rest, allow: toEntitlements(allow) }, places),
    },
  ]
}

const parseList = (
  text: string,
  { parseYaml }: ListPlaces,
  report: ReportProblem,
): readonly unknown[] => {
  try {
    const list = parseYaml(text)
    if (Array.isArray(list) && list.length > 0) return list
  } catch {
    // Said below.
  }
  report({
    input: 'builds',
    reason: 'not a YAML list',
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
  const entries = parseList(text, places, report).flatMap((value, index) =>
    readEntry(value, index, allow, places, report),
  )
  const names = entries.map(({ name }) => name)
  for (const name of new Set(names.filter((each, index) => names.indexOf(each) !== index))) {
    report({
      input: 'builds',
      value: name,
      reason: 'two entries have this name',
      remedy: 'Give each a name of its own.',
    })
  }
  return {
    group: { default: { targets: names } },
    target: Object.fromEntries(entries.map(({ name, target }) => [name, target])),
  }
}
