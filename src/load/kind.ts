import { executeIn } from '../cluster/in-node.ts'
import type { Node } from '../cluster/node.ts'
import { describeEnd } from '../docker/docker.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { Failure } from '../failure.ts'
import { runCaptured } from '../host/process.ts'
import { checkNames } from './check.ts'
import { namesOf, toSource } from './helper-request.ts'
import { findArchived } from './layer-blobs.ts'
import { nameImage } from './name-image.ts'
import type { Streaming } from './streaming.ts'
import type { LoadContext } from './task.ts'

/** The slowest method takes its time. */
const timeoutMs = 60 * 60_000

const timeoutOfRemovalMs = 30_000

const ctrImages = ['ctr', '--namespace=k8s.io', 'images'] as const

/** A name that was never made is as good as gone. */
const dropName = async (api: EngineApi, loaded: string, node: Node): Promise<void> => {
  const remove = [...ctrImages, 'remove', loaded]
  await executeIn(api, node, remove, timeoutOfRemovalMs).catch(() => {})
}

/**
 * The last resort: kind's own load, which writes the whole image to the temp folder.
 *
 * @throws {Failure} with what kind said
 */
export const loadWithKind = async (
  streaming: Streaming & Pick<LoadContext, 'clusterName' | 'tempDir'>,
): Promise<void> => {
  const { docker, api, engine, image, node, clusterName, tempDir } = streaming
  const loaded = toSource(image)
  const args = ['load', 'docker-image', loaded, `--name=${clusterName}`, `--nodes=${node.name}`]
  // The system's own temp folder is memory on some machines, which an image would fill.
  const options = { timeoutMs, env: { TMPDIR: tempDir } }
  try {
    const ended = await runCaptured({ ...docker.command(args, options), file: 'kind' })
    if (ended.code !== 0) {
      throw new Failure(`\`kind load docker-image\` failed for ${node.name}: ${describeEnd(ended)}`)
    }
    const names = namesOf(engine, image)
    const flaw =
      (await nameImage(streaming, await findArchived(streaming, image), loaded)) ??
      (await checkNames(api, names, node)).flaw
    if (flaw !== undefined) throw new Failure(`Naming ${names[0]} in ${node.name} failed: ${flaw}`)
  } finally {
    await dropName(api, loaded, node)
  }
}
