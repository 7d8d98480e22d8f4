import { isMachine, type Node, snapshotsOf, toHostPath } from '../cluster/node.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import type { Engine } from '../docker/info.ts'
import { toHex } from '../image/digest.ts'
import type { ContainerImage } from '../image/image.ts'
import { namesOf } from './helper-request.ts'
import { inspectNode } from './node-state.ts'

/** An image as a node has it, with its layers' folders and its config's file on the daemon's host. */
export type InNode = { readonly image: ContainerImage; readonly config: string }

/** Finds an image in a node that was given it; undefined where it is gone, or out of Docker's reach. */
export const findInNode = async (
  { api, engine }: { readonly api: EngineApi; readonly engine: Engine },
  image: ContainerImage,
  node: Node,
): Promise<InNode | undefined> => {
  if (isMachine(node)) return undefined
  const [name = ''] = namesOf(engine, image)
  const { records } = await inspectNode(api, node, [name])
  const { folders = [] } = records.get(name) ?? {}
  const root = toHostPath(node, snapshotsOf(node))
  const content = `${node.containerd.root}/io.containerd.content.v1.content/blobs/sha256`
  const config = toHostPath(node, `${content}/${toHex(image.id)}`)
  if (root === undefined || config === undefined || folders.length !== image.layers.length)
    return undefined
  const layers = image.layers.map((layer, index) => ({
    ...layer,
    folder: `${root}/snapshots/${folders[index]}/fs`,
  }))
  return { image: { ...image, layers }, config }
}
