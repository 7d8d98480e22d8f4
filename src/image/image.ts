import { toDigest } from './digest.ts'
import type { ImageReference } from './reference.ts'

/** An image that a builder has written into a folder, with its layers uncompressed. */
export type Layout = {
  /** An OCI layout. Empty files stand for layers that were not needed. */
  readonly folder: string
  /** Of the manifest. */
  readonly digest: string
  /** Byte for byte. */
  readonly manifest: string
  /** Sizes of the layers' tars, lowest first. */
  readonly layerBytes: readonly number[]
}

/** An image of Docker's local store, or one that a builder has written into a folder. */
export type ContainerImage = {
  readonly references: readonly ImageReference[]
  /** `sha256:...`; in the overlay2 store the digest of its config. */
  readonly id: string
  /** A name that only this step uses, so that nobody else gives it to another image. */
  readonly heldAs?: string
  readonly sizeBytes: number
  /** Canonical `name@sha256:...` under which a registry would have it, as far as Docker knows. */
  readonly digestNames: readonly string[]
  /** Such as `amd64`. */
  readonly architecture: string
  readonly layers: readonly Layer[]
  /** Undefined where Docker's store has it. */
  readonly layout?: Layout
}

/** A layer, lowest first. */
export type Layer = {
  /** Digest of the uncompressed tar. */
  readonly diffId: string
  /** Identity of this layer on top of those below: the name of its snapshot. */
  readonly chainId: string
  /** Where Docker keeps its files, on the daemon's host; undefined when it does not say. */
  readonly folder: string | undefined
}

/** Layers by their diff IDs, lowest first, of which nobody has folders yet. */
export const toLayers = (diffIds: readonly string[]): readonly Layer[] => {
  const chainIds = toChainIds(diffIds)
  return diffIds.map((diffId, at) => ({ diffId, chainId: chainIds[at] ?? '', folder: undefined }))
}

/** Chain IDs of layers, lowest first (OCI image spec, "Layer ChainID"). */
export const toChainIds = (diffIds: readonly string[]): readonly string[] => {
  const chain: string[] = []
  for (const diffId of diffIds) {
    const parent = chain.at(-1)
    chain.push(parent === undefined ? diffId : toDigest(`${parent} ${diffId}`))
  }
  return chain
}
