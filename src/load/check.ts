import type { Node } from '../cluster/node.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import type { ContainerImage } from '../image/image.ts'
import { inspectNode, type NodeState } from './node-state.ts'

/**
 * True when the node has the image whole, by every name, as an earlier load of ours left it. False
 * may also mean that somebody else brought the image: then it is loaded, which costs little.
 */
export const isPresent = (
  image: ContainerImage,
  names: readonly string[],
  state: NodeState,
): boolean =>
  image.layers.every(({ chainId }) => state.chains.has(chainId)) &&
  names.every((name) => {
    const record = state.records.get(name)
    if (record === undefined || `sha256:${record.image}` !== image.id) return false
    const config = `sha256:${record.config}`
    return (
      record.folders.length === image.layers.length &&
      state.criIds.get(name) === config &&
      state.held.get(config) === image.layers.at(-1)?.chainId
    )
  })

/**
 * The same of a node that keeps no records: all names are one image with these layers. One of them has the
 * image's ID in it, and only a load of ours gives that.
 */
const isWhole = (image: ContainerImage, names: readonly string[], state: NodeState): boolean => {
  const ids = new Set(names.map((name) => state.criIds.get(name)))
  return ids.size === 1 && findFlaw(image, names, undefined, state) === undefined
}

/** Whether nothing has to be done for a node. */
export const hasImage = (
  node: Node,
  image: ContainerImage,
  names: readonly string[],
  state: NodeState,
): boolean => (node.userland === 'busybox' ? isWhole : isPresent)(image, names, state)

/** CRI hears of images by events, so it may need a moment. */
const retryMs = 200
const attempts = 15

/**
 * Says what is wrong with an image that has just been imported: CRI must know it by every name, and
 * every chain must be there. Undefined means that all is well.
 *
 * @param config the expected digest of its config, where Docker tells
 */
const findFlaw = (
  image: ContainerImage,
  names: readonly string[],
  config: string | undefined,
  { chains, criIds, held }: NodeState,
): string | undefined => {
  const missing = image.layers.find(({ chainId }) => !chains.has(chainId))
  if (missing !== undefined) return `snapshot ${missing.chainId} is missing after the import`
  for (const name of names) {
    const id = criIds.get(name)
    if (id === undefined) return `CRI does not have ${name} after the import`
    if (config !== undefined && id !== config) return `CRI has ${name} as ${id}, not as ${config}`
    if (held.get(id) !== image.layers.at(-1)?.chainId)
      return `${name} does not hold on to its snapshots`
  }
  return undefined
}

type Checked = { readonly flaw: string | undefined; readonly state: NodeState }

const inspectUntilWell = async (
  api: EngineApi,
  node: Node,
  judge: (state: NodeState) => string | undefined,
): Promise<Checked> => {
  for (let attempt = 1; ; attempt += 1) {
    const state = await inspectNode(api, node, [])
    const flaw = judge(state)
    if (flaw === undefined || attempt === attempts) return { flaw, state }
    await new Promise((resolve) => setTimeout(resolve, retryMs))
  }
}

/** Inspects the node until the image is as it should be by all names, or says what is wrong with it. */
export const checkInNode = (
  api: EngineApi,
  image: ContainerImage,
  names: readonly string[],
  node: Node,
  config: string | undefined,
): Promise<Checked> => inspectUntilWell(api, node, (state) => findFlaw(image, names, config, state))

/** Inspects the node until CRI knows one and the same image by all names; the rest was somebody else's work. */
export const checkNames = (
  api: EngineApi,
  names: readonly string[],
  node: Node,
): Promise<Checked> =>
  inspectUntilWell(api, node, ({ criIds }) => {
    const missing = names.find((name) => !criIds.has(name))
    if (missing !== undefined) return `CRI does not have ${missing}`
    const other = names.find((name) => criIds.get(name) !== criIds.get(names[0] ?? ''))
    return other === undefined ? undefined : `CRI has another image as ${other}`
  })
