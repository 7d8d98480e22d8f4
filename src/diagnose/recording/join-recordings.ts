import type { LoadedImage } from '../cluster/cluster.ts'
import type { Baseline } from './baseline.ts'
import type { Notes } from './recording.ts'

/** What several steps of a job noted of one cluster, as one. */
export type JoinedNotes = {
  /** Of the first step that saw the cluster as it was last, with all images. */
  readonly baseline: Baseline
  readonly images: readonly LoadedImage[]
  /** Whether a step saw that cluster, and not one of its name that was removed. */
  readonly isOf: (baseline: Baseline) => boolean
}

const idsOf = ({ nodes }: Baseline): string => nodes.map(({ id }) => id).join(' ')

/** A later load of the same name counts. */
const joinImages = (all: readonly Baseline[]): readonly LoadedImage[] => [
  ...new Map(
    all
      .flatMap(({ images }) => images)
      .map((image) => [`${image.canonical} ${image.nodes}`, image]),
  ).values(),
]

/** Undefined without any. The earliest come first. */
export const joinNotes = (all: readonly Notes[]): JoinedNotes | undefined => {
  const last = all.at(-1)?.baseline
  if (last === undefined) return undefined
  const isOf = (baseline: Baseline): boolean => idsOf(baseline) === idsOf(last)
  const same = all.map(({ baseline }) => baseline).filter(isOf)
  const images = joinImages(same)
  return { baseline: { ...(same[0] ?? last), images }, images, isOf }
}
