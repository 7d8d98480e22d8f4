import { isMisspelt } from '../../text/nearest.ts'
import type { LoadedImage } from './cluster.ts'

/** In how far a loaded image resembles the one that a pod asks for. */
export type Resemblance = 'same' | 'other-tag' | 'other-place' | 'spelling'

type Name = { readonly repository: string; readonly last: string; readonly ending: string }

/** Both may be there: `docker.io/library/api:1@sha256:...`. */
const splitName = (canonical: string): Name => {
  const [, repository = canonical, ending = ''] =
    /^(.*?)((?::[^/:@]*)?(?:@.*)?)$/s.exec(canonical) ?? []
  return { repository, last: repository.slice(repository.lastIndexOf('/') + 1), ending }
}

const compare = (asked: string, loaded: string): Resemblance | undefined => {
  if (asked === loaded) return 'same'
  const [a, b] = [splitName(asked), splitName(loaded)]
  if (a.repository === b.repository) return 'other-tag'
  if (a.last === b.last) return 'other-place'
  return isMisspelt(a.last, b.last) ? 'spelling' : undefined
}

const order: readonly Resemblance[] = ['same', 'other-tag', 'other-place', 'spelling']

/**
 * Finds the loaded image that was probably meant, if any.
 *
 * @param asked canonical, as {@link LoadedImage.canonical} is
 */
export const findNearest = (
  asked: string,
  loaded: readonly LoadedImage[],
): { readonly image: LoadedImage; readonly resemblance: Resemblance } | undefined => {
  const { ending } = splitName(asked)
  const resembling = loaded.flatMap((image) => {
    const resemblance = compare(asked, image.canonical)
    return resemblance === undefined ? [] : [{ image, resemblance }]
  })
  const rank = ({ image, resemblance }: (typeof resembling)[number]): number =>
    2 * order.indexOf(resemblance) + (splitName(image.canonical).ending === ending ? 0 : 1)
  return resembling.toSorted((a, b) => rank(a) - rank(b))[0]
}
