import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import type { Docker } from '../host/docker.ts'
import type { WriteLine } from '../host/log-fence.ts'
import type { BuildInputs, BuildSecret } from '../inputs/inputs.ts'
import { toBuildArgs } from './argv.ts'
import { explainBuildFailure } from './explain.ts'
import { type BuildMetadata, parseMetadata } from './metadata.ts'
import { type SecretChannel, withSecretChannel } from './secret-channel.ts'

export type BuildOrder = {
  readonly build: BuildInputs
  /** What the Dockerfile's RUN steps may mount; the token comes first. */
  readonly secrets: readonly BuildSecret[]
  /** A folder of the step's own, for buildx's metadata. */
  readonly tempDir: string
  readonly workspace: string
}

/** A build may take its time; the job's own limit ends it. */
const buildTimeoutMs = 6 * 60 * 60 * 1_000

/** Enough of the log's end to name the step that failed. */
const keptLines = 200

const runBuild = async (
  docker: Docker,
  { build, tempDir, workspace }: BuildOrder,
  { sources, stdinFd, env }: SecretChannel,
  onLine: WriteLine,
): Promise<string> => {
  const metadataFile = join(tempDir, 'build-metadata.json')
  const tail: string[] = []
  const { code } = await docker.follow(
    toBuildArgs(build, metadataFile, sources),
    (line) => {
      tail.push(line)
      if (tail.length > keptLines) tail.shift()
      onLine(line)
    },
    {
      cwd: workspace,
      timeoutMs: buildTimeoutMs,
      env,
      ...(stdinFd !== undefined && { stdin: { fd: stdinFd } }),
    },
  )
  if (code !== 0) throw explainBuildFailure(build, code, tail)
  return metadataFile
}

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
  const metadataFile = await withSecretChannel(order.secrets, warn, (channel) =>
    runBuild(docker, order, channel, onLine),
  )
  try {
    return parseMetadata(readFileSync(metadataFile, 'utf8'))
  } catch (cause) {
    throw new Failure('The build ended well, but buildx left no metadata that can be read', {
      cause,
      remedy: 'Slipway needs buildx 0.13 or newer; see `docker buildx version`.',
    })
  }
}
