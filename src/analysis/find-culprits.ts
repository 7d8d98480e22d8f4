/** What can go, and what cannot. */
export type Search<T> = {
  /** Go together without breaking anything. */
  readonly passing: readonly T[]
  /** Each breaks it, beside those that can go. */
  readonly culprits: readonly T[]
  /** False where it ended before all were tried. */
  readonly isComplete: boolean
}

/**
 * Finds which of several things cannot go, by halving: about log2 of their number in runs for each culprit.
 *
 * @param isFine whether all still works without these; undefined where no further run is to be had
 */
export const findCulprits = async <T>(
  all: readonly T[],
  isFine: (without: readonly T[]) => Promise<boolean | undefined>,
): Promise<Search<T>> => {
  const culprits: T[] = []
  let rest = all
  // So many of the first can go; without any it works.
  let fine = 0
  while (fine < rest.length) {
    const whole = await isFine(rest)
    if (whole === undefined) return { passing: rest.slice(0, fine), culprits, isComplete: false }
    if (whole) break
    let broken = rest.length
    while (broken - fine > 1) {
      const middle = Math.floor((fine + broken) / 2)
      const half = await isFine(rest.slice(0, middle))
      if (half === undefined) return { passing: rest.slice(0, fine), culprits, isComplete: false }
      if (half) fine = middle
      else broken = middle
    }
    culprits.push(...rest.slice(broken - 1, broken))
    rest = rest.toSpliced(broken - 1, 1)
  }
  return { passing: rest, culprits, isComplete: true }
}
