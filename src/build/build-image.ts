import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Docker } from '../docker/docker.ts'
import { Failure } from '../failure.ts'
import { readRegularFile } from '../host/read-file.ts'
import type { LayerOrigin } from '../image/layer-origin.ts'
import type { BuildSecret } from '../inputs/credentials.ts'
import { usesActionsCache } from './actions-cache.ts'
import { toBakeArgs, toBakeFile } from './bake-command.ts'
import {
  type CacheFailure,
  renderCacheFailure,
  toCacheError,
  toNeedlessFailure,
  watchCaches,
} from './cache-failures.ts'
import type { BuildEvent, OnBuildEvent } from './event.ts'
import { explainBuildFailure } from './explain.ts'
import { type BuildMetadata, parseMetadata } from './metadata.ts'
import { buildNamed } from './name-race.ts'
import { createProgress } from './progress.ts'
import { parseOrigins, withoutRecord } from './provenance.ts'
import { hideNames, type RegistryNames } from './registry-output.ts'
import { type SecretChannel, withSecretChannel } from './secret-channel.ts'
import { type Target, throughRegistry, toBakeTargets, toUncached } from './target.ts'
import type { BuildStats } from './timings.ts'

export type BuildOrder = {
  readonly target: Target
  /** What the Dockerfile's RUN steps may mount; the token comes first. */
  readonly secrets: readonly BuildSecret[]
  /** A folder of the step's own, for what buildx reads and writes. */
  readonly tempDir: string
  /** For the image, where Docker's store does not get it. */
  readonly layout: string
  /** Through which it gets there; undefined where the builder writes it itself. */
  readonly registry?: RegistryNames | undefined
  readonly workspace: string
  /** Of the target, relative to the workspace; undefined where it is no file of this machine. */
  readonly dockerfile: string | undefined
  /** By which a build finds the Actions cache; only one that uses it gets them. */
  readonly cacheEnv: Readonly<Record<string, string>>
  /** Whether it fails where a cache cannot be read or written. */
  readonly cacheRequired: boolean
  /** Whether to find out which line made which layer. */
  readonly wantsOrigins: boolean
}

/** A build may take its time; the job's own limit ends it. */
const buildTimeoutMs = 6 * 60 * 60 * 1_000

/** Enough of the end to name the step that failed. */
const keptEvents = 2_000
const keptLength = 10_000

/** For machines, of buildx 0.12 or newer. As an option, it would keep Bake from checking `--allow`. */
const progressEnv = { BUILDKIT_PROGRESS: 'rawjson' }

/** Bake's own check stays on, beside ours; and paths mean what they meant when they were checked. */
const bakeEnv = { BUILDX_BAKE_ENTITLEMENTS_FS: '1', BUILDX_BAKE_FILE_RELATIVE_PATHS: '0' }

/** BuildKit's record of the build, which knows the lines, goes with the metadata. */
const recordEnv = { BUILDX_METADATA_PROVENANCE: 'max' }

/** A target's own, whatever others are called. */
export const toBuildFiles = ({ target, tempDir }: Pick<BuildOrder, 'target' | 'tempDir'>) => ({
  bake: join(tempDir, `bake-${target.bake.name}.json`),
  metadata: join(tempDir, `metadata-${target.bake.name}.json`),
})

/** The command, once the files that it reads are there. They hold names of secrets, never a value. */
const prepare = (order: BuildOrder, { sources }: SecretChannel) => {
  const { cacheEnv, layout, registry } = order
  const target = registry ? throughRegistry(order.target, registry) : order.target
  const place = registry?.image ?? layout
  const { bake: file, metadata } = toBuildFiles(order)
  writeFileSync(file, JSON.stringify(toBakeFile(target, sources, place)), { mode: 0o600 })
  const args = toBakeArgs(target, file, metadata, sources, layout)
  const usesService = usesActionsCache(toBakeTargets(target))
  return {
    args,
    env: { ...bakeEnv, ...(order.wantsOrigins && recordEnv), ...(usesService && cacheEnv) },
  }
}

/** What tells of a failure. */
const keep = (tail: BuildEvent[], event: BuildEvent): void => {
  if (event.kind === 'text' || event.kind === 'output') {
    tail.push({ ...event, text: event.text.slice(0, keptLength) })
  } else if (event.kind === 'ended') tail.push(event)
  if (tail.length > keptEvents) tail.shift()
}

const runBuild = async (
  docker: Docker,
  order: BuildOrder,
  channel: SecretChannel,
  onEvent: OnBuildEvent,
): Promise<BuildStats & { readonly cacheFailures: readonly CacheFailure[] }> => {
  const tail: BuildEvent[] = []
  const caches = watchCaches()
  const { registry } = order
  const progress = createProgress((given) => {
    const event = registry ? hideNames(given, registry) : given
    keep(tail, event)
    caches.onEvent(event)
    onEvent(event)
  })
  const { args, env } = prepare(order, channel)
  const options = {
    cwd: order.workspace,
    timeoutMs: buildTimeoutMs,
    env: { ...env, ...channel.env, ...progressEnv },
    ...(channel.stdinFd !== undefined && { stdin: { fd: channel.stdinFd } }),
  }
  const { code } = await docker
    .follow(args, progress.createSink, options)
    .finally(() => progress.finish())
  if (code === 0) return { ...progress.stats(), cacheFailures: caches.failures() }
  throw explainBuildFailure({ name: order.target.name, dockerfile: order.dockerfile }, code, tail)
}

/**
 * Builds without writing caches where BuildKit cannot even begin to, and tells what went wrong with caches.
 *
 * @throws {Failure} where they are required
 */
const buildWithCaches = async (
  order: BuildOrder,
  build: (order: BuildOrder) => ReturnType<typeof runBuild>,
  warn: (message: string) => void,
): Promise<BuildStats> => {
  const { target, cacheRequired } = order
  const tell = (failure: CacheFailure): void => {
    if (cacheRequired) throw toCacheError(target.name, failure)
    warn(renderCacheFailure(target.name, failure))
  }
  const first = await build(order).catch((error: unknown) => {
    const failure = toNeedlessFailure(error)
    if (failure === undefined || cacheRequired) throw error
    tell(failure)
    return build({ ...order, target: toUncached(target) })
  })
  const { cacheFailures, ...share } = first
  cacheFailures.forEach(tell)
  return share
}

/** It holds the provenance of each target, where an option of buildx has that. */
const largestMetadata = 16_000_000

type Read = BuildMetadata & { readonly origins: readonly LayerOrigin[] | undefined }

const readMetadata = (order: BuildOrder): Read => {
  const { bake, intermediate = order.registry?.image } = order.target
  const file = toBuildFiles(order).metadata
  const text = readRegularFile(file, largestMetadata).toString('utf8')
  // Bake writes down all that it built, by name.
  const own: unknown = JSON.parse(text)[bake.name]
  if (!order.wantsOrigins)
    return { ...parseMetadata(JSON.stringify(own), intermediate), origins: undefined }
  // The record has values of build arguments, so nothing keeps it.
  rmSync(file, { force: true })
  const metadata = parseMetadata(JSON.stringify(withoutRecord(own)), intermediate)
  return { ...metadata, origins: parseOrigins(own, order.dockerfile) }
}

/**
 * Builds one image into the local store, and tells what happens. Secrets are in memory and exist
 * nowhere else.
 *
 * @param warn hears where that is not possible
 * @throws {Failure} naming the Dockerfile's step that failed
 */
export const buildImage = async (
  docker: Docker,
  order: BuildOrder,
  onEvent: OnBuildEvent,
  warn: (message: string) => void,
): Promise<Read & BuildStats> => {
  const { secrets, tempDir } = order
  const build = (each: BuildOrder) =>
    withSecretChannel(secrets, { docker, tempDir, warn }, (channel) =>
      runBuild(docker, each, channel, onEvent),
    )
  const named = (each: BuildOrder) => buildWithCaches(each, build, warn)
  const share = await buildNamed(order, named, onEvent)
  try {
    return { ...readMetadata(order), ...share }
  } catch (cause) {
    throw new Failure('The build ended well, but buildx left no metadata that can be read', {
      cause,
      remedy: 'Slipway needs buildx 0.13 or newer; see `docker buildx version`.',
    })
  }
}
