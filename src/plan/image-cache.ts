import type { Facts } from '../facts/facts.ts'
import type { ImageReference } from '../image/reference.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { ImageCachePlan } from './steps.ts'

/**
 * Whether an image to pull comes from the Actions cache, and is kept there. Such images go into the nodes out of a
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
    mirrors,
    isTrusted,
  }: Inputs,
  { filesCache, nodes, isHostedRunner, isLocalDaemon }: Facts,
  { canonical }: ImageReference,
): ImageCachePlan => {
  if (filesCache === undefined || nodes.length === 0) return undefined
  const isWanted = imageCache === 'always' || (imageCache === 'auto' && isHostedRunner)
  const needsDocker = imageReport !== 'false' || keepsInDocker || keepImages === 'always'
  // They are asked first, and only Docker asks them.
  const needsMirror = mirrors.length > 0 && canonical.startsWith('docker.io/')
  const goesAnyWay = loadMode === 'auto' || loadMode === 'stream'
  const canUnpack =
    isLocalDaemon && nodes.every(({ containerd }) => containerd.snapshotter === 'overlayfs')
  if (!isWanted || needsDocker || needsMirror || !goesAnyWay || !canUnpack) return undefined
  return { bytes, mayWrite: isTrusted && filesCache.mayWrite }
}
