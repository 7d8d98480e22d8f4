import { Failure } from '../../../failure.ts'
import type { Env } from '../../../host/command.ts'
import { retry } from '../../../host/http.ts'
import { isDigest, toDigest, toHex } from '../../../image/digest.ts'
import type { ImageReference } from '../../../image/reference.ts'
import { findManifestText, parseJson, readBlobImage } from '../../../image/sources/blob-image.ts'
import {
  createConversation,
  type Get,
  readDocument,
  toPlace,
} from '../../../image/sources/registry/conversation.ts'
import { show } from '../links.ts'
import type { RemoteSource, Tree } from '../source.ts'
import { fetchLayers, type Job } from './fetch-layers.ts'
import { toImageItems } from './image-items.ts'
import { type ArtifactLayer, isImage, toArtifactLayers } from './kinds.ts'
import { kitConfigType, parseKitfile } from './kitfile.ts'
import { createArtifactListing, createLayerListing, type Listed, type Listing } from './listing.ts'

import { collect, type Item, toTree } from './tree.ts'

export type OciOrder = {
  readonly reference: ImageReference
  /** Of the nodes, such as `amd64`: what of an index is taken. */
  readonly architecture: string
  /** With Docker's logins. */
  readonly env: Env
  readonly signal: AbortSignal
}

/** What is to be fetched, and what tree comes of it. */
type Plan = {
  readonly jobs: readonly Job[]
  readonly tree: Tree | undefined
  readonly createListing: (onItem: () => void) => Listing
  readonly toTree: (listed: ReadonlyMap<string, Listed>) => Tree
}

type Read = (path: string, digest?: string) => Promise<string>

const toItems = (layer: ArtifactLayer, listed: ReadonlyMap<string, Listed>): readonly Item[] => {
  if (layer.kind === 'file') {
    const { path, size: sizeBytes, isExecutable, digest } = layer
    const sha256 = toHex(digest)
    return [{ kind: 'file', path, content: { sizeBytes, isExecutable, sha256 } }]
  }
  const { folder } = layer
  const items = listed.get(layer.digest)?.items ?? []
  const isWithin = (path: string): boolean =>
    folder === '' || path === '' || path === folder || path.startsWith(`${folder}/`)
  const stray = items.find(({ path }) => !isWithin(path))
  if (stray === undefined) return items
  throw new Failure(
    `An archive has ${show(stray.path)}, which is not in its folder ${show(folder)}`,
  )
}

/** What a ModelKit says of its layers; nothing for other artifacts. */
const readKitPaths = async (manifest: string, read: Read): Promise<ReadonlyMap<string, string>> => {
  type Manifest = {
    readonly config?: { readonly mediaType?: unknown; readonly digest?: unknown } | null
  }
  const { config } = parseJson<Manifest>(manifest, 'its manifest')
  if (config?.mediaType !== kitConfigType) return new Map()
  // It becomes a part of an address.
  if (!isDigest(config.digest)) throw new Failure('Its config has no digest')
  return parseKitfile(await read(`blobs/${config.digest}`, config.digest), manifest)
}

const planArtifact = async (manifest: string, read: Read): Promise<Plan> => {
  const layers = toArtifactLayers(manifest, await readKitPaths(manifest, read))
  const build = (listed: ReadonlyMap<string, Listed>): Tree =>
    toTree(collect(layers.map((layer) => toItems(layer, listed))))
  const isKnown = layers.every(({ kind }) => kind === 'file')
  return {
    jobs: layers,
    tree: isKnown ? build(new Map()) : undefined,
    createListing: createArtifactListing,
    toTree: build,
  }
}

const planImage = async (manifest: string, read: Read, architecture: string): Promise<Plan> => {
  const source = {
    readText: ({ digest }: { readonly digest: string }) => read(`blobs/${digest}`, digest),
    readManifest: ({ digest }: { readonly digest: string }) => read(`manifests/${digest}`, digest),
    // They come later, and into no files.
    toFiles: async () => [],
  }
  const { layers } = await readBlobImage(manifest, source, architecture)
  const nothing: Listed = { items: [], gone: new Set(), opaque: new Set() }
  return {
    jobs: layers.map(({ digest, diffId, sizeBytes: size }) => ({
      kind: 'archive',
      digest,
      size,
      unpackedDigest: diffId === digest ? undefined : diffId,
    })),
    tree: undefined,
    createListing: createLayerListing,
    toTree: (listed) =>
      toTree(toImageItems(layers.map(({ digest }) => listed.get(digest) ?? nothing))),
  }
}

/** Says of which reference something was not to be had. */
const withName = async <T>(
  { reference: { given }, signal }: Pick<OciOrder, 'reference' | 'signal'>,
  act: () => Promise<T>,
): Promise<T> => {
  try {
    return await act()
  } catch (cause) {
    signal.throwIfAborted()
    const remedy = cause instanceof Failure ? cause.remedy : undefined
    throw new Failure(`oci://${given} cannot be had`, { cause, ...(remedy && { remedy }) })
  }
}

const plan = async (get: Get, order: OciOrder, version: string) => {
  const read: Read = (path, digest) => retry(() => readDocument(get, path, digest), order.signal)
  const digest = version.startsWith('sha256:') ? version : undefined
  const root = await read(`manifests/${version}`, digest)
  const readManifest = ({ digest: each }: { readonly digest: string }) =>
    read(`manifests/${each}`, each)
  const manifest = await findManifestText(root, { readManifest }, order.architecture)
  const planned = isImage(manifest)
    ? await planImage(manifest, read, order.architecture)
    : await planArtifact(manifest, read)
  return { planned, key: toHex(toDigest(manifest)) }
}

/**
 * Finds an artifact or an image in a registry, of which nodes are to have the files: what ORAS, ModelPack and
 * KitOps pack, and the folder `/models` of an image.
 *
 * @throws {Failure} where it is not there, or nobody can tell its files
 */
export const findOciSource = (order: OciOrder): Promise<RemoteSource> =>
  withName(order, async () => {
    const place = toPlace(order.reference.canonical)
    const { env, reference } = order
    const { get, dispose } = createConversation(place, order)
    const { planned, key } = await plan(get, order, place.version).finally(dispose)
    const { jobs, tree, createListing } = planned
    const sizes = new Map(jobs.map(({ digest, size }) => [toHex(digest), size]))
    const blobs = [...sizes].map(([sha256, sizeBytes]) => ({ sha256, sizeBytes }))
    return {
      key,
      sizeBytes: blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      tree,
      ...(tree === undefined && { blobs }),
      fetch: (fetchOrder) =>
        withName({ reference, signal: fetchOrder.signal }, async () => {
          const converse = (signal: AbortSignal) => createConversation(place, { env, signal })
          return planned.toTree(await fetchLayers(jobs, converse, createListing, fetchOrder))
        }),
    }
  })
