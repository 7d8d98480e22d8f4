import { tryInNode } from '../cluster/in-node.ts'
import { isMachine, type Node } from '../cluster/node.ts'
import type { Docker } from '../docker/docker.ts'
import type { Engine } from '../docker/info.ts'
import type { ContainerImage } from '../image/image.ts'
import { runLabel } from '../ownership.ts'
import { socketFolderOf } from './helper-request.ts'

type Descriptor = { readonly digest: string; readonly mediaType?: string }
type Manifest = {
  readonly config?: Descriptor
  /** Docker writes null where there is none. */
  readonly layers?: readonly Descriptor[] | null
  readonly manifests?: readonly (Descriptor & {
    readonly platform?: { readonly os: string; readonly architecture: string }
  })[]
}

/** Programs that make a tar of a layer's blob. */
export type Unpacker = 'cat' | 'gzip' | 'zstd'

/** What an archive of `docker save` has of an image. */
export type ArchivedImage = {
  /** The digests of the layers' blobs, lowest first. */
  readonly blobs: readonly string[]
  readonly unpackers: readonly Unpacker[]
  /** Digest of the config. */
  readonly config: string
  /** The original manifest, byte for byte; the overlay2 store has none. */
  readonly manifest: string | undefined
}

/** Whom to ask: only Docker's own containerd knows manifests, and a node has the program. */
export type Archivist = {
  readonly docker: Docker
  readonly engine: Engine
  readonly node: Node
  readonly runId: string
}

const readContent = async (
  { docker, engine, node, runId }: Archivist,
  digest: string,
): Promise<string | undefined> => {
  const folder = socketFolderOf(engine)
  const { address = '', namespace = '' } = engine.containerd ?? {}
  if (folder === undefined) return undefined
  const get = [`--namespace=${namespace}`, 'content', 'get', digest]
  if (isMachine(node)) {
    if (!docker.isLocal) return undefined
    const here = await tryInNode(docker, node, ['ctr', `--address=${address}`, ...get])
    return here.code === 0 ? here.stdout : undefined
  }
  const ended = await docker.try([
    'run',
    '--rm',
    '--pull=never',
    '--network=none',
    '--userns=host',
    `--label=${runLabel}=${runId}`,
    `--mount=type=bind,source=${folder},target=/slipway-containerd`,
    '--entrypoint=ctr',
    node.imageId,
    `--address=/slipway-containerd/${address.split('/').at(-1)}`,
    ...get,
  ])
  return ended.code === 0 ? ended.stdout : undefined
}

const toUnpacker = ({ mediaType = '' }: Descriptor): Unpacker => {
  if (/[.+]gzip$/.test(mediaType)) return 'gzip'
  return /[.+]zstd$/.test(mediaType) ? 'zstd' : 'cat'
}

const ofContainerdStore = async (
  archivist: Archivist,
  image: ContainerImage,
): Promise<ArchivedImage | undefined> => {
  const root = await readContent(archivist, image.id)
  if (root === undefined) return undefined
  const own = (JSON.parse(root) as Manifest).manifests?.find(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === image.architecture,
  )
  const manifest = own === undefined ? root : await readContent(archivist, own.digest)
  const { layers: listed, config } = JSON.parse(manifest ?? '{}') as Manifest
  const layers = listed ?? []
  if (config === undefined || layers.length !== image.layers.length) return undefined
  return {
    blobs: layers.map(({ digest }) => digest),
    unpackers: layers.map(toUnpacker),
    config: config.digest,
    manifest,
  }
}

/**
 * Under which names an archive of `docker save` has what the image is made of. In the overlay2 store a
 * layer's blob is its uncompressed tar, named by the diff ID; in the containerd store the manifest
 * names it. Undefined where that cannot be found out.
 */
export const findArchived = async (
  archivist: Archivist,
  image: ContainerImage,
): Promise<ArchivedImage | undefined> => {
  if (archivist.engine.hasContainerdStore && image.layout === undefined)
    return ofContainerdStore(archivist, image)
  return {
    blobs: image.layers.map(({ diffId }) => diffId),
    unpackers: image.layers.map(() => 'cat'),
    config: image.id,
    manifest: image.layout?.manifest,
  }
}

/** The name of a blob in the archive. */
export const toBlobName = (digest: string): string =>
  `blobs/sha256/${digest.replace('sha256:', '')}`

/**
 * The archive's files that need not cross: layers that the node has. One that occurs twice in the
 * image must be there both times.
 */
export const toNeedlessBlobs = (
  image: ContainerImage,
  blobs: readonly string[],
  chains: ReadonlySet<string>,
): ReadonlySet<string> => {
  const isThere = image.layers.map(({ chainId }) => chains.has(chainId))
  const missing = new Set(blobs.filter((_, index) => !isThere[index]))
  const needless = blobs.filter((digest) => !missing.has(digest))
  return new Set(needless.map(toBlobName))
}
