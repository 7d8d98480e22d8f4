import type { FreeDisk } from '../inputs/inputs.ts'
import { type CatalogEntry, catalog } from './catalog.ts'

/** Which entries may go, and the free space at which to stop; undefined means all of them. */
export type Freeing = {
  readonly entries: readonly CatalogEntry[]
  readonly targetFreeBytes: number | undefined
}

/**
 * What a build of unknown size should find: hosted runners promise 14 GB in all, and the story's
 * largest image takes 7 GB while its layers are unpacked beside the build cache.
 */
export const comfortableBytes = 16_000_000_000

/** For the context, logs and whatever else the job writes meanwhile. */
const spareBytes = 2_000_000_000

/**
 * An image is on the disk up to three times at once: as the unpacked layers that the build works
 * in, in the build cache, and as the image that is exported from there.
 */
const neededBytes = (lastSizeBytes: number | undefined): number =>
  lastSizeBytes === undefined ? comfortableBytes : 3 * lastSizeBytes + spareBytes

/** Decides what to free. Self-hosted runners' files are not ours to delete, whatever was asked. */
export const planFreeing = (
  mode: FreeDisk,
  keep: readonly string[],
  facts: {
    readonly isHostedRunner: boolean
    readonly freeBytes: number | undefined
    readonly lastSizeBytes: number | undefined
  },
  builds: boolean,
): Freeing | undefined => {
  if (mode === 'never' || !facts.isHostedRunner) return undefined
  const entries = catalog.filter(({ name }) => !keep.includes(name))
  if (mode === 'always') return { entries, targetFreeBytes: undefined }
  const targetFreeBytes = mode === 'auto' ? neededBytes(facts.lastSizeBytes) : mode.targetBytes
  const isShort = facts.freeBytes !== undefined && facts.freeBytes < targetFreeBytes
  return isShort && (builds || mode !== 'auto') ? { entries, targetFreeBytes } : undefined
}
