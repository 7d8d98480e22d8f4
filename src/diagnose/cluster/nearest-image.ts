import type { LoadedImage } from './cluster.ts'

/** In how far a loaded image resembles the one that a pod asks for. */
export type Resemblance = 'same' | 'other-tag' | 'other-place' | 'spelling'

type Name = { readonly repository: string; readonly last: string; readonly ending: string }

/** Both may be there: `docker.io/library/api:1@sha256:...`. */
const splitName = (canonical: string): Name => {
  const [, repository = canonical, ending = ''] =
    /^(.*?)((?::[^/:@]*)?(?:@.*)?)$/.exec(canonical) ?? []
  return { repository, last: repository.slice(repository.lastIndexOf('/') + 1), ending }
}

/** The number of letters to add, drop or change between two words (Levenshtein's distance). */
const countEdits = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (const [from, letter] of [...a].entries()) {
    const next = [from + 1]
    for (let at = 1; at <= b.length; at += 1) {
      const changed = (row[at - 1] ?? 0) + (letter === b[at - 1] ? 0 : 1)
      next.push(Math.min((row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1, changed))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** Two slips, and fewer in short names, which would all resemble each other. */
const isMisspelt = (a: string, b: string): boolean =>
  countEdits(a, b) <= Math.min(2, Math.floor(Math.min(a.length, b.length) / 3))

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
