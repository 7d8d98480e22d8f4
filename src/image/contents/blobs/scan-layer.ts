import { createHash } from 'node:crypto'
import { Failure } from '../../../failure.ts'
import { createLayerListing } from '../tar/list-layer.ts'
import { hashBlob, type OpenBlob, readArchive } from './blob.ts'

/** What all layers of an image may take: whoever made them wrote every byte. */
export type Budget = { bytes: number; entries: number }

/** More fits neither into memory nor onto a runner's disk. */
export const createBudget = (): Budget => ({ bytes: 200_000_000_000, entries: 3_000_000 })

const listArchive = async (blob: OpenBlob, budget: Budget, signal: AbortSignal) => {
  const listing = createLayerListing(() => {
    budget.entries -= 1
    if (budget.entries < 0) throw new Failure('The image has too many files')
  })
  const hash = createHash('sha256')
  try {
    for await (const chunk of readArchive(blob)) {
      signal.throwIfAborted()
      budget.bytes -= (chunk as Buffer).length
      if (budget.bytes < 0) throw new Failure('The image is too large once it is unpacked')
      hash.update(chunk as Buffer)
      listing.write(chunk as Buffer)
    }
  } catch (cause) {
    if (cause instanceof Failure || signal.aborted) throw cause
    throw new Failure(`The layer ${blob.digest} cannot be unpacked`, { cause })
  }
  const diffId = `sha256:${hash.digest('hex')}`
  if (diffId !== blob.diffId)
    throw new Failure(
      `The layer ${blob.digest} has the content ${diffId}; the image's config promises ${blob.diffId}`,
    )
  return listing.finish()
}

/**
 * Lists what a layer has, and finds out whether it is what its manifest and its config promise.
 *
 * @throws {Failure} where it is not, or more than anybody unpacks
 */
export const scanLayer = async (blob: OpenBlob, budget: Budget, signal: AbortSignal) => {
  // Of an archive that is not packed they are one.
  const isOneDigest = blob.packing === 'tar' && blob.digest === blob.diffId
  const [listed, digest] = await Promise.all([
    listArchive(blob, budget, signal),
    isOneDigest ? blob.digest : hashBlob(blob, signal),
  ])
  if (digest === blob.digest) return listed
  throw new Failure(`A layer has the digest ${digest}; the manifest promises ${blob.digest}`)
}
