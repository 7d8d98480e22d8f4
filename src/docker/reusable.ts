import { within } from '../host/deadline.ts'
import type { Get } from './engine-api.ts'
import { findUsage, type Usage } from './usage.ts'

/** Docker says -1 of what it has not counted. */
export const sumBytes = (sizes: readonly (number | undefined)[] = []): number =>
  sizes.reduce<number>((all, size) => all + Math.max(0, size ?? 0), 0)

/** Of the build cache, what no image holds as well. */
export const sumCache = ({ BuildCache }: Usage): number =>
  sumBytes(BuildCache?.filter(({ Shared }) => Shared !== true).map(({ Size }) => Size))

/** A node, whose own image no build finds. */
type OfNode = { readonly imageId: string }

/** Upper bound of the bytes that a build may reuse: Docker's images except node images, plus unshared build cache. */
export const toReusableBytes = (usage: Usage, nodes: readonly OfNode[]): number => {
  const ofNodes = new Set(nodes.map(({ imageId }) => imageId))
  const images = usage.Images?.filter(({ Id }) => !ofNodes.has(Id))
  const imageBytes = sumBytes(images?.map(({ Size }) => Size))
  return Math.min(imageBytes, usage.LayersSize ?? 0) + sumCache(usage)
}

/** Docker may count long, or be asked the same by another job: nothing is refused for that. */
const deadlineMs = 10_000

/** Docker takes long to count them, so this is asked only where it matters. Infinite when unknown. */
export const findReusableBytes = async (get: Get, nodes: readonly OfNode[]): Promise<number> => {
  const asked = findUsage(get, ['image', 'build-cache']).catch(() => undefined)
  const usage = await within(asked, deadlineMs, undefined)
  return usage === undefined ? Number.POSITIVE_INFINITY : toReusableBytes(usage, nodes)
}
