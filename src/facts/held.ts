import type { Ask } from '../host/engine-api.ts'
import type { KindNode } from './facts.ts'

type Usage = {
  /** Layers that images share, counted once. */
  readonly LayersSize?: number
  readonly Images?: readonly { readonly Id: string; readonly Size: number }[] | null
  readonly BuildCache?: readonly { readonly Size: number; readonly Shared: boolean }[] | null
}

/** At most so much of what a build needs may be there already: images, but the nodes' own, and cache. */
export const toHeldBytes = (usage: Usage, nodes: readonly KindNode[]): number => {
  const ofNodes = new Set(nodes.map(({ imageId }) => imageId))
  const images = (usage.Images ?? []).filter(({ Id }) => !ofNodes.has(Id))
  const cache = (usage.BuildCache ?? []).filter(({ Shared }) => !Shared)
  const sum = (all: readonly { readonly Size: number }[]): number =>
    all.reduce((bytes, { Size }) => bytes + Size, 0)
  return Math.min(sum(images), usage.LayersSize ?? 0) + sum(cache)
}

/** Asks Docker, which has to think about it: only where it could matter. */
export const findHeldBytes = async (ask: Ask, nodes: readonly KindNode[]): Promise<number> =>
  toHeldBytes((await ask<Usage>('/system/df?type=image&type=build-cache')) ?? {}, nodes)
