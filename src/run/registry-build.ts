import { link } from 'node:fs/promises'
import { prepareLayout } from '../build/layout-output.ts'
import type { RegistryNames } from '../build/registry-output.ts'
import { Failure } from '../failure.ts'
import type { ContainerImage } from '../image/image.ts'
import { toBlobPath } from '../image/sources/layout-root.ts'
import { hasLayer } from '../image/sources/oci-layout.ts'
import type { NodeLayers } from '../load/common-layers.ts'
import { type CacheDocuments, toUsableCache } from '../registry/cache-documents.ts'
import type { LayerSource } from '../registry/layer-source.ts'
import { createNodeLayers, joinSources } from '../registry/layers.ts'
import { startRegistry } from '../registry/server.ts'
import type { BuildCaches } from './ports.ts'

/** A build whose image comes through a registry of its own into a folder. */
export type RegistryBuild<T> = {
  readonly name: string
  readonly folder: string
  /** What the builder need not send. */
  readonly common: NodeLayers
  /** What is kept from run to run; the builder need not send that either. */
  readonly kept?: Pick<BuildCaches, 'source' | 'bring' | 'find'> | undefined
  /** Of an earlier build. */
  readonly cache: CacheDocuments | undefined
  readonly signal: AbortSignal
  readonly line: (text: string) => void
  readonly build: (registry: RegistryNames) => Promise<T>
}

type Ended<T> =
  | { readonly kind: 'built'; readonly built: T; readonly cache: CacheDocuments | undefined }
  /** A step had to run on layers whose bytes nobody has. */
  | { readonly kind: 'lacking'; readonly layers: ReadonlySet<string>; readonly error: unknown }

/** A builder that was told that a layer is there pushes what names it: whether it still is, is seen when the build has ended. */
const keepPromises = (source: LayerSource): LayerSource => {
  const promised = new Map<string, NonNullable<Awaited<ReturnType<LayerSource['find']>>>>()
  const find: LayerSource['find'] = async (digest) => {
    const found = promised.get(digest) ?? (await source.find(digest))
    if (found !== undefined) promised.set(digest, found)
    return found
  }
  return { ...source, find }
}

/** One build, with a registry that ends with it. */
const buildOnce = async <T>(
  { name, folder, kept, signal, build }: RegistryBuild<T>,
  diffIds: ReadonlySet<string>,
  cache: CacheDocuments | undefined,
): Promise<Ended<T>> => {
  const layers = joinSources([
    ...(kept ? [keepPromises(kept.source)] : []),
    createNodeLayers(diffIds),
  ])
  const registry = await startRegistry({ folder, layers, cache, signal })
  try {
    const built = await build(registry)
    return { kind: 'built', built, cache: registry.findCache() }
  } catch (error) {
    signal.throwIfAborted()
    const { lacking } = registry
    if (lacking.size > 0) return { kind: 'lacking', layers: lacking, error }
    const cause = registry.trouble()
    if (cause === undefined) throw error
    throw new Failure(`${name}: Slipway could not take what the builder sent`, { cause })
  } finally {
    await registry.close()
  }
}

const without = (diffIds: ReadonlySet<string>, others: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...diffIds].filter((diffId) => !others.has(diffId)))

/** Layers that were not sent, and that some node lacks on top of those below. */
const findLeftOut = (image: ContainerImage, folder: string, { chainIds }: NodeLayers) =>
  image.layers
    .filter(({ chainId, diffId }) => !chainIds.has(chainId) && !hasLayer(folder, diffId))
    .map(({ diffId }) => diffId)

/**
 * Puts layers that are kept into the folder.
 *
 * @returns those that cannot be had so
 */
export const bringKept = async (
  diffIds: readonly string[],
  folder: string,
  kept: Pick<BuildCaches, 'bring'> | undefined,
): Promise<readonly string[]> => {
  if (kept === undefined) return diffIds
  const left = await Promise.all(
    [...new Set(diffIds)].map(async (diffId) => {
      const path = await kept.bring(diffId)
      if (path === undefined) return [diffId]
      await link(path, toBlobPath(folder, diffId))
      return []
    }),
  )
  return left.flat()
}

/**
 * Puts layers that have come already into the folder, though nodes have them: an image that is whole there is
 * unpacked once for all nodes, together with others that share its layers.
 */
const addFound = async (
  { layers }: ContainerImage,
  folder: string,
  kept: Pick<BuildCaches, 'find'> | undefined,
): Promise<void> => {
  for (const { diffId } of layers) {
    const path = hasLayer(folder, diffId) ? undefined : kept?.find(diffId)
    if (path !== undefined) await link(path, toBlobPath(folder, diffId))
  }
}

/**
 * Builds until the folder has all that nodes lack. What an earlier build's cache promises may have to be read
 * by a step, and nodes cannot give it back, nor a cache whose entries are gone or broken: then the step's own
 * builder makes it anew.
 *
 * @param read the image that a build has left in the folder
 * @returns what the last build told, its image, and what it wrote of its cache
 */
export const buildThroughRegistry = async <T>(
  work: RegistryBuild<T>,
  read: (built: T) => ContainerImage,
) => {
  const { name, folder, common, kept, line } = work
  let { diffIds } = common
  let { cache } = work
  /** That a builder has been told of, and that nobody could give. */
  const lost = new Set<string>()
  for (;;) {
    prepareLayout(folder, [])
    const ended = await buildOnce(work, diffIds, cache)
    if (ended.kind === 'built') {
      const image = read(ended.built)
      const leftOut = await bringKept(findLeftOut(image, folder, common), folder, kept)
      const left = leftOut.filter((diffId) => diffIds.has(diffId) || !lost.has(diffId))
      if (left.length === 0) {
        await addFound(image, folder, kept)
        return { built: ended.built, image, cache: ended.cache }
      }
      const areInNodes = left.some((diffId) => diffIds.has(diffId))
      line(
        areInNodes
          ? `${name}: the nodes have ${left.length} of its layers on top of others. Building again.`
          : `${name}: the cache could not give ${left.length} of its layers. Building again.`,
      )
      for (const diffId of left) lost.add(diffId)
      diffIds = without(diffIds, lost)
    } else {
      const { layers, error } = ended
      if (cache === undefined && diffIds.size === 0) throw error
      line(`${name}: steps run on ${layers.size} layers that only nodes have. Building them again.`)
      const isNews = [...layers].some((diffId) => !lost.has(diffId))
      for (const diffId of layers) lost.add(diffId)
      if (cache === undefined) diffIds = new Set()
      // Without these layers, nothing that is built upon them is part of the cache.
      const isLeft = async (diffId: string): Promise<boolean> => !lost.has(diffId)
      cache = isNews && cache !== undefined ? await toUsableCache(cache, isLeft) : undefined
    }
  }
}

/**
 * Has the builder send layers that nodes have lost since the build.
 *
 * @throws {Failure} where it has them no more either
 */
export const exportThroughRegistry = async <T>(
  work: RegistryBuild<T>,
  wanted: readonly string[],
): Promise<void> => {
  const { name, folder, common } = work
  const ended = await buildOnce(work, without(common.diffIds, new Set(wanted)), undefined)
  if (ended.kind === 'built' && wanted.every((diffId) => hasLayer(folder, diffId))) return
  const what = `${name}: nodes lost ${wanted.length} layers while it was built, and the builder does not have them`
  throw new Failure(what, {
    cause: ended.kind === 'lacking' ? ended.error : undefined,
    remedy: 'Run the job again. Nodes remove images when their disk is nearly full.',
  })
}
