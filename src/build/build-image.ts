import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Docker } from '../docker/docker.ts'
import { Failure } from '../failure.ts'
import type { WriteLine } from '../host/log-fence.ts'
import { readRegularFile } from '../host/read-file.ts'
import type { BuildSecret } from '../inputs/inputs.ts'
import { usesActionsCache } from './actions-cache.ts'
import { toBuildArgs } from './argv.ts'
import { explainBuildFailure } from './explain.ts'
import { type BuildMetadata, parseMetadata } from './metadata.ts'
import { type SecretChannel, withSecretChannel } from './secret-channel.ts'
import { type Target, toBakeArgs, toBakeFile, toCached } from './target.ts'

export type BuildOrder = {
  readonly target: Target
  /** What the Dockerfile's RUN steps may mount; the token comes first. */
  readonly secrets: readonly BuildSecret[]
  /** A folder of the step's own, for what buildx reads and writes. */
  readonly tempDir: string
  readonly workspace: string
  /** Of the target, relative to the workspace; undefined where it is no file of this machine. */
  readonly dockerfile: string | undefined
  /** By which a build finds the Actions cache; only one that uses it gets them. */
  readonly cacheEnv: Readonly<Record<string, string>>
}

/** A build may take its time; the job's own limit ends it. */
const buildTimeoutMs = 6 * 60 * 60 * 1_000

/** Enough of the log's end to name the step that failed. */
const keptLines = 2_000
const keptLength = 10_000

/** Bake's own check stays on, beside ours; and paths mean what they meant when they were checked. */
const bakeEnv = { BUILDX_BAKE_ENTITLEMENTS_FS: '1', BUILDX_BAKE_FILE_RELATIVE_PATHS: '0' }

/** The command, once the files that it reads are there. They hold names of secrets, never a value. */
const prepare = (
  { target, tempDir, cacheEnv }: BuildOrder,
  { sources }: SecretChannel,
  metadataFile: string,
) => {
  const { source } = target
  if (source.kind === 'own')
    return { args: toBuildArgs(source.build, metadataFile, sources), env: {} }
  const file = join(tempDir, `bake-${target.name}.json`)
  writeFileSync(file, JSON.stringify(toBakeFile(target, source.targets, sources)), { mode: 0o600 })
  const args = toBakeArgs(file, target.name, source.targets, metadataFile, sources)
  return { args, env: { ...bakeEnv, ...(usesActionsCache(source.targets) && cacheEnv) } }
}

/**
 * BuildKit's words in the containerd store for two builds that make one name at the same time. All
 * is built by then.
 */
const isNameRace = (error: unknown): boolean =>
  error instanceof Failure && /\bimage "[^"]+": already exists/.test(error.message)

/** Once the name is there, nobody fails on it; it may be removed and made again. */
const nameTries = 4

const runBuild = async (
  docker: Docker,
  order: BuildOrder,
  channel: SecretChannel,
  metadataFile: string,
  onLine: WriteLine,
): Promise<void> => {
  const tail: string[] = []
  const { args, env } = prepare(order, channel, metadataFile)
  const { code } = await docker.follow(
    args,
    (line) => {
      tail.push(line.slice(0, keptLength))
      if (tail.length > keptLines) tail.shift()
      onLine(line)
    },
    {
      cwd: order.workspace,
      timeoutMs: buildTimeoutMs,
      env: { ...env, ...channel.env },
      ...(channel.stdinFd !== undefined && { stdin: { fd: channel.stdinFd } }),
    },
  )
  if (code !== 0)
    throw explainBuildFailure({ name: order.target.name, dockerfile: order.dockerfile }, code, tail)
}

/** It holds the provenance of each target, where an option of buildx has that. */
const largestMetadata = 16_000_000

const readMetadata = (file: string): string =>
  readRegularFile(file, largestMetadata).toString('utf8')

/** Bake writes down all that it built, by name. */
const pickMetadata = ({ name, source }: Target, text: string): string =>
  source.kind === 'own' ? text : JSON.stringify((JSON.parse(text) as Record<string, unknown>)[name])

/**
 * Builds one image into the local store, with its output passed on line by line. Secrets are in
 * memory and exist nowhere else.
 *
 * @param warn hears where that is not possible
 * @throws {Failure} naming the Dockerfile's step that failed
 */
export const buildImage = async (
  docker: Docker,
  order: BuildOrder,
  onLine: WriteLine,
  warn: (message: string) => void,
): Promise<BuildMetadata> => {
  const { target, tempDir } = order
  const part = target.source.kind === 'own' ? 'build' : target.name
  const metadataFile = join(tempDir, `${part}-metadata.json`)
  const build = (each: BuildOrder): Promise<void> =>
    withSecretChannel(order.secrets, { docker, tempDir, tell: warn }, (channel) =>
      runBuild(docker, each, channel, metadataFile, onLine),
    )
  const again = { ...order, target: toCached(target) }
  for (let tries = 1; ; tries += 1) {
    try {
      await build(tries === 1 ? order : again)
      break
    } catch (error) {
      if (tries === nameTries || !isNameRace(error)) throw error
      onLine('Another build gave an image that name at the same moment; trying once more.')
    }
  }
  try {
    return parseMetadata(pickMetadata(target, readMetadata(metadataFile)), target.handover)
  } catch (cause) {
    throw new Failure('The build ended well, but buildx left no metadata that can be read', {
      cause,
      remedy: 'Slipway needs buildx 0.13 or newer; see `docker buildx version`.',
    })
  }
}
