import type { Inputs, SecretFormat } from './inputs.ts'
import {
  clusterPattern,
  parseBoolean,
  parseChoice,
  parseWord,
  toList,
  toOptional,
} from './parsers.ts'
import { collectProblems, type ReportProblem } from './problems.ts'
import type { InputName, RawInputs } from './raw-inputs.ts'
import { readBake, readParallel } from './read-bake.ts'
import { readBuild, readReferences } from './read-build.ts'
import type { ListPlaces } from './read-builds.ts'
import { type RunFacts, readApiUrl, readCredentials } from './read-credentials.ts'
import { readFreeDisk, readFreeDiskKeep } from './read-disk.ts'
import { readManifests } from './read-manifests.ts'
import { readSecrets, type SecretPlaces } from './read-secrets.ts'

const modes = ['run', 'diagnose'] as const

const loadModes = ['auto', 'reflink', 'link', 'copy', 'stream', 'kind'] as const

const triWords = ['auto', 'true', 'false'] as const
const toTri = { auto: 'auto', true: 'always', false: 'never' } as const

const reportNothingToDo = (raw: RawInputs, report: ReportProblem): void => {
  const sources = ['context', 'images', 'bake-files', 'builds'] as const
  if (sources.some((name) => toOptional(raw[name]) !== undefined)) return
  const built = (['tags', 'file', 'target'] as const).find((name) => toOptional(raw[name]))
  report(
    built === undefined
      ? {
          input: 'context',
          reason:
            'none of context, images, bake-files and builds is given, so there is nothing to do',
          remedy: 'Name a folder to build, a Bake file, or images that the local store has.',
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
export const readInputs = (raw: RawInputs, run: RunFacts & SecretPlaces & ListPlaces): Inputs =>
  collectProblems((report) => {
    const mode = parseChoice('mode', raw['mode'], modes, report)
    if (mode === 'run') reportNothingToDo(raw, report)
    const word = (input: InputName, pattern: RegExp, remedy: string): string | undefined =>
      parseWord(input, raw[input], pattern, remedy, report)
    const secretFormat = parseChoice('secret-format', raw['secret-format'], formats, report)
    const credentials = readCredentials(raw, run, secretFormat, report)
    const secretId =
      word('secret-id', /^[\w.-]+$/, 'Use letters, digits, dots, dashes and underscores.') ??
      usualIds[secretFormat]
    const tokenId = credentials.kind === 'none' ? undefined : secretId
    return {
      mode,
      credentials,
      apiUrl: readApiUrl(raw, report),
      secretFormat,
      secretId,
      secrets: readSecrets(raw, run, tokenId, report),
      build: readBuild(raw, report),
      bake: readBake(raw, run, report),
      parallel: readParallel(raw, report),
      isDryRun: parseBoolean('dry-run', raw['dry-run'], report),
      failFast: parseBoolean('fail-fast', raw['fail-fast'] ?? 'true', report),
      images: readReferences('images', raw, report),
      clusterName:
        word('cluster-name', clusterPattern, 'Use the name that `kind get clusters` shows.') ??
        'kind',
      nodes: toList(raw['nodes']),
      loadMode: parseChoice('load-mode', raw['load-mode'], loadModes, report),
      keepImages: toTri[parseChoice('keep-images', raw['keep-images'], triWords, report)],
      freeDisk: readFreeDisk(raw, report),
      freeDiskKeep: readFreeDiskKeep(raw, report),
      pruneCache: toTri[parseChoice('prune-cache', raw['prune-cache'], triWords, report)],
      manifests: readManifests(raw, report),
    }
  })
