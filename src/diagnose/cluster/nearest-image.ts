import { toRepository } from '../../image/reference.ts'
import { isMisspelt } from '../../text/nearest.ts'
import type { LoadedImage } from './loaded-image.ts'

/** In how far a loaded image resembles the one that a pod asks for, the nearest first. */
const resemblances = ['same', 'other-tag', 'other-place', 'spelling'] as const
export type Resemblance = (typeof resemblances)[number]

const lastPart = (name: string): string => toRepository(name).replace(/^.*\//s, '')
/** Tag, digest or both: `docker.io/library/api:1@sha256:...`. */
const endingOf = (name: string): string => name.slice(toRepository(name).length)

const compare = (asked: string, loaded: string): Resemblance | undefined => {
  if (asked === loaded) return 'same'
  if (toRepository(asked) === toRepository(loaded)) return 'other-tag'
  const [a, b] = [lastPart(asked), lastPart(loaded)]
  if (a === b) return 'other-place'
  return isMisspelt(a, b) ? 'spelling' : undefined
}

type Nearest = { readonly image: LoadedImage; readonly resemblance: Resemblance }

/**
 * Finds the loaded image that was probably meant, if any.
 *
 * @param asked canonical, as {@link LoadedImage.canonical} is
 */
export const findNearest = (asked: string, loaded: readonly LoadedImage[]): Nearest | undefined => {
  const resembling = loaded.flatMap((image) => {
    const resemblance = compare(asked, image.canonical)
    return resemblance === undefined ? [] : [{ image, resemblance }]
  })
  const rank = ({ image, resemblance }: Nearest): number =>
    2 * resemblances.indexOf(resemblance) + (endingOf(image.canonical) === endingOf(asked) ? 0 : 1)
  return resembling.toSorted((a, b) => rank(a) - rank(b))[0]
}
