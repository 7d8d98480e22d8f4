import { isMachine, type Node } from '../cluster/node.ts'
import { Failure } from '../failure.ts'
import type { Progress } from '../text/progress.ts'
import { importArchive } from './import-archive.ts'
import { type ArchivedImage, findArchived } from './layer-blobs.ts'
import { sendFiles } from './send-files.ts'
import { type Sent, sendLayers, sendSaved } from './send-layers.ts'
import type { Streaming } from './streaming.ts'
import { unpackLayout } from './unpack-layout.ts'

const whyNoLayers = (node: Node): string => {
  const { userland, containerd } = node
  if (userland !== 'busybox') return `its snapshotter is ${containerd.snapshotter}`
  return isMachine(node) ? 'only root may write into its containerd' : 'its image has BusyBox alone'
}

const sendLayout = async (streaming: Streaming, archived: ArchivedImage): Promise<Sent> => {
  const unpacked = await unpackLayout(streaming, archived)
  return unpacked.kind === 'cannot' ? sendLayers(streaming, archived, sendFiles) : unpacked
}

const send = async (
  streaming: Streaming,
  archived: ArchivedImage | undefined,
): Promise<string | undefined> => {
  const { image, node } = streaming
  const { userland, containerd } = node
  const isBusybox = userland === 'busybox'
  if (archived !== undefined && containerd.snapshotter === 'overlayfs' && !isBusybox) {
    const sent = await (image.layout === undefined
      ? sendLayers(streaming, archived, sendSaved)
      : sendLayout(streaming, archived))
    if (sent.kind === 'sent') return undefined
    if (sent.kind === 'failed') return sent.problem
  }
  if (image.layout !== undefined) {
    return `${whyNoLayers(node)}, so it takes no single layers. Set load: true`
  }
  return importArchive(streaming, archived)
}

/**
 * Sends an image out of `docker save` into a node, without a file in between and without the layers
 * that the node has.
 *
 * @returns the bytes that were sent
 * @throws {Failure} saying which end failed; the node then does not believe in the image
 */
export const streamImage = async (
  task: Omit<Streaming, 'onBytes'> & { readonly progress: Progress },
): Promise<number> => {
  const { image, node, progress } = task
  let sentBytes = 0
  const onBytes = (bytes: number): void => {
    sentBytes += bytes
    progress(node.name, sentBytes, image.sizeBytes)
  }
  const problem = await send({ ...task, onBytes }, await findArchived(task, image))
  if (problem === undefined) return sentBytes
  const name = image.references[0]?.given ?? image.id
  throw new Failure(`Streaming ${name} into ${node.name} failed: ${problem}`, {
    remedy: `See whether the node is well and has room: \`${isMachine(node) ? '' : `docker exec ${node.name} `}df -h ${isMachine(node) ? node.containerd.root : '/var'}\`.`,
  })
}
