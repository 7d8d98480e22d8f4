import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import type { Docker } from '../host/docker.ts'
import type { WriteLine } from '../host/log-fence.ts'
import { withMemoryFile } from '../host/memory-file.ts'
import type { BuildInputs } from '../inputs/inputs.ts'
import type { Secret } from '../secret.ts'
import { toBuildArgs } from './argv.ts'
import { explainBuildFailure } from './explain.ts'
import { type BuildMetadata, parseMetadata } from './metadata.ts'

export type BuildOrder = {
  readonly build: BuildInputs
  /** A secret that the Dockerfile's RUN steps may mount. */
  readonly secret: { readonly id: string; readonly value: Secret } | undefined
  /** A folder of the step's own, for buildx's metadata. */
  readonly tempDir: string
  readonly workspace: string
}

/** A build may take its time; the job's own limit ends it. */
const buildTimeoutMs = 6 * 60 * 60 * 1_000

/** Enough of the log's end to name the step that failed. */
const keptLines = 200

/**
 * Builds one image into the local store, with its output passed on line by line. The secret is the
 * build's standard input and exists nowhere else.
 *
 * @throws {Failure} naming the Dockerfile's step that failed
 */
export const buildImage = async (
  docker: Docker,
  order: BuildOrder,
  onLine: WriteLine,
): Promise<BuildMetadata> => {
  const metadataFile = join(order.tempDir, 'build-metadata.json')
  const source = order.secret && { id: order.secret.id, src: '/dev/stdin' }
  const args = toBuildArgs(order.build, metadataFile, source)
  const tail: string[] = []
  const run = (stdin?: { readonly fd: number }) =>
    docker.follow(
      args,
      (line) => {
        tail.push(line)
        if (tail.length > keptLines) tail.shift()
        onLine(line)
      },
      { cwd: order.workspace, timeoutMs: buildTimeoutMs, ...(stdin && { stdin }) },
    )
  const { code } =
    order.secret === undefined
      ? await run()
      : await withMemoryFile(order.secret.value.expose(), (fd) => run({ fd }))
  if (code !== 0) throw explainBuildFailure(order.build, code, tail)
  try {
    return parseMetadata(readFileSync(metadataFile, 'utf8'))
  } catch (cause) {
    throw new Failure('The build ended well, but buildx left no metadata that can be read', {
      cause,
      remedy: 'Slipway needs buildx 0.13 or newer; see `docker buildx version`.',
    })
  }
}
