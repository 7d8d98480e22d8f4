import { resolve } from 'node:path'
import { type ImageReference, parseImageId, parseImageReference } from '../image/reference.ts'
import { type Allowances, localDelete } from './allow.ts'
import { toContextFolder } from './context.ts'
import type { BakeDefinition } from './inputs.ts'
import { readBuildOptions } from './read-build-options.ts'
import { type Reader, toLines } from './reader.ts'
import { reportMissing } from './report-missing.ts'
import { reportOutsideBuild } from './report-outside.ts'
import { escapeTemplate } from './template.ts'

/** Names of images, each once; of `images`, IDs too. */
export const readReferences = (
  input: 'images' | 'tags',
  { list, report }: Reader,
): readonly ImageReference[] => {
  const references = new Map<string, ImageReference>()
  for (const value of list(input)) {
    const id = input === 'images' ? parseImageId(value) : undefined
    const reference = id ?? parseImageReference(value)
    if (typeof reference !== 'string') references.set(reference.canonical, reference)
    else {
      const how = 'Write NAME:TAG, such as my-api:dev or localhost:5000/my-api:dev.'
      report(input, `${reference}. ${how}`, value)
    }
  }
  return [...references.values()]
}

const readTags = (reader: Reader): readonly string[] => {
  const tags = readReferences('tags', reader).map(({ given }) => given)
  for (const tag of tags.filter((each) => each.includes('@'))) {
    reader.report('tags', 'a build cannot be given a digest. Write NAME:TAG.', tag)
  }
  return tags
}

/** @returns whether there was something to report */
const reportStandardInput = ({ text, report }: Reader): boolean => {
  const inputs = (['context', 'file'] as const).filter((name) => text(name) === '-')
  const why = 'standard input is how the token reaches the build, so nothing else can come that way'
  for (const input of inputs) report(input, `${why}. Write it to a file and name that.`, '-')
  return inputs.length > 0
}

/** Bake looks for a Dockerfile in the context; the step's paths start in the workspace. */
const readFile = ({ run, text, report }: Reader, isHere: boolean): string | undefined => {
  const file = text('file')
  if (file === undefined) return undefined
  if (/^https?:\/\//.test(file)) {
    const how = 'Download it in a step before, or take a git address as context.'
    report('file', `Bake reads no Dockerfile from a URL. ${how}`, file)
  }
  return isHere ? resolve(run.workspace, file) : file
}

/** What stands before the sign, and whether it may stand alone. */
const mapWords = {
  // A variable of a shell, or one with dots: another name has no effect at all.
  'build-args': { pattern: /^[a-z_][\w.-]*$/i, isBare: true },
  labels: { pattern: /^[^\s"'`#-][^\s"'`]*$/, isBare: true },
  'build-contexts': { pattern: /^[^\s"'`#-][^\s"'`]*$/, isBare: false },
} as const

type MapWord = keyof typeof mapWords

/** Whether the values of a word are maps of names. */
export const isMapWord = (word: string): word is MapWord => word in mapWords

const whyNoName = (name: string): string => {
  if (/^["'`]/.test(name)) return 'the quotes would be part of the name'
  return name.startsWith('#') ? 'a comment is none here' : 'not name=value'
}

/** Cuts entries of `name=value`, whose values may have any text; undefined for a name alone. */
const toPairs = (
  word: MapWord,
  entries: readonly string[],
  { report }: Reader,
): readonly (readonly [name: string, value: string | undefined])[] =>
  entries.map((entry) => {
    const { pattern, isBare } = mapWords[word]
    const at = entry.indexOf('=')
    const [name, value] = at < 0 ? [entry] : [entry.slice(0, at), entry.slice(at + 1)]
    if (!pattern.test(name) || !(isBare || value)) {
      const how =
        'Write one name=value a line, without quotes; builds takes values of several lines.'
      report(word, `${whyNoName(name)}. ${how}`, entry)
    }
    return [name, value]
  })

const toMap = (
  pairs: ReturnType<typeof toPairs>,
  bareValue: (name: string) => string | undefined,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    pairs.flatMap(([name, given]) => {
      const value = given ?? bareValue(name)
      return value === undefined ? [] : [[escapeTemplate(name), escapeTemplate(value)]]
    }),
  )

/** Entries of words that were written as maps or lists, in place of lines. */
type WordLists = Readonly<Partial<Record<MapWord, readonly string[]>>>

/** Reads one build, by itself or in a list, as a target of a Bake file. */
export const readBuild = (
  reader: Reader,
  allow: Allowances,
  lists: WordLists = {},
): BakeDefinition & { readonly tags: readonly string[] } => {
  const { raw, run, text, check, isTrue } = reader
  const pairsOf = (word: MapWord) => toPairs(word, lists[word] ?? toLines(raw[word]), reader)
  const tags = readTags(reader)
  const escaped = (value: string | undefined) => value && escapeTemplate(value)
  const context = text('context') ?? '.'
  const isHere = toContextFolder(context, run.workspace) !== undefined
  const file = readFile(reader, isHere)
  const contexts = pairsOf('build-contexts')
  const further = contexts.flatMap(([, value]) => value || [])
  reportOutsideBuild(reader, further)
  if (!reportStandardInput(reader)) reportMissing(reader, file)
  // The agent needs no more than to be named, and BuildKit does not know the other one.
  const entitlements = allow.words.filter((word) => word !== 'ssh' && word !== localDelete)
  return {
    context: escapeTemplate(context),
    dockerfile: escaped(file),
    target: escaped(text('target')),
    network: escaped(text('network')),
    'no-cache': isTrue('no-cache') || undefined,
    pull: isTrue('pull') || undefined,
    tags,
    // As in a build by hand: from the environment, or empty.
    args: toMap(pairsOf('build-args'), (name) => run.childEnv[name]),
    labels: toMap(pairsOf('labels'), () => ''),
    contexts: toMap(contexts, () => undefined),
    ssh: check('ssh', toLines(raw['ssh'])).map(escapeTemplate),
    entitlements: entitlements.length > 0 ? entitlements : undefined,
    ...readBuildOptions(reader, tags),
  }
}
