import { clusterPattern } from '../cluster/node.ts'
import { readAllow } from './allow.ts'
import type { Inputs, SecretFormat } from './inputs.ts'
import { parseBoolean, parseChoice, parseList, parseWord, toOptional } from './parsers.ts'
import { collectProblems, type ReportProblem } from './problems.ts'
import { defaults, type InputName, inputNames, type RawInputs } from './raw-inputs.ts'
import { readBake, readParallel } from './read-bake.ts'
import { readReferences } from './read-build.ts'
import type { ListPlaces } from './read-builds.ts'
import { type RunFacts, readApiUrl, readCredentials } from './read-credentials.ts'
import { readFreeDisk, readFreeDiskKeep } from './read-disk.ts'
import { readManifests } from './read-manifests.ts'
import { readSecrets, type SecretPlaces } from './read-secrets.ts'
import { reportUnknown } from './report-unknown.ts'
import { reportUntrusted } from './report-untrusted.ts'

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

/** What is known of the run besides the inputs that we know. */
type Run = RunFacts &
  SecretPlaces &
  ListPlaces & {
    /** Inputs that the runner passed and no input of ours is called. */
    readonly unknownInputs: readonly string[]
  }

const usedByDiagnose: readonly InputName[] = ['mode', 'cluster-name']

const pick = (raw: RawInputs, names: readonly InputName[]): RawInputs =>
  Object.fromEntries(names.flatMap((name) => (name in raw ? [[name, raw[name]]] : [])))

/** Given, other than by default, and of no use. The API's URL comes by itself, and differs. */
const findUnused = (raw: RawInputs): readonly InputName[] =>
  inputNames.filter((name) => {
    const value = toOptional(raw[name])
    if (value === undefined || name === 'github-api-url') return false
    return !usedByDiagnose.includes(name) && value !== defaults[name]
  })

/**
 * Reads the step's inputs.
 *
 * @throws {Failure} one error that names every problem, with the input, its value and a remedy
 */
export const readInputs = (given: RawInputs, run: Run): Inputs =>
  collectProblems((report) => {
    reportUnknown(run.unknownInputs, report)
    const mode = parseChoice('mode', given['mode'], modes, report)
    const unused = mode === 'diagnose' ? findUnused(given) : []
    // What is not used need not be right either: a fork has no key.
    const raw = mode === 'diagnose' ? pick(given, usedByDiagnose) : given
    if (mode === 'run') reportNothingToDo(raw, report)
    const word = (input: InputName, pattern: RegExp, remedy: string): string | undefined =>
      parseWord(input, raw[input], pattern, remedy, report)
    const secretFormat = parseChoice('secret-format', raw['secret-format'], formats, report)
    const credentials = readCredentials(raw, run, secretFormat, report)
    const secretId =
      word('secret-id', /^[\w.-]+$/, 'Use letters, digits, dots, dashes and underscores.') ??
      usualIds[secretFormat]
    const allow = readAllow(raw, report)
    const tokenId = credentials.kind === 'none' ? undefined : secretId
    const bake = readBake(raw, allow, run, report)
    const isTrusted = reportUntrusted(raw, bake, run.trigger, report)
    return {
      mode,
      unused,
      isTrusted,
      credentials,
      apiUrl: readApiUrl(raw, report),
      secretFormat,
      secretId,
      secrets: readSecrets(raw, run, tokenId, report),
      bake,
      allow,
      parallel: readParallel(raw, report),
      isDryRun: parseBoolean('dry-run', raw['dry-run'], report),
      failFast: parseBoolean('fail-fast', raw['fail-fast'] ?? 'true', report),
      images: readReferences('images', raw, report, 'or-id'),
      clusterName:
        word('cluster-name', clusterPattern, 'Use the name that `kind get clusters` shows.') ??
        'kind',
      nodes: parseList('nodes', raw, report),
      loadMode: parseChoice('load-mode', raw['load-mode'], loadModes, report),
      keepImages: toTri[parseChoice('keep-images', raw['keep-images'], triWords, report)],
      freeDisk: readFreeDisk(raw, report),
      freeDiskKeep: readFreeDiskKeep(raw, report),
      pruneCache: toTri[parseChoice('prune-cache', raw['prune-cache'], triWords, report)],
      manifests: readManifests(raw, report),
    }
  })
