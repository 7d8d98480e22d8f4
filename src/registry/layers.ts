import type { Readable } from 'node:stream'
import type { LayerSource } from './layer-source.ts'

/** Layers that all nodes have. Their tars are nowhere: what a node has is unpacked. */
export const createNodeLayers = (diffIds: ReadonlySet<string>): LayerSource => ({
  find: async (digest) => (diffIds.has(digest) ? { sizeBytes: null } : undefined),
  open: async () => undefined,
})

/** Several sources as one: the first that has a layer. */
export const joinSources = (sources: readonly LayerSource[]): LayerSource => ({
  find: async (digest) => {
    for (const source of sources) {
      const found = await source.find(digest)
      if (found !== undefined) return found
    }
    return undefined
  },
  open: async (digest, signal) => {
    for (const source of sources) {
      const found: Readable | undefined = await source.open(digest, signal)
      if (found !== undefined) return found
    }
    return undefined
  },
})
