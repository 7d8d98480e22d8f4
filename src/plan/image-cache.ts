import type { Facts } from '../facts/facts.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { ImageCachePlan } from './steps.ts'

/**
 * Whether pulled images come from the Actions cache, and are kept there. They go into the nodes out of a
 * folder, so Docker's store has none of them: whoever wants them there has Docker pull.
 */
export const planImageCache = (
  {
    imageCache,
    imageCacheBytes: bytes,
    imageReport,
    keepsInDocker,
    keepImages,
    loadMode,
    isTrusted,
  }: Inputs,
  { filesCache, pulls, nodes, isHostedRunner, isLocalDaemon }: Facts,
): ImageCachePlan => {
  if (filesCache === undefined || pulls.length * nodes.length === 0) return undefined
  const isWanted = imageCache === 'always' || (imageCache === 'auto' && isHostedRunner)
  const needsDocker = imageReport !== 'false' || keepsInDocker || keepImages === 'always'
  const goesAnyWay = loadMode === 'auto' || loadMode === 'stream'
  const canUnpack =
    isLocalDaemon && nodes.every(({ containerd }) => containerd.snapshotter === 'overlayfs')
  if (!isWanted || needsDocker || !goesAnyWay || !canUnpack) return undefined
  return { bytes, mayWrite: isTrusted && filesCache.mayWrite }
}
