import { type ImageReference, parseImageId, parseImageReference } from '../image/reference.ts'
import type { Allowances } from './allow.ts'
import type { BuildInputs } from './inputs.ts'
import { parseAssignments, parseBoolean, parseList, toLines, toOptional } from './parsers.ts'
import type { ReportProblem } from './problems.ts'
import type { InputName, RawInputs } from './raw-inputs.ts'
import { reportOutsideBuild } from './report-outside.ts'

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

const reportStandardInput = (raw: RawInputs, report: ReportProblem): void => {
  for (const input of ['context', 'file'] as const) {
    if (toOptional(raw[input]) === '-') {
      report({
        input,
        value: '-',
        reason:
          'standard input is how the token reaches the build, so nothing else can come that way',
        remedy: 'Write it to a file and name that.',
      })
    }
  }
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

/** What a build is given of what is allowed; `ssh` needs no more than to be named. */
export const toEntitlements = ({ words }: Allowances): readonly string[] =>
  words.filter((word) => word !== 'ssh')

/** What one build takes, with its context or without. */
export const readBuildWords = (raw: RawInputs, report: ReportProblem) => {
  reportStandardInput(raw, report)
  const tags = readReferences('tags', raw, report)
  for (const tag of tags.filter(({ given }) => given.includes('@'))) {
    const reason = 'a build cannot be given a digest'
    report({ input: 'tags', value: tag.given, reason, remedy: 'Write NAME:TAG.' })
  }
  return {
    context: toOptional(raw['context']),
    file: toOptional(raw['file']),
    target: toOptional(raw['target']),
    tags,
    buildArgs: parseAssignments('build-args', raw['build-args'], 'argument', report),
    labels: parseAssignments('labels', raw['labels'], 'label', report),
    buildContexts: parseAssignments('build-contexts', raw['build-contexts'], 'context', report),
    network: toOptional(raw['network']),
    ssh: readSsh(raw, report),
    noCache: parseBoolean('no-cache', raw['no-cache'], report),
    pull: parseBoolean('pull', raw['pull'], report),
  }
}

/** Reads the step's own build; undefined where it has none. */
export const readBuild = (
  raw: RawInputs,
  allow: Allowances,
  workspace: string,
  report: ReportProblem,
): BuildInputs | undefined => {
  const { context, ...words } = readBuildWords(raw, report)
  if (context === undefined) return undefined
  if (toOptional(raw['tags']) === undefined) {
    report({
      input: 'tags',
      reason: 'empty, and a pod could not name the image that is built',
      remedy: 'Give the image a name, such as my-api:dev.',
    })
  }
  reportOutsideBuild({ context, ...words }, workspace, report)
  return { context, ...words, allow: toEntitlements(allow) }
}
