import { Failure } from '../failure.ts'
import { toDigest } from '../image/digest.ts'
import { type ImageReference, toCriName, toNodeNames } from '../image/reference.ts'
import type { PackedImage } from '../image/sources/archive-images.ts'
import type { Facts } from './facts.ts'

/**
 * Archives may share an image, such as a base, and Docker may have it, too, as when a job loaded it for itself: it
 * is loaded once under each of its names.
 */
export const mergeRepeated = (
  archived: readonly PackedImage[],
  images: Facts['images'],
): readonly PackedImage[] => {
  const toKey = ({ canonical }: ImageReference, id: string): string => `${canonical} ${id}`
  const seen = new Set(
    images.flatMap(({ id, references }) => references.map((each) => toKey(each, id))),
  )
  return archived.flatMap((packed) => {
    const id = toDigest(packed.image.config)
    const references = packed.references.filter((each) => {
      const key = toKey(each, id)
      return !seen.has(key) && seen.add(key)
    })
    return references.length === 0 ? [] : [{ ...packed, references }]
  })
}

type Source = { readonly from: string; readonly references: readonly ImageReference[] }

type Found = Pick<Facts, 'images' | 'pulls' | 'targets' | 'archived'>

/** Those that are loaded. Of several with one tag, which are the same build then, one counts. */
const toBuilds = (targets: Found['targets']): readonly Source[] => {
  const told = new Set<string>()
  return targets
    .filter(({ isWanted, output }) => isWanted && output !== 'cache')
    .map(({ name, tags }) => {
      const references = tags.filter(({ canonical }) => !told.has(canonical))
      for (const { canonical } of references) told.add(canonical)
      return { from: `the build of ${name}`, references }
    })
}

/** What brings images into the nodes. */
const toSources = ({ images, pulls, targets, archived }: Found): readonly Source[] => [
  ...images.map(({ references }) => ({ from: "Docker's store", references })),
  ...pulls.map((reference) => ({ from: 'a registry', references: [reference] })),
  ...toBuilds(targets),
  ...archived.map(({ given, references }) => ({ from: given, references })),
]

const withoutTwins = (references: readonly ImageReference[]): readonly ImageReference[] => {
  const seen = new Set<string>()
  return references.filter(({ canonical }) => !seen.has(canonical) && seen.add(canonical))
}

/**
 * A name with tag and digest gives a node both. Where an image has that tag by itself, it gives the digest's
 * alone, which is what CRI looks for when a pod has this name.
 */
export const leaveSharedTags = <F extends Found>(found: F): F => {
  const names = new Set(
    toSources(found).flatMap(({ references }) => references.map(({ canonical }) => canonical)),
  )
  const leave = (reference: ImageReference): ImageReference => {
    const [tag = '', ...digest] = toNodeNames(reference.canonical)
    const isTaken = digest.length > 0 && names.has(tag)
    return isTaken ? { ...reference, canonical: toCriName(reference.canonical) } : reference
  }
  const leaveAll = (references: readonly ImageReference[]) => withoutTwins(references.map(leave))
  const images = found.images.map((image) => ({ ...image, references: leaveAll(image.references) }))
  return { ...found, images, pulls: leaveAll(found.pulls) }
}

/**
 * A node has one image by each name: of several, it would be the last one to come.
 *
 * @throws {Failure} naming all such names, and where they come from
 */
export const refuseSharedNames = (found: Found): void => {
  const rows = toSources(found).flatMap(({ from, references }) =>
    [...new Set(references.map(({ canonical }) => canonical))].map((name) => ({ name, from })),
  )
  const shared = [...Map.groupBy(rows, ({ name }) => name)].filter(([, all]) => all.length > 1)
  if (shared.length === 0) return
  const list = shared.map(([name, all]) => `${name} (${all.map(({ from }) => from).join(', ')})`)
  throw new Failure(`Several images of this step have one name: ${list.join('; ')}`, {
    remedy: 'Leave out all but one of each name, or give the others names of their own.',
  })
}
