import { attempt } from '../failure.ts'
import { isDigest, toDigest } from '../image/digest.ts'

/** What BuildKit writes of its cache: which step made which layers. The layers are not in it. */
export type CacheDocuments = {
  /** An image manifest, whose config is {@link config} and which names all layers. */
  readonly manifest: string
  readonly config: string
}

export type CacheLayer = { readonly digest: string; readonly size: number }

type Manifest = { readonly config?: { readonly digest?: unknown }; readonly layers?: unknown }

const isLayer = (value: unknown): value is CacheLayer => {
  const { digest, size } = (value ?? {}) as Partial<Record<keyof CacheLayer, unknown>>
  return isDigest(digest) && Number.isSafeInteger(size) && Number(size) > 0
}

/** More steps than any Dockerfile has. */
const mostLayers = 5_000

/**
 * The layers that such documents name.
 *
 * @returns undefined where they are none: others may have written them
 */
export const parseCacheLayers = ({
  manifest,
  config,
}: CacheDocuments): readonly CacheLayer[] | undefined => {
  const parsed = attempt(() => JSON.parse(manifest) as Manifest | null)
  const { layers } = parsed ?? {}
  const isWhole = parsed?.config?.digest === toDigest(config) && Array.isArray(layers)
  return isWhole && layers.length <= mostLayers && layers.every(isLayer) ? layers : undefined
}

/** BuildKit takes a result whose layer the manifest does not name for one that it does not have. */
const withLayers = (
  { manifest, config }: CacheDocuments,
  isThere: ReadonlySet<string>,
): CacheDocuments => {
  const parsed = JSON.parse(manifest) as { readonly layers: readonly CacheLayer[] }
  const layers = parsed.layers.filter(({ digest }) => isThere.has(digest))
  return { manifest: JSON.stringify({ ...parsed, layers }), config }
}

/**
 * The part of a cache whose layers are still there: a result whose layers are gone would be found, and then
 * fail the build.
 *
 * @returns undefined where nothing is left of it
 */
export const toUsableCache = async (
  documents: CacheDocuments,
  has: (digest: string) => Promise<boolean>,
): Promise<CacheDocuments | undefined> => {
  const layers = parseCacheLayers(documents)
  if (layers === undefined) return undefined
  const found = await Promise.all(
    layers.map(async ({ digest }) => ((await has(digest)) ? [digest] : [])),
  )
  const there = new Set(found.flat())
  return there.size === 0 ? undefined : withLayers(documents, there)
}
