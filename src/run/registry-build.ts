import { prepareLayout } from '../build/layout-output.ts'
import type { RegistryNames } from '../build/registry-output.ts'
import { Failure } from '../failure.ts'
import type { ContainerImage } from '../image/image.ts'
import { hasLayer } from '../image/sources/oci-layout.ts'
import type { NodeLayers } from '../load/common-layers.ts'
import type { CacheDocuments } from '../registry/cache-documents.ts'
import type { LayerSource } from '../registry/layer-source.ts'
import { createNodeLayers, joinSources } from '../registry/layers.ts'
import { startRegistry } from '../registry/server.ts'

/** A build whose image comes through a registry of its own into a folder. */
export type RegistryBuild<T> = {
  readonly name: string
  readonly folder: string
  /** What the builder need not send. */
  readonly common: NodeLayers
  /** Where further layers are that it need not send. */
  readonly sources: readonly LayerSource[]
  /** Of an earlier build. */
  readonly cache: CacheDocuments | undefined
  readonly signal: AbortSignal
  readonly line: (text: string) => void
  readonly build: (registry: RegistryNames) => Promise<T>
}

type Ended<T> =
  | { readonly kind: 'built'; readonly built: T; readonly cache: CacheDocuments | undefined }
  /** A step had to run on layers whose bytes nobody has. */
  | { readonly kind: 'lacking'; readonly layers: number; readonly error: unknown }

/** One build, with a registry that ends with it. */
const buildOnce = async <T>(
  { name, folder, sources, signal, build }: RegistryBuild<T>,
  diffIds: ReadonlySet<string>,
  cache: CacheDocuments | undefined,
): Promise<Ended<T>> => {
  const layers = joinSources([...sources, createNodeLayers(diffIds)])
  const registry = await startRegistry({ folder, layers, cache, signal })
  try {
    const built = await build(registry)
    return { kind: 'built', built, cache: registry.findCache() }
  } catch (error) {
    signal.throwIfAborted()
    const { size } = registry.lacking
    if (size > 0) return { kind: 'lacking', layers: size, error }
    const cause = registry.trouble()
    if (cause === undefined) throw error
    throw new Failure(`${name}: Slipway could not take what the builder sent`, { cause })
  } finally {
    await registry.close()
  }
}

const without = (diffIds: ReadonlySet<string>, others: readonly string[]): ReadonlySet<string> =>
  new Set([...diffIds].filter((diffId) => !others.includes(diffId)))

/** Layers that were not sent, as all nodes have them, and that some node lacks on top of those below. */
const findLeftOut = (image: ContainerImage, folder: string, { chainIds }: NodeLayers) =>
  image.layers
    .filter(({ chainId, diffId }) => !chainIds.has(chainId) && !hasLayer(folder, diffId))
    .map(({ diffId }) => diffId)

/**
 * Builds until the folder has all that nodes lack. What an earlier build's cache promises may have to be read
 * by a step, and nodes cannot give it back: then the step's own builder makes it anew.
 *
 * @param read the image that a build has left in the folder
 * @returns what the last build told, its image, and what it wrote of its cache
 */
export const buildThroughRegistry = async <T>(
  work: RegistryBuild<T>,
  read: (built: T) => ContainerImage,
) => {
  const { name, folder, common, line } = work
  let { diffIds } = common
  let { cache } = work
  for (;;) {
    prepareLayout(folder, [])
    const ended = await buildOnce(work, diffIds, cache)
    if (ended.kind === 'built') {
      const image = read(ended.built)
      const leftOut = findLeftOut(image, folder, common).filter((each) => diffIds.has(each))
      if (leftOut.length === 0) return { built: ended.built, image, cache: ended.cache }
      line(
        `${name}: the nodes have ${leftOut.length} of its layers on top of others. Building again.`,
      )
      diffIds = without(diffIds, leftOut)
    } else {
      if (cache === undefined && diffIds.size === 0) throw ended.error
      line(
        `${name}: steps run on ${ended.layers} layers that only nodes have. Building them again.`,
      )
      if (cache === undefined) diffIds = new Set()
      cache = undefined
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
  const ended = await buildOnce(work, without(common.diffIds, wanted), undefined)
  if (ended.kind === 'built' && wanted.every((diffId) => hasLayer(folder, diffId))) return
  const what = `${name}: nodes lost ${wanted.length} layers while it was built, and the builder does not have them`
  throw new Failure(what, {
    cause: ended.kind === 'lacking' ? ended.error : undefined,
    remedy: 'Run the job again. Nodes remove images when their disk is nearly full.',
  })
}
