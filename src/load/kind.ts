import type { KindNode } from '../cluster/node.ts'
import { execute } from '../docker/container.ts'
import { describeEnd } from '../docker/docker.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import { Failure } from '../failure.ts'
import { runCaptured } from '../host/process.ts'
import type { LocalImage } from '../image/image.ts'
import { checkNames } from './check.ts'
import { namesOf, toSource } from './order.ts'
import type { LoadContext } from './task.ts'

/** The slowest way takes its time. */
const timeoutMs = 60 * 60_000

const tagTimeoutMs = 30_000

const ctrImages = ['ctr', '--namespace=k8s.io', 'images'] as const

/** Names the image as a pod would. What kind loaded it as is a name that only this run uses. */
const addNames = async (
  api: EngineApi,
  loaded: string,
  names: readonly string[],
  node: KindNode,
): Promise<void> => {
  const tag = [...ctrImages, 'tag', '--force', loaded]
  await Promise.all(names.map((name) => execute(api, node.name, [...tag, name], tagTimeoutMs)))
  const { flaw } = await checkNames(api, [loaded, ...names], node)
  if (flaw !== undefined) throw new Failure(`Naming ${names[0]} in ${node.name} failed: ${flaw}`)
}

/** A name that was never made is as good as gone. */
const dropName = async (api: EngineApi, loaded: string, node: KindNode): Promise<void> => {
  const remove = [...ctrImages, 'remove', loaded]
  await execute(api, node.name, remove, tagTimeoutMs).catch(() => {})
}

/**
 * The last resort: kind's own load, which writes the whole image to the temp folder.
 *
 * @throws {Failure} with what kind said
 */
export const loadWithKind = async (
  { docker, api, engine, clusterName, tempDir }: LoadContext,
  image: LocalImage,
  node: KindNode,
): Promise<void> => {
  const loaded = toSource(image)
  const args = ['load', 'docker-image', loaded, `--name=${clusterName}`, `--nodes=${node.name}`]
  // The system's own temp folder is memory on some machines, which an image would fill.
  const options = { timeoutMs, env: { TMPDIR: tempDir } }
  try {
    const ended = await runCaptured({ ...docker.command(args, options), file: 'kind' })
    if (ended.code !== 0) {
      throw new Failure(`\`kind load docker-image\` failed for ${node.name}: ${describeEnd(ended)}`)
    }
    await addNames(api, loaded, namesOf(engine, image), node)
  } finally {
    await dropName(api, loaded, node)
  }
}
