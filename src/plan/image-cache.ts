import type { Facts } from '../facts/facts.ts'
import type { ImageReference } from '../image/reference.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { isPaused, pauseDays, toRate } from '../memory/restore-memory.ts'
import { formatBytes } from '../text/format.ts'
import type { ImageCachePlan } from './work.ts'

/** As far as nobody has measured that it does not pay. */
const planWanted = (
  {
    imageCache,
    imageCacheBytes: bytes,
    createCluster,
    imageReport,
    keepsInDocker,
    keepImages,
    loadMode,
    mirrors,
    isTrusted,
  }: Inputs,
  { engine, filesCache, nodes, isHostedRunner, isLocalDaemon, restores }: Facts,
  { canonical }: ImageReference,
): ImageCachePlan => {
  if (filesCache === undefined) return undefined
  const isWanted = imageCache === 'always' || (imageCache === 'auto' && isHostedRunner)
  const needsDocker = imageReport !== 'false' || keepsInDocker || keepImages === 'always'
  // They are asked first, and only Docker asks them.
  const needsMirror = mirrors.length > 0 && canonical.startsWith('docker.io/')
  const goesAnyWay = loadMode === 'auto' || loadMode === 'stream'
  // kind gives its nodes what Docker has.
  const hasOverlay =
    nodes.length > 0
      ? nodes.every(
          ({ userland, containerd }) =>
            userland !== 'busybox' && containerd.snapshotter === 'overlayfs',
        )
      : createCluster !== undefined && /^overlay/.test(engine.driver)
  const canUnpack = isLocalDaemon && hasOverlay
  if (!isWanted || needsDocker || needsMirror || !goesAnyWay || !canUnpack) return undefined
  const slowRuns = imageCache === 'auto' ? (restores.get(canonical)?.slowRuns ?? 0) : undefined
  return { bytes, mayWrite: isTrusted && filesCache.mayWrite, slowRuns }
}

/**
 * Whether an image to pull comes from the Actions cache, and is kept there. Such images go into the nodes out of a
 * folder, so Docker's store has none of them: whoever wants them there has Docker pull.
 */
export const planImageCache = (
  inputs: Inputs,
  facts: Facts,
  reference: ImageReference,
): ImageCachePlan =>
  isPaused(facts.restores.get(reference.canonical))
    ? undefined
    : planWanted(inputs, facts, reference)

/** Lines of the images that could come from the cache, and do not as it was slower. */
export const renderPaused = (inputs: Inputs, facts: Facts): readonly string[] =>
  facts.pulls.flatMap((reference) => {
    const last = facts.restores.get(reference.canonical)
    if (last === undefined || !isPaused(last)) return []
    if (planWanted(inputs, facts, reference) === undefined) return []
    const [cache, registry] = [last.cache, last.registry].map((way) => formatBytes(toRate(way)))
    return [
      `image-cache: Docker pulls ${reference.given}: its registry sent ${registry}/s and the cache ${cache}/s, slower in ${last.slowRuns} runs in a row. Slipway tries the cache again within ${pauseDays} days; \`image-cache: true\` takes it now.`,
    ]
  })
