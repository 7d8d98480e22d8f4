import type { KindNode } from '../facts/facts.ts'
import type { LocalImage } from '../facts/images.ts'
import { Failure } from '../failure.ts'
import { execute } from '../host/container.ts'
import { describeEnd } from '../host/docker.ts'
import type { EngineApi } from '../host/engine-api.ts'
import { runCaptured } from '../host/process.ts'
import { checkNames } from './check.ts'
import { namesOf } from './order.ts'
import type { LoadContext } from './task.ts'

/** The slowest way takes its time. */
const timeoutMs = 60 * 60_000

const tagTimeoutMs = 30_000

/** Adds the names that kind does not know. */
const addNames = async (
  api: EngineApi,
  tagged: string,
  names: readonly string[],
  node: KindNode,
): Promise<void> => {
  const tag = ['ctr', '--namespace=k8s.io', 'images', 'tag', '--force', tagged]
  const others = names.filter((name) => name !== tagged)
  await Promise.all(others.map((name) => execute(api, node.name, [...tag, name], tagTimeoutMs)))
  const { flaw } = await checkNames(api, names, node)
  if (flaw !== undefined) throw new Failure(`Naming ${tagged} in ${node.name} failed: ${flaw}`)
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
  const tagged = image.references.find(({ canonical }) => !canonical.includes('@'))
  const names = image.references.map(({ given }) => given)
  if (tagged === undefined) {
    // Its archive would have no name at all, and no pod would find it.
    throw new Failure(`\`kind load\` cannot name an image of a digest alone: ${names.join(', ')}`, {
      remedy: 'Give it with a tag, or use load-mode: auto.',
    })
  }
  const args = ['load', 'docker-image', ...names, `--name=${clusterName}`, `--nodes=${node.name}`]
  // The system's own temp folder is memory on some machines, which an image would fill.
  const options = { timeoutMs, env: { TMPDIR: tempDir } }
  const ended = await runCaptured({ ...docker.command(args, options), file: 'kind' })
  if (ended.code !== 0) {
    throw new Failure(`\`kind load docker-image\` failed for ${node.name}: ${describeEnd(ended)}`)
  }
  await addNames(api, tagged.canonical, namesOf(engine, image), node)
}
