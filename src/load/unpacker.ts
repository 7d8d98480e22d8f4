import { relative } from 'node:path'
import { type ContainerNode, isContainer, type Node } from '../cluster/node.ts'
import type { Engine } from '../docker/info.ts'
import { renderError } from '../failure.ts'
import { createGate } from '../host/at-once.ts'
import { toHex } from '../image/digest.ts'
import type { ContainerImage, Layer } from '../image/image.ts'
import { toBlobPath } from '../image/sources/layout-root.ts'
import { hasLayer } from '../image/sources/oci-layout.ts'
import type { InNode } from './find-in-node.ts'
import { areBeside } from './helper-request.ts'
import { type Helper, type HelperOrder, startUnpackerHelper } from './unpacker-helper.ts'

export type UnpackerOrder = HelperOrder & {
  readonly engine: Engine
  /** Whether the daemon sees this machine's folders. */
  readonly isLocal: boolean
  /** So many layers at once. */
  readonly atOnce: number
  readonly line: (text: string) => void
}

/** Unpacks layers once for all nodes, several at once, and while no node waits. */
export type Unpacker = {
  /**
   * Begins with a layer whose tar is there, called by its diff ID; `unpack` waits for it.
   *
   * @param proven where its digest was compared while it was written, which the helper does otherwise
   */
  readonly begin: (
    layers: readonly Layer[],
    at: number,
    file: string,
    nodes: readonly Node[],
    proven?: 'proven',
  ) => void
  /**
   * Unpacks all layers of an image that a folder has.
   *
   * @param proven as for `begin`
   * @returns the image with its layers' folders; undefined where that cannot be here
   */
  readonly unpack: (
    image: ContainerImage,
    nodes: readonly Node[],
    proven?: 'proven',
  ) => Promise<InNode | undefined>
  /** Bytes of its layers that no image was asked about before: what images share is unpacked for the first. */
  readonly countBytes: (image: ContainerImage) => number
  /** Whether an image is unpacked here already, if not all of it yet. */
  readonly hasBegun: (image: Pick<ContainerImage, 'layers'>) => boolean
  /** What has not been linked goes. */
  readonly close: () => Promise<void>
}

/** Does a thing once for each name; whoever asks again waits for the same. */
const createOnce = () => {
  const begun = new Map<string, Promise<void>>()
  const doOnce = (name: string, act: () => Promise<void>): Promise<void> => {
    const work = begun.get(name) ?? act()
    begun.set(name, work)
    // Nobody may be waiting yet.
    work.catch(() => {})
    return work
  }
  return { doOnce, hasBegun: (name: string): boolean => begun.has(name) }
}

export const createUnpacker = (order: UnpackerOrder): Unpacker => {
  const { engine, isLocal, layoutDir, atOnce, line } = order
  const gate = createGate(atOnce)
  const [unpacking, finishing, giving] = [createOnce(), createOnce(), createOnce()]
  let helper: ReturnType<typeof startUnpackerHelper> | undefined
  let isTold = false
  const getHelper = (node: ContainerNode): Promise<Helper> => {
    helper ??= startUnpackerHelper(order, node)
    return helper.started
  }
  /** By chain IDs: a layer's folders may have what those below say. */
  const unpackLayer = (
    layers: readonly Layer[],
    at: number,
    file: string,
    node: ContainerNode,
    proven?: 'proven',
  ) => {
    const { chainId = '', diffId = '' } = layers[at] ?? {}
    const words = [toHex(chainId), String(at), diffId, relative(layoutDir, file)]
    if (proven !== undefined) words.push(proven)
    return unpacking.doOnce(chainId, async () => {
      const { ask } = await getHelper(node)
      await gate(() => ask('layer', ...words))
    })
  }
  /** One of them, whose programs are used; undefined where links do not reach them all. */
  const findNode = (nodes: readonly Node[]): ContainerNode | undefined =>
    isLocal && areBeside(engine, nodes) ? nodes.find(isContainer) : undefined
  const begin: Unpacker['begin'] = (layers, at, file, nodes, proven) => {
    const node = findNode(nodes)
    if (node !== undefined) void unpackLayer(layers, at, file, node, proven)
  }
  const unpackAll = async (
    image: ContainerImage,
    node: ContainerNode,
    proven?: 'proven',
  ): Promise<InNode> => {
    const { layers, layout, id } = image
    const toFile = (digest: string): string => toBlobPath(layout?.folder ?? '', digest)
    await Promise.all(
      layers.map(({ diffId }, at) => unpackLayer(layers, at, toFile(diffId), node, proven)),
    )
    const { volume, ask } = await getHelper(node)
    const chains = layers.map(({ chainId }) => toHex(chainId))
    for (const [at, chain] of chains.entries())
      await finishing.doOnce(chain, () => ask('parents', chain, String(at), ...chains.slice(0, at)))
    await giving.doOnce(id, () => ask('config', id, relative(layoutDir, toFile(id))))
    const toFolder = (layer: Layer, at: number): Layer => ({
      ...layer,
      folder: `${volume}/${chains[at]}/to/${at}`,
    })
    return { image: { ...image, layers: layers.map(toFolder) }, config: `${volume}/${toHex(id)}` }
  }
  const unpack: Unpacker['unpack'] = async (image, nodes, proven) => {
    const node = findNode(nodes)
    const { folder = '' } = image.layout ?? {}
    const isWhole = image.layers.every(({ diffId }) => hasLayer(folder, diffId))
    const isOurs = !relative(layoutDir, folder).startsWith('..')
    if (node === undefined || !isWhole || !isOurs) return undefined
    return unpackAll(image, node, proven).catch((error: unknown) => {
      order.signal.throwIfAborted()
      if (!isTold) line(`Layers are unpacked in nodes, not beside them: ${renderError(error)}`)
      isTold = true
      return undefined
    })
  }
  const counted = new Set<string>()
  const countBytes: Unpacker['countBytes'] = ({ layers, layout }) =>
    layers.reduce((sum, { chainId }, at) => {
      if (counted.has(chainId)) return sum
      counted.add(chainId)
      return sum + (layout?.layerBytes[at] ?? 0)
    }, 0)
  const close = async (): Promise<void> => {
    // What nobody waits for any more is no news.
    isTold = true
    const { end } = (await helper?.started.catch(() => undefined)) ?? {}
    end?.()
    await helper?.ended
  }
  const hasBegun: Unpacker['hasBegun'] = ({ layers }) =>
    layers.some(({ chainId }) => unpacking.hasBegun(chainId))
  return { begin, unpack, countBytes, hasBegun, close }
}
