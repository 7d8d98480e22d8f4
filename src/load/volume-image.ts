import type { ContainerNode } from '../cluster/node.ts'
import type { EngineApi } from '../docker/engine-api.ts'
import type { Engine } from '../docker/info.ts'
import { Failure } from '../failure.ts'
import { toDigest } from '../image/digest.ts'
import type { ContainerImage } from '../image/image.ts'
import { toManifest } from '../image/to-manifest.ts'
import { filesLabel } from '../ownership.ts'
import type { Progress } from '../text/progress.ts'
import { type DirectResult, loadDirectly } from './direct.ts'
import type { DirectMethod } from './plan-method.ts'

/** An image of one layer, which is a folder of files. */
export type VolumeImage = {
  readonly reference: string
  /** The text of its config. */
  readonly config: string
  /** Without its layer's folder. */
  readonly image: ContainerImage
}

/** How one node got it. */
export type VolumeLoad = {
  readonly node: string
  readonly way: DirectMethod | 'present'
  readonly copiedBytes: number
}

/** An image that was made of files, and how nodes got it. */
export type MadeImage = {
  readonly target: string
  readonly reference: string
  readonly nodes: readonly VolumeLoad[]
}

/** What became of all of them. */
export type FilesImages = {
  readonly made: readonly MadeImage[]
  /** Versions that were removed from a node. */
  readonly dropped: readonly { readonly node: string; readonly reference: string }[]
}

/**
 * @param treeDigest what tells its files from others
 * @param sizeBytes what CRI says of the image's size
 */
export const toVolumeImage = (
  reference: string,
  treeDigest: string,
  sizeBytes: number,
  architecture: string,
): VolumeImage => {
  // Not the digest of a tar: that would take a read of all bytes, of a tar that nobody ever makes. containerd
  // compares it with nothing where the snapshot is there, and where it is not, finds no blob and fails.
  const diffId = toDigest(`slipway files v1\0${treeDigest}`)
  const config = JSON.stringify({
    architecture,
    os: 'linux',
    config: { Labels: { [filesLabel]: 'true' } },
    rootfs: { type: 'layers', diff_ids: [diffId] },
  })
  const id = toDigest(config)
  const size = Math.max(1, sizeBytes)
  const manifest = toManifest({ digest: id, size: Buffer.byteLength(config) }, [
    { digest: diffId, size },
  ])
  const image: ContainerImage = {
    // Its tag is by its content already, and a second one would have to be removed, too.
    references: [],
    digestNames: [reference],
    id,
    sizeBytes: size,
    architecture,
    layers: [{ diffId, chainId: diffId, folder: undefined }],
    layout: { folder: '', digest: toDigest(manifest), manifest, layerBytes: [size] },
  }
  return { reference, config, image }
}

const requireLoaded = (
  reference: string,
  results: ReadonlyMap<string, DirectResult>,
): readonly (VolumeLoad & { readonly repairedLayers: number })[] => {
  const reasons = [...results].flatMap(([node, result]) =>
    result.kind === 'failed' ? [`${node}: ${result.reason}`] : [],
  )
  if (reasons.length > 0) {
    throw new Failure(
      `node-files-images: ${reference} could not be made in ${reasons.join('; ')}`,
      {
        remedy:
          'Set node-files-images: false; pods then mount the path on the node, as the output volumes says.',
      },
    )
  }
  return [...results].flatMap(([node, result]) =>
    result.kind === 'loaded' ? [{ ...result, node }] : [],
  )
}

/**
 * Makes a folder of files an image in nodes.
 *
 * @param at the folder, and a file with the config's text, on the daemon's host
 * @throws {Failure} naming all nodes that could not be given it
 */
export const loadVolumeImage = async (
  { api, engine }: { readonly api: EngineApi; readonly engine: Engine },
  { reference, image }: VolumeImage,
  at: { readonly folder: string; readonly config: string },
  nodes: readonly ContainerNode[],
  { runId, progress, signal }: { runId: string; progress: Progress; signal: AbortSignal },
): Promise<readonly VolumeLoad[]> => {
  const layers = image.layers.map((layer) => ({ ...layer, folder: at.folder }))
  const { manifest = '' } = image.layout ?? {}
  const order = {
    engine,
    image: { ...image, layers },
    wanted: 'auto',
    runId,
    config: at.config,
    toManifest: Promise.resolve(() => manifest),
  } as const
  const groups = [...Map.groupBy(nodes, ({ imageId }) => imageId).values()]
  const loads = await Promise.all(
    groups.map((group) => loadDirectly(api, { ...order, nodes: group }, progress, signal)),
  )
  signal.throwIfAborted()
  return requireLoaded(reference, new Map(loads.flatMap((each) => [...each])))
}
