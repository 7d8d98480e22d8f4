import { type ImageReference, parseImageReference } from './image-reference.ts'
import type { BuildInputs, Inputs, SecretFormat } from './inputs.ts'
import {
  parseAssignments,
  parseBoolean,
  parseChoice,
  parseWord,
  toLines,
  toList,
  toOptional,
} from './parsers.ts'
import { collectProblems, type ReportProblem } from './problems.ts'
import type { InputName, RawInputs } from './raw-inputs.ts'
import { type RunFacts, readApiUrl, readCredentials } from './read-credentials.ts'
import { readSecrets, type SecretPlaces } from './read-secrets.ts'

const readReferences = (
  input: InputName,
  raw: RawInputs,
  report: ReportProblem,
): readonly ImageReference[] => {
  const references = new Map<string, ImageReference>()
  for (const value of toList(raw[input])) {
    const reference = parseImageReference(value)
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

const readBuild = (raw: RawInputs, report: ReportProblem): BuildInputs | undefined => {
  reportStandardInput(raw, report)
  const build = {
    file: toOptional(raw['file']),
    target: toOptional(raw['target']),
    tags: readReferences('tags', raw, report),
    buildArgs: parseAssignments('build-args', raw['build-args'], 'bare-names', report),
    labels: parseAssignments('labels', raw['labels'], 'bare-names', report),
    buildContexts: parseAssignments('build-contexts', raw['build-contexts'], 'values-only', report),
    network: toOptional(raw['network']),
    ssh: readSsh(raw, report),
    noCache: parseBoolean('no-cache', raw['no-cache'], report),
    pull: parseBoolean('pull', raw['pull'], report),
  }
  const context = toOptional(raw['context'])
  for (const tag of build.tags.filter(({ given }) => given.includes('@'))) {
    report({
      input: 'tags',
      value: tag.given,
      reason: 'a build cannot be given a digest',
      remedy: 'Write NAME:TAG.',
    })
  }
  if (context !== undefined && toOptional(raw['tags']) === undefined) {
    report({
      input: 'tags',
      reason: 'empty, and a pod could not name the image that is built',
      remedy: 'Give the image a name, such as my-api:dev.',
    })
  }
  return context === undefined ? undefined : { context, ...build }
}

const loadModes = ['auto', 'reflink', 'link', 'copy', 'stream', 'kind'] as const

const keepWords = ['auto', 'true', 'false'] as const
const keepImages = { auto: 'auto', true: 'always', false: 'never' } as const

const reportNothingToDo = (raw: RawInputs, report: ReportProblem): void => {
  if (toOptional(raw['context']) !== undefined || toOptional(raw['images']) !== undefined) return
  const built = (['tags', 'file', 'target'] as const).find((name) => toOptional(raw[name]))
  report(
    built === undefined
      ? {
          input: 'context',
          reason: 'neither context nor images is given, so there is nothing to do',
          remedy: 'Name a folder to build, or images that the local store has.',
        }
      : {
          input: 'context',
          reason: `empty, though ${built} is given`,
          remedy: 'Name the folder to build, such as context: .',
        },
  )
}

const formats = ['token', 'gitconfig', 'git-credentials', 'netrc'] as const

/** Under which the Dockerfile finds the token where the step does not say. */
const usualIds: Readonly<Record<SecretFormat, string>> = {
  token: 'github_token',
  gitconfig: 'gitconfig',
  'git-credentials': 'git-credentials',
  netrc: 'netrc',
}

/**
 * Reads the step's inputs.
 *
 * @throws {Failure} one error that names every problem, with the input, its value and a remedy
 */
export const readInputs = (raw: RawInputs, run: RunFacts & SecretPlaces): Inputs =>
  collectProblems((report) => {
    reportNothingToDo(raw, report)
    const word = (input: InputName, pattern: RegExp, remedy: string): string | undefined =>
      parseWord(input, raw[input], pattern, remedy, report)
    const secretFormat = parseChoice('secret-format', raw['secret-format'], formats, report)
    const credentials = readCredentials(raw, run, secretFormat, report)
    const secretId =
      word('secret-id', /^[\w.-]+$/, 'Use letters, digits, dots, dashes and underscores.') ??
      usualIds[secretFormat]
    const tokenId = credentials.kind === 'none' ? undefined : secretId
    return {
      credentials,
      apiUrl: readApiUrl(raw, report),
      secretFormat,
      secretId,
      secrets: readSecrets(raw, run, tokenId, report),
      build: readBuild(raw, report),
      images: readReferences('images', raw, report),
      clusterName:
        word('cluster-name', /^[a-z0-9.-]+$/, 'Use the name that `kind get clusters` shows.') ??
        'kind',
      nodes: toList(raw['nodes']),
      loadMode: parseChoice('load-mode', raw['load-mode'], loadModes, report),
      keepImages: keepImages[parseChoice('keep-images', raw['keep-images'], keepWords, report)],
      freeDisk: parseChoice('free-disk', raw['free-disk'], ['auto', 'always', 'never'], report),
    }
  })
