import type { KindNode } from '../facts/facts.ts'
import type { LocalImage } from '../facts/images.ts'
import { Failure } from '../failure.ts'
import { type Docker, describeEnd } from '../host/docker.ts'
import { runCaptured } from '../host/process.ts'
import type { LoadContext } from './task.ts'

/** The slowest way takes its time. */
const timeoutMs = 60 * 60_000

/**
 * The last resort: kind's own load, which writes the whole image to the temp folder.
 *
 * @throws {Failure} with what kind said
 */
export const loadWithKind = async (
  docker: Docker,
  image: LocalImage,
  node: KindNode,
  { clusterName, tempDir }: Pick<LoadContext, 'clusterName' | 'tempDir'>,
): Promise<void> => {
  const names = image.references.map(({ given }) => given)
  const args = ['load', 'docker-image', ...names, `--name=${clusterName}`, `--nodes=${node.name}`]
  // The system's own temp folder is memory on some machines, which an image would fill.
  const options = { timeoutMs, env: { TMPDIR: tempDir } }
  const ended = await runCaptured({ ...docker.command(args, options), file: 'kind' })
  if (ended.code === 0) return
  throw new Failure(`\`kind load docker-image\` failed for ${node.name}: ${describeEnd(ended)}`)
}
