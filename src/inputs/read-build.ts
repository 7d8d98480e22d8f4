import { resolve } from 'node:path'
import { type ImageReference, parseImageId, parseImageReference } from '../image/reference.ts'
import type { Allowances } from './allow.ts'
import { toContextFolder } from './context-folder.ts'
import type { BakeDefinition } from './inputs.ts'
import { checkAssignments, parseBoolean, parseList, toLines, toOptional } from './parsers.ts'
import type { ReportProblem } from './problems.ts'
import type { InputName, RawInputs } from './raw-inputs.ts'
import { type KindOf, reportMissing } from './report-missing.ts'
import { reportOutsideBuild } from './report-outside.ts'
import { escapeTemplate } from './template.ts'

/** Where a build's files are, and what it may take from the environment. */
export type BuildPlaces = {
  readonly workspace: string
  readonly kindOf: KindOf
  /** What child processes inherit: nothing that is secret. */
  readonly childEnv: Readonly<Record<string, string>>
}

/** Names of images, each once; `orId` where an image's ID will do. */
export const readReferences = (
  input: InputName,
  raw: RawInputs,
  report: ReportProblem,
  orId: 'or-id' | 'names-only' = 'names-only',
): readonly ImageReference[] => {
  const references = new Map<string, ImageReference>()
  for (const value of parseList(input, raw, report)) {
    const id = orId === 'or-id' ? parseImageId(value) : undefined
    const reference = id ?? parseImageReference(value)
    if (typeof reference !== 'string') references.set(reference.canonical, reference)
    else {
      const remedy = 'Write NAME:TAG, such as my-api:dev or localhost:5000/my-api:dev.'
      report({ input, value, reason: reference, remedy })
    }
  }
  return [...references.values()]
}

const readTags = (raw: RawInputs, report: ReportProblem): readonly string[] => {
  const tags = readReferences('tags', raw, report).map(({ given }) => given)
  for (const value of tags.filter((tag) => tag.includes('@'))) {
    const reason = 'a build cannot be given a digest'
    report({ input: 'tags', value, reason, remedy: 'Write NAME:TAG.' })
  }
  return tags
}

/** `default`, or an id with the sockets or keys behind it. */
const readSsh = (raw: RawInputs, report: ReportProblem): readonly string[] => {
  const lines = toLines(raw['ssh'])
  for (const value of lines.filter((line) => !/^[\w.-]+(=.+)?$/.test(line))) {
    const remedy = 'Write default, or id=path of a socket or key, one a line.'
    report({ input: 'ssh', value, reason: 'not what --ssh takes', remedy })
  }
  return lines
}

/** @returns whether there was something to report */
const reportStandardInput = (raw: RawInputs, report: ReportProblem): boolean => {
  const inputs = (['context', 'file'] as const).filter((name) => toOptional(raw[name]) === '-')
  for (const input of inputs) {
    const reason =
      'standard input is how the token reaches the build, so nothing else can come that way'
    report({ input, value: '-', reason, remedy: 'Write it to a file and name that.' })
  }
  return inputs.length > 0
}

/** Bake looks for a Dockerfile in the context; the step's paths start in the workspace. */
const readFile = (
  raw: RawInputs,
  isHere: boolean,
  workspace: string,
  report: ReportProblem,
): string | undefined => {
  const file = toOptional(raw['file'])
  if (file === undefined) return undefined
  if (/^https?:\/\//.test(file)) {
    const remedy = 'Download it in a step before, or take a git address as context.'
    report({ input: 'file', value: file, reason: 'Bake reads no Dockerfile from a URL', remedy })
  }
  return isHere ? resolve(workspace, file) : file
}

/** Words whose values are maps of names, with the kind of those. */
export const mapWords = {
  'build-args': 'argument',
  labels: 'label',
  'build-contexts': 'context',
} as const

type MapWord = keyof typeof mapWords

/** `NAME=value` as a map; a name alone has the value that `bareValue` says. */
const toMap = (
  entries: readonly string[],
  bareValue: (name: string) => string | undefined,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    entries.flatMap((entry) => {
      const at = entry.indexOf('=')
      const name = at < 0 ? entry : entry.slice(0, at)
      const value = at < 0 ? bareValue(name) : entry.slice(at + 1)
      return value === undefined ? [] : [[escapeTemplate(name), escapeTemplate(value)]]
    }),
  )

/** What `build` has of each word, as text. */
export type BuildWords = {
  readonly raw: RawInputs
  /** In place of lines, where somebody wrote maps or lists. */
  readonly lists?: Readonly<Partial<Record<MapWord, readonly string[]>>>
}

/** Reads one build, with its context in the workspace where none is said, as a target of a Bake file. */
export const readBuild = (
  { raw, lists = {} }: BuildWords,
  { words }: Allowances,
  places: BuildPlaces,
  report: ReportProblem,
): BakeDefinition & { readonly tags: readonly string[] } => {
  const { workspace, childEnv } = places
  const entriesOf = (word: MapWord): readonly string[] =>
    checkAssignments(word, lists[word] ?? toLines(raw[word]), mapWords[word], report)
  const escaped = (word: 'target' | 'network'): string | undefined => {
    const text = toOptional(raw[word])
    return text && escapeTemplate(text)
  }
  const context = toOptional(raw['context']) ?? '.'
  const isHere = toContextFolder(context, workspace) !== undefined
  const file = readFile(raw, isHere, workspace, report)
  const contexts = entriesOf('build-contexts')
  reportOutsideBuild({ context, file: toOptional(raw['file']), contexts }, workspace, report)
  if (!reportStandardInput(raw, report)) reportMissing(context, file, places, report)
  // The agent needs no more than to be named.
  const entitlements = words.filter((word) => word !== 'ssh')
  return {
    context: escapeTemplate(context),
    dockerfile: file && escapeTemplate(file),
    target: escaped('target'),
    network: escaped('network'),
    'no-cache': parseBoolean('no-cache', raw['no-cache'], report) || undefined,
    pull: parseBoolean('pull', raw['pull'], report) || undefined,
    tags: readTags(raw, report),
    args: toMap(entriesOf('build-args'), (name) => childEnv[name]),
    labels: toMap(entriesOf('labels'), () => ''),
    contexts: toMap(contexts, () => undefined),
    ssh: readSsh(raw, report).map(escapeTemplate),
    entitlements: entitlements.length > 0 ? entitlements : undefined,
  }
}
