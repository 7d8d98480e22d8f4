import type { Engine, KindNode } from '../facts/facts.ts'
import type { LocalImage } from '../facts/images.ts'
import type { Docker } from '../host/docker.ts'
import { runLabel } from './helper.ts'
import { socketFolderOf } from './order.ts'

type Descriptor = { readonly digest: string }
type Manifest = {
  readonly layers?: readonly Descriptor[]
  readonly manifests?: readonly (Descriptor & {
    readonly platform?: { readonly os: string; readonly architecture: string }
  })[]
}

/** Whom to ask: only Docker's own containerd knows manifests, and a node's image has the program. */
export type Archivist = {
  readonly docker: Docker
  readonly engine: Engine
  readonly node: KindNode
  readonly runId: string
}

const readContent = async (
  { docker, engine, node, runId }: Archivist,
  digest: string,
): Promise<Manifest | undefined> => {
  const folder = socketFolderOf(engine)
  const { address = '', namespace = '' } = engine.containerd ?? {}
  if (folder === undefined) return undefined
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
    `--namespace=${namespace}`,
    'content',
    'get',
    digest,
  ])
  return ended.code === 0 ? (JSON.parse(ended.stdout) as Manifest) : undefined
}

/**
 * The digests under which an archive of `docker save` has the image's layers, lowest first. In the
 * overlay2 store a layer's blob is its uncompressed tar, named by the diff ID; in the containerd store
 * the manifest names it. Empty where they cannot be found out: then everything is sent.
 */
export const findLayerBlobs = async (
  archivist: Archivist,
  image: LocalImage,
): Promise<readonly string[]> => {
  if (!archivist.engine.hasContainerdStore) return image.layers.map(({ diffId }) => diffId)
  const root = await readContent(archivist, image.id)
  const own = root?.manifests?.find(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === image.architecture,
  )
  const manifest = own === undefined ? root : await readContent(archivist, own.digest)
  const digests = manifest?.layers?.map(({ digest }) => digest) ?? []
  return digests.length === image.layers.length ? digests : []
}

/**
 * The archive's files that need not cross: layers that the node has. One that occurs twice in the
 * image must be there both times.
 */
export const toNeedlessBlobs = (
  image: LocalImage,
  blobs: readonly string[],
  chains: ReadonlySet<string>,
): ReadonlySet<string> => {
  const isThere = image.layers.map(({ chainId }) => chains.has(chainId))
  const missing = new Set(blobs.filter((_, index) => !isThere[index]))
  const needless = blobs.filter((digest) => !missing.has(digest))
  return new Set(needless.map((digest) => `blobs/sha256/${digest.replace('sha256:', '')}`))
}
