import timers from 'node:timers/promises'
import type { Get } from './engine-api.ts'

type Usage = {
  /** Layers that images share, counted once. */
  readonly LayersSize?: number
  readonly Images?: readonly { readonly Id: string; readonly Size: number }[] | null
  readonly BuildCache?: readonly { readonly Size: number; readonly Shared: boolean }[] | null
}

/** A node, whose own image no build finds. */
type OfNode = { readonly imageId: string }

/** Upper bound of the bytes that a build may reuse: Docker's images except node images, plus unshared build cache. */
export const toReusableBytes = (usage: Usage, nodes: readonly OfNode[]): number => {
  const ofNodes = new Set(nodes.map(({ imageId }) => imageId))
  const images = (usage.Images ?? []).filter(({ Id }) => !ofNodes.has(Id))
  const cache = (usage.BuildCache ?? []).filter(({ Shared }) => !Shared)
  const sum = (all: readonly { readonly Size: number }[]): number =>
    all.reduce((bytes, { Size }) => bytes + Size, 0)
  return Math.min(sum(images), usage.LayersSize ?? 0) + sum(cache)
}

/** Docker may count long, or be asked the same by another job: nothing is refused for that. */
const deadlineMs = 10_000

/** Docker takes long to count them, so this is asked only where it matters. Infinite when unknown. */
export const findReusableBytes = async (get: Get, nodes: readonly OfNode[]): Promise<number> => {
  const late = timers.setTimeout(deadlineMs, undefined, { ref: false })
  const asked = get<Usage>('/system/df?type=image&type=build-cache').catch(() => undefined)
  const usage = await Promise.race([asked, late])
  return usage === undefined ? Number.POSITIVE_INFINITY : toReusableBytes(usage, nodes)
}
