import { readAllow } from './allow.ts'
import type { SecretFormat } from './credentials.ts'
import type { Inputs } from './inputs.ts'
import { collectProblems } from './problems.ts'
import {
  defaults,
  givenByRunner,
  type InputName,
  inputNames,
  type RawInputs,
} from './raw-inputs.ts'
import { readArchives } from './read-archives.ts'
import { readBake } from './read-bake.ts'
import { readReferences } from './read-build.ts'
import { readBuilder } from './read-builder.ts'
import { readCache, readCacheMounts } from './read-cache.ts'
import { readCluster } from './read-cluster.ts'
import { readApiUrl, readCredentials } from './read-credentials.ts'
import { readFreeDisk, readFreeDiskKeep } from './read-disk.ts'
import { readImageReport } from './read-image-limits.ts'
import { readManifests } from './read-manifests.ts'
import { readMirrors, withMirrors } from './read-mirrors.ts'
import { readNodeFiles } from './read-node-files.ts'
import { readProve } from './read-prove.ts'
import { readReported, reportUseless, usedByReport } from './read-report.ts'
import { readSecrets } from './read-secrets.ts'
import { readWhichCluster } from './read-which-cluster.ts'
import { createReader, type Reader, type Run, toOptional } from './reader.ts'
import { reportUnknown } from './report-unknown.ts'
import { reportUntrusted } from './report-untrusted.ts'
import { parseSize } from './sizes.ts'

const modes = ['run', 'diagnose', 'report', 'doctor'] as const

const loadModes = ['auto', 'reflink', 'link', 'copy', 'stream', 'kind'] as const

const triWords = ['auto', 'true', 'false'] as const
const toTri = { auto: 'auto', true: 'always', false: 'never' } as const

const readImageCache = ({
  choice,
  text,
  report,
}: Reader): Pick<Inputs, 'imageCache' | 'imageCacheBytes'> => {
  const given = text('image-cache-limit') ?? '4GB'
  const bytes = parseSize(given)
  if (bytes === undefined) report('image-cache-limit', 'not a size. Write 4GB or 800MB.', given)
  return {
    imageCache: toTri[choice('image-cache', ['false', 'auto', 'true'] as const)],
    imageCacheBytes: bytes ?? 0,
  }
}

const reportNothingToDo = ({ text, report }: Reader): void => {
  // A cluster alone is something, too; a word that is none is reported elsewhere.
  if ((text('create-cluster') ?? 'false') !== 'false') return
  const sources = [
    ...(['context', 'images', 'images-from', 'bake-files', 'builds', 'node-files'] as const),
    'image-archives' as const,
  ]
  if (sources.some((name) => text(name) !== undefined)) return
  const built = (['tags', 'file', 'target'] as const).find((name) => text(name))
  report(
    'context',
    built === undefined
      ? 'none of context, images, bake-files, builds and node-files is given, so there is nothing to do. Name a folder to build, a Bake file, or images that the local store has.'
      : `empty, though ${built} is given. Name the folder to build, such as context: .`,
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

/** Inputs that the runner passed and no input of ours is called. */
type Unknown = { readonly unknownInputs: readonly string[] }

const usedByDiagnose: readonly InputName[] = ['mode', 'cluster-name']

/** What an examination looks at; the rest of a step stays beside it, unread. */
const usedByDoctor: readonly InputName[] = [
  ...([
    'mode',
    'cluster-name',
    'cluster',
    'containerd-address',
    'builder',
    'client-id',
    'app-id',
    'private-key',
    'owner',
  ] as const),
  ...(['repositories', 'permissions', 'github-token', 'github-api-url', 'secret-format'] as const),
  'allow-untrusted-trigger',
]
const usedBy = { diagnose: usedByDiagnose, report: usedByReport, doctor: usedByDoctor } as const

const pick = (raw: RawInputs, names: readonly InputName[]): RawInputs =>
  Object.fromEntries(names.flatMap((name) => (name in raw ? [[name, raw[name]]] : [])))

/** Given, other than by default, and of no use. */
const findUnused = (raw: RawInputs): readonly InputName[] =>
  inputNames.filter((name) => {
    const value = toOptional(raw[name])
    if (value === undefined || givenByRunner.includes(name)) return false
    return !usedByDiagnose.includes(name) && value !== defaults[name]
  })

/**
 * Reads the step's inputs.
 *
 * @throws {Failure} one error that names every problem, with the input, its value and a remedy
 */
export const readInputs = (given: RawInputs, run: Run & Unknown): Inputs =>
  collectProblems((report) => {
    reportUnknown(run.unknownInputs, report)
    const mode = createReader(given, report, run).choice('mode', modes)
    const unused = mode === 'diagnose' ? findUnused(given) : []
    // What is not used need not be right either: a fork has no key.
    const raw = mode === 'run' ? given : pick(given, usedBy[mode])
    const reader = createReader(raw, report, run)
    const { word, list, choice, isTrue } = reader
    if (mode === 'run') reportNothingToDo(reader)
    if (mode === 'report') reportUseless(given, report)
    if (mode === 'diagnose' && toOptional(given.cluster) === 'containerd')
      report('cluster', 'mode: diagnose asks nodes that are containers. Use kubectl.', 'containerd')
    if (mode === 'diagnose' && toOptional(given.prove) !== undefined)
      report('prove', 'mode: diagnose has no image to run it in. Leave it out.')
    const isReport = mode === 'report'
    const secretFormat = choice('secret-format', formats)
    const credentials = readCredentials(reader, secretFormat)
    const secretId = word('secret-id') ?? usualIds[secretFormat]
    const allow = readAllow(reader)
    const bake = readBake(reader, allow)
    const parallel = word('parallel')
    const mirrors = readMirrors(reader)
    return {
      mode,
      unused,
      isTrusted: reportUntrusted(reader, bake),
      credentials,
      apiUrl: readApiUrl(reader),
      secretFormat,
      secretId,
      secrets: readSecrets(reader, credentials.kind === 'none' ? undefined : secretId),
      bake,
      allow,
      ...readCache(reader),
      ...readCacheMounts(reader),
      retries: Number(word('retries') ?? '1'),
      parallel: parallel === undefined ? undefined : Number(parallel),
      builder: withMirrors(readBuilder(reader), mirrors),
      mirrors,
      keepsInDocker: isTrue('load'),
      existingBuilder: word('builder'),
      isDryRun: isTrue('dry-run'),
      failFast: isTrue('fail-fast', 'true'),
      images: isReport ? [] : readReferences('images', reader),
      imageArchives: readArchives(reader),
      pullImages: choice('pull-images', ['missing', 'always', 'never'] as const),
      ...readImageCache(reader),
      reported: isReport ? readReported(reader) : [],
      ...readWhichCluster(reader, mode),
      createCluster: readCluster(reader),
      nodes: list('nodes'),
      loadMode: choice('load-mode', loadModes),
      keepImages: toTri[choice('keep-images', triWords)],
      freeDisk: readFreeDisk(reader),
      freeDiskKeep: readFreeDiskKeep(reader),
      pruneCache: toTri[choice('prune-cache', triWords)],
      ...readNodeFiles(reader),
      ...readManifests(reader),
      ...readImageReport(reader),
      prove: readProve(reader),
    }
  }, run.whose)
